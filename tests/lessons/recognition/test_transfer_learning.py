"""章 recognition/transfer_learning：目の終わりの段，読み出し，文字，典型性。"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.linear_model import Ridge

from lessons.effects.record import named
from lessons.recognition.networks import inputs, network
from lessons.recognition.transfer_learning import (
    characters,
    early_maps,
    model,
    more_seeds,
    other_seeds,
    runs,
    simple_sight,
    typicality,
    yours,
)
from lessons.stimuli import naming_pictures


@torch.no_grad()
def test_halfway_and_tail_make_the_whole_eye() -> None:
    pictures = naming_pictures.pictures("noto")[:3]
    x = torch.nn.functional.interpolate(inputs(pictures), size=model.SIDE, mode="area")
    whole = network().features(x).mean(dim=(2, 3))
    mine = model.Tail(4).eval().features(model.halfway(pictures))
    torch.testing.assert_close(mine, whole, atol=1e-4, rtol=1e-4)


def test_fine_tuning_changes_a_copy_only() -> None:
    lesson = model.course(3, 1, 4)
    before = network()._conv_head.weight.clone()
    middle = model.halfway(lesson.pictures)
    tail = model.fine_tuned(middle, lesson.names, steps=3)
    assert torch.equal(network()._conv_head.weight, before)
    assert not torch.equal(tail.head[0].weight, before)
    torch.testing.assert_close(tail.head[1].running_mean, network()._bn1.running_mean)


def test_readout_is_ridge_regression() -> None:
    g = torch.Generator().manual_seed(0)
    x, new = torch.randn(30, 12, generator=g), torch.randn(5, 12, generator=g)
    y = torch.arange(30) % 3
    z = (x - x.mean(0)) / (x.std(0) + 1e-3)
    z_new = (new - x.mean(0)) / (x.std(0) + 1e-3)
    target = torch.nn.functional.one_hot(y).float()
    ridge = Ridge(alpha=0.1 * 12, fit_intercept=False)
    theirs = ridge.fit(z, target - target.mean(0)).predict(z_new)
    np.testing.assert_allclose(model.readout(x, y, new), theirs, atol=1e-4)


def test_course_never_shows_the_tested_style_and_refuses_bad_numbers() -> None:
    lesson = model.course(5, 6, 8)
    assert lesson.pictures.shape == (48, 112, 112, 3)
    for tested in lesson.tested:
        assert (lesson.pictures != tested).any(axis=(1, 2, 3)).all()
    with pytest.raises(ValueError, match="1〜6"):
        model.course(0, 7)
    with pytest.raises(ValueError, match="近い名前: finetune"):
        model.score("fine_tune", 1, 0)


def test_recorded_runs_cover_every_method() -> None:
    found = {name: values.mean(axis=1) for name, values in runs.recorded().items()}
    assert set(found) == set(model.METHODS)
    assert found["finetune"][0] == max(values[0] for values in found.values())
    assert found["scratch"][1] < found["finetune"][0] < found["scratch"][2]
    assert found["pixels"][0] > found["probe"][0]
    assert found["probe"][-1] > found["pixels"][-1]
    assert (found["probe"] > 3 * found["untrained"]).all()


@pytest.mark.parametrize("method", model.METHODS)
def test_record_equals_what_the_code_measures(method: str) -> None:
    stored = runs.recorded()[method][runs.EACH.index(2), 1]
    assert model.score(method, 2, 1) == pytest.approx(stored, abs=1e-3)


def test_page_states_the_recorded_verdicts() -> None:
    once, typical = named("transfer_one_shot", "transfer_typicality")
    assert once.word == typical.word == "構造"
    assert once.verdict is not None
    assert once.verdict.passing == ("pixels",)
    assert typical.verdict is not None
    assert set(typical.verdict.passing) == {"appearance", "pixels"}


def test_characters_are_repeatable_and_writers_differ() -> None:
    one, again = (characters.sheet(np.random.default_rng(2), 3) for _ in range(2))
    assert np.array_equal(one[0], again[0])
    assert one[0].shape == (3, characters.SIDE, characters.SIDE)
    assert not np.array_equal(one[0], one[1])
    same = characters.sheet(np.random.default_rng(2), 3, amount=0)
    assert np.array_equal(same[0], same[1])


def test_nearest_finds_the_direction() -> None:
    known = np.eye(4)
    assert characters.nearest(known, 5 * known[[2, 0]]).tolist() == [2, 0]


def test_pixels_find_identical_writers() -> None:
    found = characters.one_shot(1, "pixels", kinds=8, amount=0)
    assert np.allclose(found, 1 - 1 / 8)


def test_ratings_are_of_known_concepts() -> None:
    table = typicality.ratings()
    assert {name: len(members) for name, (members, _) in table.items()} == {
        "果物": 12, "野菜": 7, "乗り物": 13, "鳥": 6, "衣服": 7, "道具": 5,
    }  # fmt: skip
    words = naming_pictures.words()
    birds, values = table["鳥"]
    assert words[birds[int(values.argmax())]].name == "ペンギン"
    assert all(((v >= 1) & (v <= 7)).all() for _, v in table.values())


def test_closeness_is_highest_for_the_middle_of_a_line() -> None:
    angles = np.radians([0.0, 20.0, 45.0, 70.0, 90.0])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    near = typicality.closeness(x, list(range(5)))
    assert near.argmax() == 2
    assert near.argmin() in (0, 4)


def test_yours_are_counted_and_bad_ones_refused() -> None:
    one = yours.puzzle()
    assert sorted(one.truth) == list("123456789")
    flat = yours.puzzle(amount=0)
    for k, image in zip(flat.truth, flat.asked, strict=True):
        assert np.array_equal(image, flat.known[int(k) - 1])
    assert yours.marked(..., one.truth, {})[0].startswith("まだ答え")
    lines = yours.marked(one.truth, one.truth, {"画素": "1" * 9})
    assert lines[1:] == [f"{one.truth}  9 / 9  あなた", "111111111  1 / 9  画素"]
    with pytest.raises(ValueError, match="9 字にしてください"):
        yours.marked("12", one.truth, {})


def test_ten_seeds_and_another_readout_keep_the_order_that_the_page_states() -> None:
    """1 枚では微調整，画素，目の読み出しの順。6 枚では目が画素を超える。未学習の目は微調整しても低い。"""
    ten = {name: v.mean(axis=1) for name, v in more_seeds.recorded().items()}
    assert ten["finetune"][0] == max(values[0] for values in ten.values())
    for readout in ("", "_mean"):
        eye, pixels = ten[f"probe{readout}"], ten[f"pixels{readout}"]
        assert pixels[0] > eye[0] + 0.05
        assert eye[1] > pixels[1] + 0.05
    assert ten["untrained_finetune"].max() < 0.2
    assert (ten["finetune"] > ten["scratch"]).all()


def test_other_seeds_show_that_pixels_beat_the_eye_only_sometimes() -> None:
    """ほかの種では，平均に近い名前の読み方で，画素が上なのは半分ほど。"""
    gains = other_seeds.gains()
    assert list(gains) == ["リッジ回帰", "平均に近い名前"]
    assert gains["リッジ回帰"].mean() > 0.05
    nearest = gains["平均に近い名前"]
    assert 0.4 < (nearest > 0).mean() < 0.6
    assert abs(nearest.mean()) < 2 * nearest.std(ddof=1) / len(nearest) ** 0.5
    stored = other_seeds.RUNS.read()[0, 3]
    assert other_seeds.score(10, "probe_mean") == pytest.approx(stored, abs=1e-3)


@pytest.mark.parametrize("method", ["probe_mean", "untrained_finetune"])
def test_ten_seeds_equal_what_the_code_measures(method: str) -> None:
    stored = more_seeds.recorded()[method][0, 1]
    assert more_seeds.score(method, 1, 1) == pytest.approx(stored, abs=1e-3)
    with pytest.raises(ValueError, match="使える名前: probe"):
        more_seeds.score("nearest", 1, 0)


def test_an_untrained_eye_read_near_its_entrance_names_many_pictures() -> None:
    """出口では偶然に近い未学習の目も，入口に近い地図なら，6 枚で学習ずみの出口に並ぶ。1 枚では微調整に届かない。"""
    early = {name: v.mean(axis=1) for name, v in early_maps.recorded().items()}
    ten = {
        name: v[:, : early_maps.SEEDS].mean(axis=1)
        for name, v in more_seeds.recorded().items()
    }
    assert abs(early["untrained"][1] - ten["probe"][1]) < 0.1
    assert early["untrained"][0] < ten["finetune"][0] - 0.03
    assert abs(early["trained"][0] - ten["finetune"][0]) < 0.1
    stored = early_maps.recorded()["untrained"][0, 1]
    assert early_maps.score("untrained", 1, 1) == pytest.approx(stored, abs=1e-3)


def test_unlearned_sights_tell_characters_as_well_as_the_exit_of_the_eye() -> None:
    """目と縮めた画素の差は，学習の成果とは言えない：中心をそろえてぼかすだけで埋まる。"""
    found = {name: v.mean() for name, v in simple_sight.recorded().items()}
    assert found["eye"] > found["pixels"] + 0.1
    assert found["blurred"] > found["eye"] - 0.05
    assert found["early"] > found["eye"] - 0.1
    stored = simple_sight.recorded()["blurred"][0]
    assert simple_sight.score("blurred", 700) == pytest.approx(stored, abs=1e-3)
    ink = np.full((2, 112, 112), 255, np.uint8)
    ink[0, 50:60, 50:60] = ink[1, 20:30, 70:80] = 0  # 場所の違う，同じ四角
    one, other = simple_sight.blurred(ink)
    assert one == pytest.approx(other, abs=1e-6)


def test_other_seeds_learn_from_scratch_with_two_pictures() -> None:
    """頁の三つの種では 4 枚ずつ要るが，別の三つの種では，2 枚ずつで微調整の 1 枚に追いつく。"""
    seeds = slice(3, 6)
    tuned = more_seeds.recorded()["finetune"][0, seeds].mean()
    scratch = np.mean([model.score("scratch", 2, seed) for seed in (3, 4, 5)])
    assert scratch > tuned
    first = runs.recorded()
    assert first["scratch"][runs.EACH.index(2)].mean() < first["finetune"][0].mean()


def test_looks_follow_typicality_clearly_for_vehicles_only() -> None:
    """色と縁の見え方で，評定の順が偶然と分けられるのは，乗り物だけ。鳥と道具では，順が出ない。"""
    x = typicality.activity("appearance").mean(axis=0)
    x = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-3)
    order = {
        name: spearmanr(typicality.closeness(x, members), -rating)
        for name, (members, rating) in typicality.ratings().items()
    }
    clear = {name for name, r in order.items() if r.pvalue < 0.05 / len(order)}
    assert clear == {"乗り物"}
    assert min(r.pvalue for name, r in order.items() if name not in clear) > 0.1
    assert max(order[name].statistic for name in ("鳥", "道具")) < 0.05


def test_the_eye_follows_typicality_clearly_for_vehicles_only() -> None:
    """学習ずみの目でも，評定の順が偶然と分けられるのは，乗り物だけ。"""
    x = typicality.activity("eye").mean(axis=0)
    x = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-3)
    chance = {
        name: spearmanr(typicality.closeness(x, members), -rating).pvalue
        for name, (members, rating) in typicality.ratings().items()
    }
    assert chance.pop("乗り物") < 0.02
    assert min(chance.values()) > 0.1
