"""一段の検出器：数え方，担当の升，悪い入力，二段との違い。"""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.segmentation import data, train
from lessons.segmentation import faster_rcnn as rcnn
from lessons.segmentation.metrics import Detections, average_precision
from lessons.segmentation.one_stage import grids
from lessons.segmentation.one_stage import model as one_stage
from lessons.stimuli.scenes import Scene, SceneConfig, make_scene, make_scenes
from lessons.weights import ledger

SEEDS = st.integers(0, 2**31)


def scene_with(boxes, size=96):
    """四角だけを決めた場面。"""
    n = len(boxes)
    return Scene(
        image=np.full((size, size, 3), 120, np.uint8),
        labels=np.zeros(n, np.int64),
        boxes=np.array(boxes, np.float32).reshape(n, 4),
        masks=np.zeros((n, size, size), bool),
        semantic=np.zeros((size, size), np.int64),
        keypoints=np.zeros((n, 13, 3), np.float32),
        things=("cat",),
    )


@pytest.fixture(scope="module")
def model():
    return train.load("one_stage")


@pytest.fixture(scope="module")
def tests():
    return data.scene_set(60, "test", data.SCENES)


def test_published_counts():
    """論文の数：YOLO の 7 × 7 × 30，SSD300 の 8,732 個。"""
    assert one_stage.yolo_outputs() == 7 * 7 * 30 == 1470
    assert one_stage.ssd_boxes() == 8732


@given(SEEDS, st.integers(1, 16))
@settings(max_examples=60)
def test_the_cell_holds_the_centre(seed, grid):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 80, (5, 2))
    boxes = np.hstack([corner, corner + rng.uniform(0, 16, (5, 2))])
    row, column = np.divmod(grids.cell_of(boxes, 96, grid), grid)
    center = (boxes[:, :2] + boxes[:, 2:]) / 2 / 96 * grid
    assert (column <= center[:, 0]).all()
    assert (center[:, 0] <= column + 1).all()
    assert (row <= center[:, 1]).all()
    assert (center[:, 1] <= row + 1).all()


def test_cells_of_bad_boxes():
    outside = [[-40.0, -40, -20, -20], [200, 200, 220, 220]]
    assert grids.cell_of(outside, 96, 7).tolist() == [0, 48]
    assert grids.cell_of(np.zeros((0, 4)), 96, 7).shape == (0,)
    with pytest.raises(ValueError, match="NaN"):
        grids.cell_of([[0, 0, 1, np.nan]], 96, 7)
    with pytest.raises(ValueError, match="1 以上"):
        grids.cell_of(outside, 96, 0)


def test_things_in_one_cell_are_crowded_out():
    together = scene_with([[10, 10, 20, 20], [11, 11, 21, 21], [70, 70, 90, 90]])
    assert grids.crowded_out([together], 7) == pytest.approx(1 / 3)
    assert grids.crowded_out([together], 1) == pytest.approx(2 / 3)
    assert math.isnan(grids.crowded_out([scene_with([])], 7))


def test_finer_grids_crowd_out_fewer_things():
    """三組の場面で，升目を細かくするほど，答えられない物が減る。"""
    every = data.scene_set(60, "test", data.SCENES)
    for k in range(3):
        part = every[20 * k : 20 * k + 20]
        lost = [grids.crowded_out(part, side) for side in (1, 3, 12)]
        assert lost[0] > lost[1] >= lost[2]


@given(SEEDS)
@settings(max_examples=30)
def test_owners_are_near_the_centre_of_their_things(seed):
    scene = make_scene(seed, SceneConfig())
    owner = one_stage.assign(scene)
    assert owner.shape == (144,)
    centers = one_stage.cell_centers(12, 12)
    for cell in torch.nonzero(owner >= 0).flatten().tolist():
        x1, y1, x2, y2 = scene.boxes[owner[cell]]
        away = (centers[cell] - torch.tensor([(x1 + x2) / 2, (y1 + y2) / 2])).abs()
        assert away.max() <= one_stage.STRIDE + 1e-4


def test_small_things_win_the_cell():
    owner = one_stage.assign(scene_with([[20, 20, 76, 76], [44, 44, 52, 52]]))
    assert owner[5 * 12 + 5] == 1


def test_strange_scenes_have_no_owner_or_are_refused():
    assert (one_stage.assign(scene_with([])) == -1).all()
    with pytest.raises(ValueError, match="16 の倍数の正方形"):
        one_stage.assign(scene_with([], size=100))


def test_loss_of_empty_scenes_is_finite_and_teaches_nothing_there():
    net = one_stage.GridDetector(3)
    empty = [scene_with([])] * 2
    parts = one_stage.loss(net(torch.randn(2, 3, 96, 96)), empty)
    assert parts["box"] == 0
    assert parts["kind"] == 0
    assert torch.isfinite(parts["presence"])
    torch.stack(list(parts.values())).sum().backward()


@given(SEEDS)
@settings(max_examples=10)
def test_answers_stay_inside_and_do_not_repeat(seed):
    torch.manual_seed(seed)
    net = one_stage.GridDetector(3)
    noise = scene_with([])
    noise.image[:] = np.random.default_rng(seed).integers(0, 255, (96, 96, 3))
    for scene in (noise, scene_with([])):  # 雑音と，一色の画像
        (found,) = one_stage.detect(net, [scene], threshold=0.0)
        assert len(found.labels) <= 20
        assert (found.regions >= 0).all()
        assert (found.regions <= 96).all()
        assert np.isfinite(found.scores).all()


def test_nothing_to_look_at(model):
    assert one_stage.detect(model, []) == []
    empty = make_scenes(2, "test", SceneConfig(fewest=0, most=0))
    assert len(one_stage.detect(model, empty)) == 2
    with pytest.raises(ValueError, match="場面が一つもありません"):
        grids.work_and_speed(len, [])


def test_broken_network_answers_nothing():
    """重みが NaN になったネットワークは，答えを出さない。"""
    net = one_stage.GridDetector(3)
    with torch.no_grad():
        net.head[1].bias.fill_(float("nan"))
    (found,) = one_stage.detect(net, [scene_with([])])
    assert len(found.labels) == 0


def test_error_kinds_by_hand():
    truth = [
        Detections(np.array([0, 1]), np.array([[0, 0, 10, 10], [50, 50, 60, 60.0]]))
    ]

    def kind(label, box):
        guess = [Detections(np.array([label]), np.array([box]), np.array([0.9]))]
        found = grids.error_kinds(guess, truth)
        (name,) = [key for key, value in found.items() if value == 1]
        return name

    assert kind(0, [0, 0, 10, 9.0]) == "当たり"
    assert kind(0, [5, 0, 15, 10.0]) == "位置"
    assert kind(1, [0, 0, 10, 9.0]) == "名前"
    assert kind(0, [80, 80, 90, 90.0]) == "背景"


def test_the_second_answer_to_one_thing_is_a_duplicate():
    box = np.array([[0, 0, 10, 10.0]])
    truth = [Detections(np.array([0, 0]), np.vstack([box, box + 50]))]
    twice = [Detections(np.array([0, 0]), box.repeat(2, 0), np.array([0.8, 0.9]))]
    found = grids.error_kinds(twice, truth)
    assert (found["当たり"], found["重複"]) == (0.5, 0.5)
    both = [Detections(np.array([0, 0]), truth[0].regions, np.array([0.8, 0.9]))]
    assert grids.error_kinds(both, truth)["当たり"] == 1


@given(SEEDS, st.integers(0, 12), st.integers(0, 4))
@settings(max_examples=40)
def test_error_kinds_share_out_all_answers(seed, guesses, things):
    rng = np.random.default_rng(seed)

    def some(n):
        corner = rng.uniform(0, 50, (n, 2))
        return rng.integers(0, 3, n), np.hstack(
            [corner, corner + rng.uniform(1, 40, (n, 2))]
        )

    truth = [Detections(*some(things))]
    guess = [Detections(*some(guesses), rng.random(guesses))]
    total = sum(grids.error_kinds(guess, truth).values())
    assert total == pytest.approx(1.0 if guesses and things else 0.0)


def test_one_stage_places_boxes_less_exactly(model, tests):
    """三組の場面で，厳しい基準（AP75）の落ち方は，一段の方が大きい。"""
    two = train.load("faster_rcnn")
    for k in range(3):
        part = tests[20 * k : 20 * k + 20]
        truth = rcnn.truths(part)
        drop = [
            average_precision(found, truth, (0.5,))
            - average_precision(found, truth, (0.75,))
            for found in (one_stage.detect(model, part), rcnn.detect(two, part))
        ]
        assert drop[0] > drop[1]


def test_without_the_second_correction_two_stages_are_as_exact_as_one(model, tests):
    """二段めの四角の直しだけを外すと，AP75 は一段と同じくらいまで下がる。"""
    two, truth = rcnn.pretrained(), rcnn.truths(tests)
    usual, one = (
        average_precision(found, truth, (0.75,))
        for found in (rcnn.detect(two, tests), one_stage.detect(model, tests))
    )
    two.roi_heads.box_predictor.bbox_pred.weight.data.zero_()
    two.roi_heads.box_predictor.bbox_pred.bias.data.zero_()
    raw = average_precision(rcnn.detect(two, tests), truth, (0.75,))
    assert raw < usual - 0.05
    assert raw == pytest.approx(one, abs=0.05)


def test_location_errors_differ_only_at_the_strict_level(model, tests):
    """少ない場面では，IoU 0.5 で位置の間違いに差が見えず，0.75 では一段の方が多い。"""
    two = rcnn.pretrained()
    truth = rcnn.truths(tests)
    place = {
        right: [
            grids.error_kinds(found, truth, right)["位置"]
            for found in (one_stage.detect(model, tests), rcnn.detect(two, tests))
        ]
        for right in (0.5, 0.75)
    }
    assert place[0.5][0] == pytest.approx(place[0.5][1], abs=0.03)
    assert place[0.75][0] > place[0.75][1] + 0.04


def test_location_errors_are_more_for_one_stage_over_many_scenes(model):
    """300 場面なら，論文の IoU 0.5 でも，一段の方が位置の間違いが多い。ただし，わずか。"""
    many = data.scene_set(400, "test", data.SCENES)[100:]
    truth = rcnn.truths(many)
    one, two = (
        grids.error_kinds(found, truth, 0.5)["位置"]
        for found in (
            one_stage.detect(model, many),
            rcnn.detect(rcnn.pretrained(), many),
        )
    )
    assert two + 0.005 < one < two + 0.03


def test_shipped_weights_reach_their_recorded_score(model, tests):
    score = ledger.get("one_stage").scores["AP50"]
    assert score > 0.93
    found = one_stage.detect(model, tests)
    assert average_precision(found, rcnn.truths(tests), (0.5,)) > score - 0.06


def test_work_is_counted_without_learning(model, tests):
    work, speed = grids.work_and_speed(
        lambda s: one_stage.detect(model, [s]), tests[:2]
    )
    assert 20 < work < 200  # 百万回
    assert speed > 0
