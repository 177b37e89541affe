"""章 recognition/augmentation：変形の目録，学習の変形，裏返しと回転の測り。"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.transforms import v2

from lessons import runtime
from lessons.effects.record import named
from lessons.exercises import judge
from lessons.recognition.augmentation import (
    catalogue,
    drawings,
    few,
    few_longer,
    kept_names,
    letters,
    model,
    rotation,
    yours,
)

LECTURE = (
    "Pad", "Resize", "CenterCrop", "FiveCrop", "Grayscale", "ColorJitter",
    "GaussianBlur", "RandomPerspective", "RandomRotation", "RandomAffine",
    "ElasticTransform", "RandomCrop", "RandomResizedCrop", "RandomInvert",
    "RandomPosterize", "RandomSolarize", "RandomAdjustSharpness",
    "RandomAutocontrast", "RandomEqualize", "AutoAugment", "RandAugment",
    "TrivialAugmentWide", "RandomHorizontalFlip", "RandomVerticalFlip", "RandomApply",
)  # fmt: skip


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype(np.uint8)


def test_catalogue_holds_every_transform_of_the_lecture() -> None:
    assert set(LECTURE) <= set(catalogue.CATALOGUE)


@pytest.mark.parametrize("name", catalogue.CATALOGUE)
def test_every_transform_is_the_one_it_is_called(
    name: str, picture: np.ndarray
) -> None:
    assert type(catalogue.transform(name)) is getattr(v2, name)
    one, again = (catalogue.applied(name, picture, seed=3) for _ in range(2))
    assert one.dtype == np.uint8
    assert one.shape[2] == 3
    assert np.array_equal(one, again)


def test_flips_of_the_catalogue_mirror_the_picture(picture: np.ndarray) -> None:
    mirrored = catalogue.applied("RandomHorizontalFlip", picture)
    assert np.array_equal(mirrored, picture[:, ::-1])
    crops = catalogue.applied("FiveCrop", picture)
    assert np.array_equal(crops[:100, :100], picture[:100, :100])
    assert np.array_equal(crops[100:200, 100:200], picture[50:150, 50:150])


def test_unknown_transform_gets_near_names(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"近い名前: .*RandomRotation"):
        catalogue.applied("RandomRotate", picture)
    with pytest.raises(ValueError, match="uint8"):
        catalogue.applied("Pad", picture / 255.0)


@given(st.integers(0, 1000))
def test_jitter_of_nothing_leaves_the_picture(seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    x = torch.rand(3, 1, 12, 12, generator=g)
    still = model.jitter(0, 0, 0)(x, torch.zeros(3), g)
    torch.testing.assert_close(still, x, atol=1e-5, rtol=0)


def test_jitter_turns_like_torchvision() -> None:
    """同じ角度なら，torchvision の回転と同じ絵になる。"""
    x = torch.rand(1, 1, 15, 15)
    g = torch.Generator().manual_seed(2)
    angle = float(2 * torch.rand(4, 1, generator=g)[0, 0] - 1) * 30
    mine = model.jitter(30, 0, 0)(x, torch.zeros(1), torch.Generator().manual_seed(2))
    theirs = v2.functional.rotate(x, angle, v2.InterpolationMode.BILINEAR)
    torch.testing.assert_close(
        mine[..., 4:11, 4:11], theirs[..., 4:11, 4:11], atol=1e-4, rtol=0
    )


def test_flips_and_turns_touch_only_the_named() -> None:
    x, y = torch.rand(40, 1, 6, 6), torch.arange(40) % 2
    g = torch.Generator().manual_seed(0)
    for change, whole in (
        (model.flips(model.LEFT_RIGHT, torch.tensor([1])), lambda v: v.flip(3)),
        (model.quarter_turns(torch.tensor([1])), None),
    ):
        found = change(x, y, g)
        assert torch.equal(found[y == 0], x[y == 0])
        moved = (found != x).flatten(1).any(dim=1)
        assert 5 < moved.sum() < 20
        if whole:
            assert torch.equal(found[moved], whole(x)[moved])


def test_letters_are_exact_mirrors_and_unknown_tasks_refused() -> None:
    b, d, p, q = (drawings.letter(k, np.random.default_rng(5)) for k in range(4))
    assert np.array_equal(d, b[:, ::-1])
    assert np.array_equal(p, b[::-1])
    assert np.array_equal(q, d[::-1])
    with pytest.raises(ValueError, match="近い名前: clocks"):
        drawings.examples("clock", 2, 0)


def test_sheets_miss_one_side() -> None:
    for missed in (0, 1):
        sheet = drawings.sheet(missed, np.random.default_rng(0))
        left, right = sheet[:, :12].sum(), sheet[:, 12:].sum()
        assert (left < right) == (missed == 0)


def test_two_sets_of_letters_have_equal_mirror_differences_in_pixels() -> None:
    """立てた組と寝かせた組で，左右と上下の画素の違いは，合わせると等しい。"""
    gaps = []
    for seed in range(40):
        upright = drawings.letter(0, np.random.default_rng(seed))
        for b in (upright, np.rot90(upright)):
            gaps.append([np.abs(b - b[:, ::-1]).sum(), np.abs(b - b[::-1]).sum()])
    left_right, up_down = np.mean(gaps, axis=0)
    assert left_right == pytest.approx(up_down, rel=1e-5)


def test_wrong_flips_cost_half_the_letters() -> None:
    x, y = drawings.examples("letters", 12, 0)
    new_x, new_y = drawings.examples("letters", 12, 1)
    straight = model.accuracy(model.learn(x, y, steps=80), new_x, new_y)
    flip = model.flips(model.LEFT_RIGHT)
    flipped = model.accuracy(model.learn(x, y, flip, steps=80), new_x, new_y)
    assert straight > 0.9
    assert flipped < 0.75


def test_few_digits_are_split_without_overlap() -> None:
    x, y, test_x, _ = few.split(2, 0)
    assert torch.bincount(y).tolist() == [2] * 10
    assert len(test_x) == 500
    assert torch.cdist(x.flatten(1), test_x.flatten(1)).min() > 0
    with pytest.raises(ValueError, match="1〜100"):
        few.split(0, 0)
    with pytest.raises(ValueError, match="使える名前: none"):
        few.score("turn", 2, 0)


def test_recorded_gain_falls_with_more_pictures_and_flips_harm() -> None:
    runs = {name: values.mean(axis=1) for name, values in few.recorded().items()}
    gain = runs["jitter"] - runs["none"]
    assert gain[0] > 0.05 > abs(gain[-1])
    assert (runs["flip"] < runs["jitter"]).all()


def test_sign_of_the_gain_depends_on_when_learning_stops() -> None:
    """20 枚ずつでは，150 回なら揺らした方が下，600 回なら並ぶか少し上。"""
    short, longer = few.recorded(), few_longer.recorded()
    assert short["jitter"][-1].mean() < short["none"][-1].mean()
    gain = longer["jitter"] - longer["none"]
    assert (gain > 0).sum() == 5
    assert 0 < gain.mean() < 0.1 * (short["jitter"][0] - short["none"][0]).mean()
    assert longer["flip"].mean() < longer["jitter"].mean()


def allowed(pictures: float) -> float:
    """記録と違ってよい幅。記録した CPU なら千分の一，ほかの CPU なら，何枚かの絵の分まで。"""
    return 1e-3 if "EPYC" in runtime.device_name() else pictures


def test_turning_other_things_only_biases_the_names_said() -> None:
    """半分だけ回すと，回した物の名前を答えがちになる。その名前を除けば，残る成績は変わらない。"""
    none, half = (kept_names.remaining(way) for way in kept_names.WAYS)
    assert half["all"].mean() < none["all"].mean()
    assert abs(half["kept"].mean() - none["kept"].mean()) < 0.05
    said = [kept_names.turned_names(way).mean() for way in kept_names.WAYS]
    assert said[1] > said[0] + 0.1
    apart = np.abs(kept_names.measured("half", 0) - kept_names.RUNS.read()[1, :, :, 0])
    assert apart.max() < allowed(1.5 / 16)
    assert apart.mean() < allowed(0.04)


@pytest.mark.parametrize(
    ("recipe", "each", "seed"), [("none", 2, 0), ("jitter", 10, 3), ("flip", 5, 1)]
)
def test_record_equals_what_the_code_measures(recipe: str, each: int, seed: int):
    stored = few.recorded()[recipe][few.EACH.index(each), seed]
    assert few.score(recipe, each, seed) == pytest.approx(stored, abs=allowed(5 / 500))


def test_tolerance() -> None:
    assert rotation.tolerance(0.6, 0.6, 0.1) == pytest.approx(1)
    assert rotation.tolerance(0.6, 0.1, 0.1) == pytest.approx(0)
    assert rotation.tolerance(0.12, 0.1, 0.1) == 0
    people = [0.890625, np.mean([0.841406, 0.802344, 0.846094])]
    assert rotation.tolerance(*people, 1 / 16) == pytest.approx(0.927, abs=5e-4)
    with pytest.raises(ValueError, match="使える名前: none"):
        rotation.turned_accuracy(0, "quarter")


def test_course_never_shows_the_tested_style() -> None:
    lesson = rotation.course(7, 6)
    gaps = torch.cdist(lesson.test.flatten(1), lesson.x.flatten(1))
    assert gaps.min() > 0
    assert len(lesson.x) in (36, 42)


def test_pixels_lose_turned_pictures() -> None:
    assert rotation.tolerance_to_turns(3, "pixels") < 0.4


def test_unknown_first_lesson_is_refused() -> None:
    with pytest.raises(ValueError, match="使える名前: left_right"):
        letters.reader(0, "mirror")


def test_yours_are_counted_and_bad_ones_refused() -> None:
    large, small, truth = yours.puzzles()
    assert large.shape == (9, 96, 96)
    assert small.shape == (9, 1, 24, 24)
    assert set(truth) == {"b", "d"}
    assert yours.marked(..., truth, {})[0].startswith("まだ答え")
    lines = yours.marked(truth, truth, {"モデル": "b" * 9})
    assert lines[1] == f"{truth}  9 / 9  あなた"
    assert f"{truth.count('b')} / 9" in lines[2]
    with pytest.raises(ValueError, match="9 字にしてください"):
        yours.marked("bp", truth, {})


def test_page_states_the_recorded_verdicts() -> None:
    names = ("turns", "turns_transfer", "letters", "letters_unflipped")
    found = named(*(f"augmentation_{name}" for name in names))
    assert [one.word for one in found] == [
        "組み込み",
        "示さない",
        "向きだけ",
        "示さない",
    ]
    (upside,) = named("augmentation_letters_up_down")
    assert upside.word == "決まらない"
    assert upside.verdict is not None
    assert upside.verdict.model.high < 0
    half = found[1].verdict
    assert half is not None
    assert half.model.high < half.controls["none"].low


def test_rare_flips_hardly_hurt_the_letters() -> None:
    """半分ではなく 10 枚に 1 枚なら，頁の種では文字の正答率は下がらないが，下がる種もある。"""

    def rarely(x: torch.Tensor, y: torch.Tensor, g: torch.Generator) -> torch.Tensor:
        chosen = torch.rand(len(x), generator=g) < 0.1
        return torch.where(chosen.view(-1, 1, 1, 1), x.flip(model.LEFT_RIGHT), x)

    around = model.together(rarely, model.jitter(5, 0.05, 0.05))
    right = []
    for seed, first in ((0, 0), (4, 40)):
        x, y = drawings.examples("letters", 16, first)
        net = model.learn(x, y, around, seed=seed, steps=120)
        right.append(model.accuracy(net, *drawings.examples("letters", 16, first + 1)))
    assert right[0] > 0.9 > right[1] + 0.05


def test_gain_with_two_pictures_does_not_come_from_stopping_early() -> None:
    """2 枚ずつの利益は 600 回学んでも残る。誤りの割合で数えると，20 枚ずつとの差は縮まる。"""
    assert few.score("jitter", 2, 0, 600) > few.score("none", 2, 0, 600) + 0.1
    short, longer = few.recorded(), few_longer.recorded()
    pairs = (
        (short["none"][0], short["jitter"][0]),
        (longer["none"], longer["jitter"]),
    )
    two, twenty = ((b.mean() - a.mean()) / (1 - a.mean()) for a, b in pairs)
    assert 0.3 < two < 0.45
    assert 0.05 < twenty < 0.2


def test_small_turns_spare_the_hands_of_the_clock() -> None:
    """回す幅が隣の時刻に届く 30 度でも，頁の種なら 0.8 を超え，36 度では超えない。"""
    x, y = drawings.examples("clocks", 16, seed=0)
    new_x, new_y = drawings.examples("clocks", 16, seed=1)
    right = {
        width: model.accuracy(
            model.learn(x, y, model.jitter(width), steps=120), new_x, new_y
        )
        for width in (30, 36)
    }
    assert right[36] < 0.8 < right[30]
    other = model.learn(x, y, model.jitter(30), steps=120, seed=2)
    assert model.accuracy(other, new_x, new_y) < 0.75  # 別の種では，30 度でも超えない
    assert judge("augmentation/degrees", 36)[0]
    assert not judge("augmentation/degrees", 30)[0]


def test_confusions_of_letters_vanish_when_reading_is_learned_longer() -> None:
    """左右に裏返した形を見て育っても，文字を 400 回学べば，鏡像の名前はほとんど答えない。"""
    early, late = (
        letters.confusions(letters.reader(0, "left_right", lessons=lessons), 0)
        for lessons in (20, 400)
    )
    assert late[1] < early[1] / 2
    assert late[0] > 0.95
