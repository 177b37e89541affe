"""FPN：大きさごとの AP が pycocotools と一致し，ピラミッドと重みが述べたとおりなこと。"""

import contextlib
import io
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from lessons.segmentation import data, train
from lessons.segmentation import faster_rcnn as rcnn
from lessons.segmentation.fpn.model import KINDS, MANY_SIZES, Pyramid
from lessons.segmentation.fpn.object_sizes import (
    SIZES,
    ap_of_size,
    at_nearest_anchor,
    cost,
    image_pyramid,
    in_range,
    level_of,
    objectness,
    proposal_recall,
)
from lessons.segmentation.metrics import Detections, average_precision
from lessons.stimuli.scenes import make_scenes
from lessons.weights import ledger

EVERY = (0.0, np.inf)


def random_case(seed):
    """乱数で作った正解と，それをずらした検出。確信度の同じ検出はない。"""
    rng = np.random.default_rng(seed)
    guesses, truths = [], []
    for _ in range(4):
        n = int(rng.integers(0, 6))
        corner, side = rng.uniform(0, 70, (n, 2)), rng.uniform(6, 70, (n, 2))
        boxes = np.hstack([corner, corner + side])
        labels = rng.integers(0, 2, n)
        truths.append(Detections(labels, boxes))
        extra = rng.uniform(0, 60, (2, 2))
        extra = np.hstack([extra, extra + rng.uniform(5, 60, (2, 2))])
        moved = boxes + rng.normal(0, 3, boxes.shape)
        moved[:, 2:] = np.maximum(moved[:, 2:], moved[:, :2] + 1)
        guesses.append(
            Detections(
                np.concatenate([labels, rng.integers(0, 2, 2)]),
                np.vstack([moved, extra]),
                rng.uniform(0, 1, n + 2),
            )
        )
    return guesses, truths


def by_pycocotools(guesses, truths, limits):
    def rows(items, scored):
        return [
            {
                "image_id": i + 1,
                "category_id": int(k) + 1,
                "bbox": [x1, y1, x2 - x1, y2 - y1],
                "area": (x2 - x1) * (y2 - y1),
                **({"score": item.scores[j]} if scored else {"iscrowd": 0}),
            }
            for i, item in enumerate(items)
            for j, (k, (x1, y1, x2, y2)) in enumerate(
                zip(item.labels, item.regions.tolist(), strict=True)
            )
        ]

    truth = COCO()
    annotations = [{"id": n + 1, **row} for n, row in enumerate(rows(truths, False))]
    truth.dataset = {
        "images": [{"id": i + 1} for i in range(len(truths))],
        "categories": [{"id": 1}, {"id": 2}],
        "annotations": annotations,
        "info": {},
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(rows(guesses, True)), "bbox")
        evaluation.params.areaRng = [[limits[0], min(limits[1], 1e10)]]
        evaluation.params.areaRngLbl = ["all"]
        evaluation.params.iouThrs = np.array([0.5])
        evaluation.evaluate()
        evaluation.accumulate()
    values = evaluation.eval["precision"][0, :, :, 0, -1]
    values = values[values > -1]
    return float(values.mean()) if values.size else float("nan")


@given(st.integers(0, 2**31), st.sampled_from([*SIZES.values(), EVERY]))
@settings(max_examples=60)
def test_ap_of_size_equals_pycocotools(seed, limits):
    guesses, truths = random_case(seed)
    if not any(len(t.labels) for t in truths):
        return
    expected = by_pycocotools(guesses, truths, limits)
    found = ap_of_size(guesses, truths, limits)
    assert found == pytest.approx(expected, abs=1e-6, nan_ok=True)


@given(st.integers(0, 2**31))
@settings(max_examples=20)
def test_every_size_together_is_the_ordinary_ap(seed):
    guesses, truths = random_case(seed)
    ordinary = average_precision(guesses, truths, thresholds=(0.5,))
    assert ap_of_size(guesses, truths, EVERY) == pytest.approx(ordinary, nan_ok=True)


def test_nothing_to_find_and_nothing_found():
    none = Detections(np.zeros(0, int), np.zeros((0, 4)), np.zeros(0))
    one = Detections(np.array([0]), np.array([[0.0, 0, 10, 10]]))
    assert np.isnan(ap_of_size([none], [none], EVERY))
    assert ap_of_size([none], [one], EVERY) == 0
    assert np.isnan(ap_of_size([none], [one], SIZES["大"]))
    with pytest.raises(ValueError, match="画像の数が違います"):
        ap_of_size([none], [], EVERY)
    with pytest.raises(ValueError, match="scores"):
        ap_of_size([one], [one], EVERY)


def test_zero_area_boxes_are_small():
    boxes = np.array([[5.0, 5, 5, 9], [9, 9, 1, 1]])
    assert in_range(boxes, SIZES["小"]).all()
    assert level_of(torch.from_numpy(boxes)).tolist() == [3, 3]


def test_levels_by_hand():
    sides = torch.tensor([40.0, 112, 224, 448, 2000])
    boxes = torch.stack([sides * 0, sides * 0, sides, sides], dim=1)
    assert level_of(boxes).tolist() == [3, 3, 4, 5, 5]


@pytest.mark.parametrize("kind", ["single_map", "hierarchy", "fpn"])
def test_pyramids_have_the_stated_shapes_and_paths(kind):
    torch.manual_seed(0)
    net = Pyramid(kind).eval()
    image = torch.randn(1, 3, 128, 128)
    with torch.no_grad():
        maps = list(net(image).values())
        deep = net.backbone(image)[2:]
        side = [layer(x) for layer, x in zip(net.lateral, deep, strict=True)]
    sizes = [m.shape[-1] for m in maps]
    assert sizes == ([4] if kind == "single_map" else [16, 8, 4])
    if kind == "fpn":  # 手で組み立てたものと同じ
        middle = side[1] + F.interpolate(side[2], scale_factor=2)
        fine = side[0] + F.interpolate(middle, scale_factor=2)
        torch.testing.assert_close(maps[0], net.smooth[0](fine))
    if kind == "hierarchy":
        torch.testing.assert_close(maps[0], net.smooth[0](side[0]))


def test_unknown_pyramid_is_refused():
    with pytest.raises(ValueError, match="single_map・hierarchy・fpn"):
        Pyramid("deep")


def test_image_pyramid_costs_far_more_than_fpn():
    work = {kind: cost(kind) for kind in KINDS}
    assert work["image_pyramid"] > 15 * work["single_map"]
    assert work["single_map"] < work["fpn"] < 1.3 * work["single_map"]
    # 費用の大半は，画像を引き伸ばすことによる。縮めるだけなら，ほとんど増えない。
    shrunk = cost("image_pyramid", scales=(1, 0.5, 0.25))
    assert shrunk < 1.4 * work["single_map"]
    with torch.no_grad():
        maps = image_pyramid(Pyramid().backbone.eval(), torch.zeros(1, 3, 64, 64))
    assert [m.shape[-1] for m in maps] == [8, 4, 2]


@pytest.fixture(scope="module")
def models():
    return {kind: train.load(kind) for kind in ("single_map", "fpn")}


def test_shipped_weights_reach_their_recorded_scores(models):
    scenes = data.scene_set(60, "test", MANY_SIZES)
    for kind, model in models.items():
        recorded = ledger.get(kind).scores["AP50"]
        assert rcnn.ap50(model, scenes) > recorded - 0.08


def test_fpn_helps_small_things_most(models):
    """三組の場面で，小さい物ほど AP50 の差が大きい。消えた割合なら，中くらいの物。"""
    scenes = data.scene_set(240, "test", MANY_SIZES)
    for start in (0, 80, 160):
        part = scenes[start : start + 80]
        truth = rcnn.truths(part)
        found = [rcnn.detect(models[kind], part) for kind in ("single_map", "fpn")]
        gain, cut = {}, {}
        for size, limits in SIZES.items():
            one, both = (ap_of_size(each, truth, limits) for each in found)
            gain[size] = both - one
            cut[size] = gain[size] / (1 - one)
        assert gain["小"] > 0.15
        assert max(gain, key=gain.get) == "小"
        assert cut["中"] > cut["小"]


def test_levels_share_the_sizes(models):
    scene = data.scene_set(60, "test", MANY_SIZES)[0]
    maps = objectness(models["fpn"], data.to_tensor(scene.image[None]))
    assert [tuple(m.shape) for m in maps] == [(16, 16), (8, 8), (4, 4)]
    assert all(float(m.min()) >= 0 and float(m.max()) <= 1 for m in maps)


def test_nearest_anchor_is_at_the_corner_of_its_cell():
    heat = torch.arange(6.0).reshape(2, 3)  # 粗さ 8：中心は x = 0, 8, 16，y = 0, 8
    places = {(3.9, 3.9): 0, (4.1, 0): 1, (8, 8): 4, (12.1, 3): 2, (23, 15): 5}
    for (x, y), value in places.items():
        assert at_nearest_anchor(heat, 8, x, y) == value


def test_each_size_is_seen_best_on_its_own_level(models):
    """物の中心にいちばん近いアンカーで読むと，小・中・大を，粗さ 8・16・32 が見る。"""
    seen = {size: [] for size in SIZES}
    for scene in data.scene_set(60, "test", MANY_SIZES):
        maps = objectness(models["fpn"], data.to_tensor(scene.image[None]))
        for box in scene.boxes:
            x, y = (box[:2] + box[2:]) / 2
            size = next(s for s in SIZES if in_range(box[None], SIZES[s]).any())
            seen[size].append(
                [
                    at_nearest_anchor(m, stride, x, y)
                    for m, stride in zip(maps, (8, 16, 32), strict=True)
                ]
            )
    table = np.array([np.mean(values, axis=0) for values in seen.values()])
    assert table.argmax(1).tolist() == [0, 1, 2]
    assert table.diagonal().min() > 0.7


def test_proposals_on_an_empty_scene_and_on_many(models):
    empty = make_scenes(1, "test", replace(MANY_SIZES, fewest=0, most=0))
    assert all(np.isnan(v) for v in proposal_recall(models["fpn"], empty).values())
    found = proposal_recall(models["fpn"], data.scene_set(60, "test", MANY_SIZES))
    assert found["大"] > 0.9
