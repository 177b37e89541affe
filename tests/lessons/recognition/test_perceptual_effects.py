"""章 recognition/perceptual_effects：図形，距離，指数，対照のネットワーク。"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lessons.recognition import networks
from lessons.recognition.perceptual_effects import (
    averaged,
    by_kind,
    length,
    model,
    normalisation,
    shape_bias,
)
from lessons.stimuli.perception import lines, surfaces
from lessons.stimuli.perception.canvas import SIDE


@pytest.mark.parametrize("name", model.COMPARISONS)
def test_stimuli_differ_where_the_comparison_needs_it(name: str) -> None:
    pair = model.COMPARISONS[name]
    one, again, other = (
        pair.draw(np.random.default_rng(seed), 1.0) for seed in (0, 0, 1)
    )
    assert one.dtype == np.uint8
    assert one.shape[1:] == (SIDE, SIDE)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    for i, j in (pair.farther, pair.nearer):
        assert (one[i] != one[j]).any()
    edge = np.concatenate([one[:, 0].ravel(), one[:, -1].ravel(), one[:, :, 0].ravel()])
    if name != "oblique":  # 縞のほかは，紙からはみ出さない
        assert edge.max() == 0


def test_mirror_images_are_exact() -> None:
    image, left_right, up_down = lines.random_lines(np.random.default_rng(0))
    assert np.array_equal(left_right[:, ::-1], image)
    assert np.array_equal(up_down[::-1], image)


def test_index_is_bounded_and_signed() -> None:
    far, near = torch.tensor([3.0, 2.0, 0.0]), torch.tensor([2.0, 3.0, 0.0])
    assert np.allclose(model.index(far, near), [0.2, -0.2, 0.0])


def test_distances() -> None:
    a, b = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[2.0, 4.0, 6.0]])
    assert model.distance(a, b).item() == pytest.approx(14**0.5)
    assert model.distance(a, b, "correlation").item() == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="使える名前: euclidean"):
        model.distance(a, b, "manhattan")


def test_mirror_effect_is_absent_from_pixels_whatever_the_pattern() -> None:
    found = model.effect_index("mirror_confusion", 0, "pixels", items=40)
    assert abs(found.mean()) < 0.03


def test_weber_index_of_a_ruler_that_obeys_each_law(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """長さの対数を並べた表現では正，長さを並べた表現では負になる。"""
    lengths = []
    for base in lines.BASES:
        for ratio in lines.RATIOS:
            lengths += [base * (1 - ratio / 2), base * (1 + ratio / 2)]
    for ruler, sign in ((np.log, 1), (np.array, -1)):
        v = torch.tensor(ruler(lengths)).reshape(1, -1, 1)
        monkeypatch.setattr(length, "shown", lambda *_, v=v: {"gap": v})
        assert np.sign(length.weber_index(0, items=1))[0] == sign


def test_pixels_add_objects() -> None:
    assert normalisation.less_than_sum(0, "pixels", items=6) == pytest.approx(
        0, abs=1e-3
    )


def test_shape_triplets_share_what_they_should() -> None:
    sample, *_ = shape_bias.triplets(0, items=1)
    assert sample.shape == (3, SIDE, SIDE, 3)
    choices = shape_bias.shape_choices(0, "pixels", items=6)
    assert set(choices) <= {-1.0, 1.0}


def test_controls_are_what_their_names_say() -> None:
    trained = networks.network()
    shuffled = networks.network("shuffled", 3)
    untrained = networks.network("untrained", 3)
    a, b = (
        torch.sort(net._conv_head.weight.flatten())[0] for net in (trained, shuffled)
    )
    assert torch.equal(a, b)
    assert not torch.equal(trained._conv_head.weight, shuffled._conv_head.weight)
    c = networks.network("untrained", 4)._conv_head.weight
    assert not torch.equal(untrained._conv_head.weight, c)
    with pytest.raises(ValueError, match="対照 'random' はありません"):
        networks.network("random")


def test_calibration_keeps_untrained_layers_alive() -> None:
    images = np.stack([lines.random_lines(np.random.default_rng(s))[0] for s in (0, 1)])
    v = model.representations(images, "untrained", 0)
    for layer in model.LAYERS:
        assert torch.isfinite(v[layer]).all()
        assert v[layer].std() > 1e-3


def test_unknown_names_get_the_known_ones() -> None:
    with pytest.raises(ValueError, match="使える名前: mirror_confusion"):
        model.effect_index("mirrors", 0)
    with pytest.raises(ValueError, match="使える名前: b10"):
        model.effect_index("oblique", 0, layer="b99")


def test_non_accidental_effect_is_mostly_about_curvature() -> None:
    """三つの種類を混ぜた平均は，種類で大きく違う：曲がりで大きく，先細りではほとんどない。"""
    curve, parallel, taper = by_kind.non_accidental_by_kind(2, items=6).values()
    assert curve > 0.3
    assert curve > parallel + 0.1
    assert abs(parallel) < 0.15  # 頁の六つの種では，平均 0.09
    assert taper < 0.15
    untrained = by_kind.non_accidental_by_kind(2, "untrained", items=3)
    assert max(map(abs, untrained.values())) < 0.1


def test_one_kind_draws_that_kind_only() -> None:
    pair = model.COMPARISONS["non_accidental"]
    straight, bent, _ = pair.draw(by_kind._OneKind(0, 0), 1.0)
    whole, tapered, _ = pair.draw(by_kind._OneKind(0, 2), 1.0)
    assert (whole > 0).mean() > 3 * (straight > 0).mean()  # 四角は塗ってある
    assert (straight != bent).any()
    assert (whole != tapered).any()


def test_context_effect_does_not_wait_for_the_last_layers() -> None:
    """途中の層でも，場所を平均すれば，文脈の効果も鏡像の効果もある。地図のままでは，ほとんどない。"""
    for name, layer in (("configural_superiority", "b10"), ("mirror_confusion", "b14")):
        flat = model.effect_index(name, 11, items=4, layer=layer).mean()
        assert flat < 0.05
        assert averaged.averaged_index(name, 11, layer, items=4) > flat + 0.1
    gap = model.effect_index("mirror_confusion", 11, items=4).mean()
    same = averaged.averaged_index("mirror_confusion", 11, "head", items=4)
    assert same == pytest.approx(gap, abs=1e-4)
    with pytest.raises(ValueError, match="使える名前: b10"):
        averaged.averaged_index("mirror_confusion", 11, "gap")


class _Finer(np.random.Generator):
    """小さな図形を，もっと小さく，密に並べるくじ。"""

    def uniform(self, low=0.0, high=1.0, size=None):  # type: ignore[override,no-untyped-def]
        finer = {(6.5, 8.5): (4, 5), (19, 24): (14, 16)}
        return super().uniform(*finer.get((low, high), (low, high)), size)


def test_small_and_dense_parts_turn_the_global_effect_around() -> None:
    """約束の図形では部分の違いが遠いが，小さく，密に並べると，全体の違いが遠い。"""

    def measured(g: np.random.Generator) -> float:
        sets = np.stack([surfaces.global_and_local(g) for _ in range(10)])
        v = model.representations(sets.reshape(-1, SIDE, SIDE))["gap"]
        v = v.unflatten(0, sets.shape[:2])
        far, near = (model.distance(v[:, 0], v[:, i]) for i in (1, 2))
        return float(model.index(far, near).mean())

    assert measured(np.random.default_rng(1)) < -0.02
    assert measured(_Finer(np.random.PCG64(1))) > 0.05


def test_before_averaging_places_shape_wins() -> None:
    """場所を平均しない塊 10 では形に，GAP では模様に寄る。"""
    pictures = shape_bias.triplets(3, 16)
    v = model.representations(pictures.reshape(-1, SIDE, SIDE, 3))
    for layer, sign in (("b10", 1), ("gap", -1)):
        one = v[layer].unflatten(0, (16, 3))
        shape, texture = (model.distance(one[:, 0], one[:, i]) for i in (1, 2))
        assert sign * ((shape < texture).float().mean() - 0.5) > 0.1
