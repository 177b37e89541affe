"""DETR の章の，同じ物が並ぶ場面と，答えの数え方。"""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PIL import Image

from lessons.segmentation import data
from lessons.segmentation import faster_rcnn as rcnn
from lessons.segmentation.detr import displays, effects, yours
from lessons.segmentation.detr import model as detr
from lessons.segmentation.detr.matching import lesioned
from lessons.segmentation.metrics import Detections
from lessons.stimuli.scenes import THINGS, make_scene, sprites


def test_a_pair_differs_in_kinds_only():
    different, same = displays.pair(4, 12)
    assert len(different.labels) == len(same.labels) == 12
    assert len(set(different.labels.tolist())) == 12
    assert len(set(same.labels.tolist())) == 1
    assert (same.boxes[:, 2:] <= 96).all()
    assert (same.boxes[:, 2:] - same.boxes[:, :2]).max() <= displays.SIDE
    with pytest.raises(ValueError, match="物の数は 1〜14"):
        displays.pair(0, 15)
    with pytest.raises(ValueError, match="ますは 16 個"):
        displays.display(["car"] * 17, 0)


def test_reported_counts_objects_once_and_answers_all():
    scene = displays.display(["car", "cat"], 0)
    twice = Detections(
        np.repeat(scene.labels[:1], 2),
        np.repeat(scene.boxes[:1], 2, axis=0),
        np.array([0.9, 0.8]),
    )
    shares, counts = displays.reported([twice], [scene])
    assert (shares.tolist(), counts.tolist()) == ([0.5], [2])
    with pytest.raises(ValueError, match="scores"):
        displays.reported([Detections(twice.labels, twice.regions, None)], [scene])


def test_repeated_things_are_missed_only_by_queries_that_yield():
    """譲り合うクエリだけが，同じ物の場面で見落とす。"""
    model, cut, other = (
        effects.repeated(3, control, count=12, side=18).mean()
        for control in ("", "cut", "rcnn")
    )
    assert model > 0.08
    assert abs(cut) < 0.05
    assert abs(other) < 0.05
    few = [effects.repeated(seed, count=4, side=18).mean() for seed in range(3)]
    assert abs(np.mean(few)) < 0.05  # 物が少なければ，見落としは増えない


@pytest.mark.parametrize("side", [16, 18])
def test_queries_without_places_miss_repeated_things_too(side):
    """場所のない DETR でも，同じ物では見落としが増え，注意を固定すると増えない。"""
    plain = detr.pretrained(anchored=False)
    cut = lesioned(plain, "among", data.scene_set(100, "train", data.SCENES))
    pairs = [displays.pair(seed, 12, side=side) for seed in range(40)]
    drop = []
    for model in (plain, cut):
        different, same = (
            displays.reported(detr.detect(model, list(part)), list(part))[0].mean()
            for part in zip(*pairs, strict=True)
        )
        drop.append(different - same)
    assert drop[0] > 0.05
    assert drop[1] < drop[0] / 3


def drops(starts: range, *bars: float, side: int = displays.SIDE) -> list[float]:
    """基準ごとの，見つけた割合の差（種類の違う 14 個 − 同じ 14 個）。"""
    model = detr.pretrained()
    pairs = [displays.pair(one, 14, side=side) for one in starts]
    different, same = (
        (detr.detect(model, list(part)), list(part))
        for part in zip(*pairs, strict=True)
    )
    return [
        displays.reported(*different, bar)[0].mean()
        - displays.reported(*same, bar)[0].mean()
        for bar in bars
    ]


def test_repeated_things_are_answered_with_less_confidence_rather_than_not_at_all():
    """頁の言葉：基準を 0.1 に下げると，同じ物の見落としは大きく縮む。"""
    usual, low = drops(range(700, 724), 0.5, 0.1)
    assert usual > 0.12
    assert low < usual / 2


@pytest.mark.parametrize("start", [0, 400])
def test_small_repeated_things_are_missed_even_at_a_low_bar(start):
    """頁の言葉：14 画素の物では，基準を 0.1 に下げても，見落としの差が残る。"""
    usual, low = drops(range(start, start + 10), 0.5, 0.1, side=14)
    assert usual > 0.1
    assert low > 0.1


def test_at_a_far_lower_bar_small_repeated_things_may_not_be_missed():
    """頁の言葉：14 画素の物でも，0.1 より下げると，見落としの差が残るとは限らない。"""
    low, lowest = drops(range(10, 28), 0.1, 0.001, side=14)
    assert low > 0.1
    assert abs(lowest) < 0.05


def test_tiny_things_are_counted_as_fewer():
    """頁の言葉：辺が 12 画素の物では，種類が違っても，答えの数が少なめになる。"""
    shown = [displays.pair(i, 14, side=12)[0] for i in range(100, 120)]
    _, count = displays.reported(detr.detect(detr.pretrained(), shown), shown)
    assert count.mean() == pytest.approx(8.3, abs=1)


def touching(seed, same):
    """すきまなく並べた，二つの物の場面。"""
    kinds = np.random.default_rng(seed).permutation(len(displays.KINDS))[:2]
    pair = [displays.KINDS[kinds[0]], displays.KINDS[kinds[0 if same else 1]]]
    empty = make_scene(seed, displays.EMPTY)
    image, boxes = Image.fromarray(empty.image), []
    rng = np.random.default_rng(seed)
    y, x = int(rng.integers(30, 60)), int(rng.integers(15, 45))
    for kind in pair:
        sprite = sprites()[kind]
        scale = 14 / max(sprite.size)
        size = tuple(max(4, round(length * scale)) for length in sprite.size)
        small = sprite.resize(size, Image.Resampling.BILINEAR)
        image.paste(small, (x, y), small)
        boxes.append((x, y, x + size[0], y + size[1]))
        x += 14
    return replace(
        empty,
        image=np.asarray(image),
        labels=np.array([list(THINGS).index(kind) for kind in pair]),
        boxes=np.array(boxes, np.float32),
    )


def test_two_touching_things_of_a_kind_are_missed_by_both_detectors():
    """頁の言葉：すきまなく並べると二つだけでも見落とすが，Faster R-CNN でも同じ。"""
    shown = {same: [touching(i, same) for i in range(30)] for same in (False, True)}
    finders = (
        partial(detr.detect, detr.pretrained()),
        partial(rcnn.detect, rcnn.pretrained()),
    )
    for find in finders:
        share = {k: displays.reported(find(v), v)[0].mean() for k, v in shown.items()}
        assert share[True] < share[False] - 0.1


def test_random_queries_keep_the_spread_and_lose_the_objects():
    model = detr.pretrained()
    mixed = displays.random_queries(model, 0)
    assert mixed.content.shape == model.content.shape
    assert not np.allclose(mixed.content.detach(), model.content.detach())
    scene = displays.pair(2, 8)[0]
    share = displays.reported(detr.detect(mixed, [scene]), [scene])[0]
    assert share[0] < 0.5


def test_yours_lists_the_counts():
    models = {"DETR": partial(detr.detect, detr.pretrained())}
    lines = yours.graded((9, 8), models)
    assert lines[:2] == ["本当の数：違う物 13，同じ物 12", "あなた：違う物 9，同じ物 8"]
    assert lines[2].startswith("DETR：違う物 1")
    assert "まだ答え" in yours.graded(..., models)[0]
    with pytest.raises(ValueError, match="0 以上の数二つ"):
        yours.graded((1, -1), models)
