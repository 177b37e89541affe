"""章 recognition/efficientnet：数え方，絵を悪くする操作，成績の形，間違いの一致。"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from torch import nn
from torchvision.ops import SqueezeExcitation

from lessons.recognition.efficientnet import consistency, model, profile, yours
from lessons.recognition.efficientnet.degradations import DEGRADATIONS
from lessons.recognition.networks import network

PAGE = np.random.default_rng(0).integers(0, 256, (224, 224, 3)).astype(np.uint8)


def test_squeeze_excite_equals_torchvision() -> None:
    torch.manual_seed(0)
    ours, theirs = model.SqueezeExcite(8, 2), SqueezeExcitation(8, 2, nn.SiLU)
    for mine, reference in ((ours.squeeze, theirs.fc1), (ours.excite, theirs.fc2)):
        assert reference.bias is not None
        with torch.no_grad():
            mine.weight.copy_(reference.weight[:, :, 0, 0])
            mine.bias.copy_(reference.bias)
    x = torch.randn(3, 8, 5, 5)
    assert torch.allclose(ours(x), theirs(x), atol=1e-6)
    assert ours.gates(x).min() > 0
    assert ours.gates(x).max() < 1


def test_multiply_adds_by_hand() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),  # 4×4 の地図
        nn.Conv2d(8, 8, 3, padding=1, groups=8),
        nn.Flatten(),
        nn.Linear(128, 10),
    )
    assert list(model.multiply_adds(net, 8).values()) == [
        16 * 8 * 27,
        16 * 8 * 9,
        1280,
    ]


@pytest.mark.parametrize("name", ["b0", "b1", "b4"])
def test_counts_match_the_published_table(name: str) -> None:
    side, millions, billions, _ = model.PUBLISHED[name]
    net = model.empty_efficientnet(name)
    assert next(net.parameters()).is_meta
    assert model.parameters(net) / 1e6 == pytest.approx(millions, rel=0.03)
    counted = sum(model.multiply_adds(net, side).values()) / 1e9
    assert counted == pytest.approx(billions, rel=0.06)


def test_compound_scaling_nearly_doubles_the_work() -> None:
    assert model.scaled(1)["積和"] == pytest.approx(1.2 * 1.1**2 * 1.15**2)
    assert model.scaled(0)["積和"] == 1
    assert 1.9 < model.scaled(1)["積和"] < 2


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_degradations_keep_the_form_and_do_what_they_say(name: str) -> None:
    before = PAGE.copy()
    out = DEGRADATIONS[name](PAGE, np.random.default_rng(1))
    assert np.array_equal(before, PAGE)
    assert out.shape == PAGE.shape
    assert out.dtype == np.uint8
    if "回転" in name:
        turns = int(name.split()[0]) // 90
        assert np.array_equal(np.rot90(out, -turns), PAGE)
    elif name not in ("カラー", "影絵"):
        assert (out[..., 0] == out[..., 2]).all()
        assert out.std() < PAGE.std() or name == "灰色"


def test_people_are_ordered_like_the_degradations() -> None:
    found = dict(zip(DEGRADATIONS, profile.people(), strict=True))
    assert found["カラー"] == 0.909
    assert found["ぼかし 15"] == 0.2
    assert found["影絵"] == 0.753


def test_nearest_names_the_template_it_was_made_from() -> None:
    g = np.random.default_rng(0)
    templates = g.normal(size=(16, 30))
    queries = templates * 2 - templates.mean(axis=0)
    assert np.array_equal(profile.nearest(queries, templates), np.arange(16))


def test_likeness_is_one_for_people_and_zero_for_a_flat_profile() -> None:
    people = profile.people()
    assert profile.likeness(people, people) == 1
    assert profile.likeness(np.full_like(people, people.mean()), people) == 0
    assert profile.likeness(1 - people, people) == 0


def test_sets_differ_between_seeds_and_keep_sixteen_names() -> None:
    one, again, other = (profile.chosen(seed) for seed in (0, 0, 1))
    assert one == again != other
    assert len(set(one[0])) == profile.CHOICES
    pages = profile.drawn(one[0], one[1], 0.5)
    assert pages.shape == (16, 224, 224, 3)
    assert (pages[:, :50] == 255).all()


@settings(max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40))
def test_kappa_equals_cohens(pairs: list[tuple[bool, bool]]) -> None:
    a, b = (np.array(hits) for hits in zip(*pairs, strict=True))
    found = consistency.kappa(a, b)
    if len(set(a)) + len(set(b)) > 2:
        assert found == pytest.approx(cohen_kappa_score(a, b, labels=[False, True]))
    else:
        assert found == 0


def test_pixels_read_most_digits() -> None:
    assert 0.8 < consistency.pixel_hits().mean() < 0.95


def test_your_answers_are_counted_and_bad_ones_refused() -> None:
    _, concepts = yours.chosen()
    answer = "".join(yours.LETTERS[i] for i in concepts)
    everything = np.ones((len(DEGRADATIONS), 16), bool)
    assert yours.graded(..., everything)[0].startswith("まだ答え")
    assert yours.graded(answer, everything)[0].endswith("正答率 1.00")
    assert len(set(yours.names().values())) == 16
    with pytest.raises(ValueError, match="12 字に"):
        yours.graded("abc", everything)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: model.empty_efficientnet("b8"), "使える名前: b0"),
        (lambda: model.multiply_adds(nn.Conv2d(3, 1, 1), 0), "1 以上の整数"),
        (lambda: profile.drawn(("unicorn",), "noto"), "unicorn の絵はありません"),
        (lambda: profile.drawn(("cat",), "noto", 2), "1 以下"),
        (lambda: profile.answers(("cat",), "noto", layer="b99"), "使える名前: b14"),
        (lambda: profile.answers(("cat",), "manga"), "使える名前: openmoji"),
        (lambda: consistency.kappa([], []), "一つ以上"),
        (lambda: consistency.kappa([1], [1, 0]), "1 と 2"),
    ],
)
def test_bad_input_gets_one_japanese_sentence(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()


def test_likeness_depends_on_the_shape_and_not_only_on_the_level() -> None:
    """正答率を条件の間で入れ替えると，平均が同じでも，人間との近さはなくなる。"""
    said = profile.answers(profile.EVERYDAY, "noto")
    accuracy, people = profile.right(said).mean(axis=1), profile.people()
    g = np.random.default_rng(1)
    mixed = [profile.likeness(g.permutation(accuracy), people) for _ in range(200)]
    assert profile.likeness(accuracy, people) > max(mixed)
    assert np.mean(mixed) < 0.1
    # 画素や未学習の近さが 0 なのは，成績が低いせいだけではない：Lite0 の値を，その順に並べる
    for control in ("pixels", "untrained"):
        other = profile.right(profile.answers(profile.EVERYDAY, "noto", control))
        near = []
        for _ in range(100):
            order = np.lexsort((g.random(len(people)), other.mean(axis=1)))
            lent = np.empty(len(people))
            lent[order] = np.sort(accuracy)
            near.append(profile.likeness(lent, people))
        assert np.mean(near) < 0.15 < profile.likeness(accuracy, people) / 2


def test_pixels_with_equal_contrast_name_more_and_stay_unlike_people() -> None:
    """画素の近さが 0 なのは，成績が低いからではない：対比をそろえて六割ほど当てても，0 のまま。"""
    style, g = "noto", np.random.default_rng(0)
    others = [other for other in profile.naming_pictures.COLOUR if other != style]

    def seen(pages: np.ndarray) -> np.ndarray:
        small = pages[:, ::4, ::4].mean(axis=3).reshape(len(pages), -1)
        small = small - small.mean(axis=1, keepdims=True)
        return small / (small.std(axis=1, keepdims=True) + 1e-6)

    known = np.mean([seen(profile.drawn(profile.EVERYDAY, o)) for o in others], axis=0)
    own = profile.drawn(profile.EVERYDAY, style)
    said = [
        profile.nearest(seen(np.stack([change(page, g) for page in own])), known)
        for change in DEGRADATIONS.values()
    ]
    accuracy = profile.right(np.stack(said)).mean(axis=1)
    assert 0.5 < accuracy.mean() < 0.7
    assert profile.likeness(accuracy, profile.people()) == 0


def test_early_blocks_hold_few_weights_and_cost_about_as_much_as_late_ones() -> None:
    net = network()
    adds, sizes = model.multiply_adds(net, 224), dict(net.named_parameters())

    def of(number: int) -> tuple[int, int]:
        part = f"_blocks.{number}."
        return (
            sum(v for name, v in adds.items() if name.startswith(part)),
            sum(v.numel() for name, v in sizes.items() if name.startswith(part)),
        )

    cost, weights = np.array([of(number) for number in range(16)]).T
    assert weights[1:4].max() < 0.05 * weights[-4:].min()
    assert 0.8 < cost[1:4].mean() / cost[-4:].mean() < 1.2
    assert cost[0] == cost.min()
