"""予想の練習の正解は，章の式・モデル・記録から出る（つまみで確かめる正解は ``tests/site`` が調べる）。"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from lessons.attention.winner_take_all import model as wta
from lessons.effects import record, table
from lessons.exercises import all_exercises, judge
from lessons.neuropsychology.lexical_access.patients import controls, sampling_rmsd
from lessons.recognition.efficientnet.model import PUBLISHED
from lessons.segmentation import data, metrics, photo_answers
from lessons.segmentation.detr.matching import greedy
from lessons.segmentation.mask_rcnn.model import count_blobs
from lessons.segmentation.pose.grouping import bone_score
from lessons.segmentation.tasks.exercises import average_precision
from lessons.stimuli import photos
from lessons.weights import nanodet, selfie


def test_twice_the_crowd_takes_a_tenth_longer() -> None:
    few, many = (wta.settling_time(wta.display(0.4, n)) for n in (64, 128))
    assert many / few == pytest.approx(1.1, abs=0.05)
    assert judge("winner_take_all/crowd", "ほぼ 1.1 倍")[0]


def test_a_quarter_of_the_pictures_doubles_the_spread() -> None:
    some, all_items = (
        sampling_rmsd(controls().pattern, items).mean() for items in (44, 175)
    )
    assert judge("lexical_access/items", round(some / all_items, 2))[0]


def test_the_cost_that_makes_greed_best() -> None:
    for cost in np.arange(0, 1, 0.01):
        C = np.array([[0.1, 0.2], [0.3, cost], [0.8, 0.9]])
        same = np.array_equal(greedy(C), linear_sum_assignment(C))
        if not np.isclose(cost, 0.4):  # ちょうど 0.4 では，二つの組の和が同じ
            assert judge("detr/cost", cost)[0] == same, cost


def test_more_rows_go_the_human_way_than_the_other() -> None:
    counted = table.counted(
        [
            one
            for one in record.everything()
            if one.verdict and one.protocol.origin != "組み込み"
        ]
    )
    assert counted["示した"] + counted["向きだけ"] > 2 * counted["逆"]
    assert all_exercises()["effects/direction"].solution == "2 倍より多い"


def test_accuracy_grows_slowly_with_size() -> None:
    *_, work, accuracy = zip(*PUBLISHED.values(), strict=True)
    steps = [after - before for before, after in pairwise(accuracy)]
    assert work[-1] / work[0] > 90
    assert round(accuracy[-1] - accuracy[0]) == 7
    assert max(steps) == steps[0] == pytest.approx(2)
    assert max(steps[-3:]) < 1


def test_reversed_arrows_reverse_the_score() -> None:
    field = np.random.default_rng(0).normal(size=(2, 8, 8))
    a, b = np.array([1.0, 1.0]), np.array([6.0, 4.0])
    score = bone_score(field, a, b)
    assert score
    assert bone_score(-field, a, b) == pytest.approx(-score)
    assert bone_score(field, b, a) == pytest.approx(-score)


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ([1, 1, 0, 1, 0], 11 / 12),
        ([1, 1, 0, 1, 0, 0], None),
        ([0, 1, 1, 0, 1, 0], None),
    ],
)
def test_ap_of_the_exercise_is_the_ap_of_the_book(
    hits: list[int], expected: float | None
) -> None:
    """練習の AP（曲線の下の面積）は，章の部品（101 点で測る）の AP と，目の粗さの分しか違わない。"""
    cats = np.array([[20 * k, 0, 20 * k + 9, 9] for k in range(3)])
    nowhere = np.array([90, 90, 99, 99])
    left = iter(cats)
    guess = np.stack([next(left) if hit else nowhere for hit in hits])
    kinds = np.zeros(len(hits), int)
    found = metrics.Detections(kinds, guess, np.linspace(0.9, 0.1, len(hits)))
    truth = metrics.Detections(np.zeros(3, int), cats)
    by_book = metrics.average_precision([found], [truth], (0.5,))
    found_here = average_precision(hits, 3)
    assert found_here == pytest.approx(by_book, abs=0.005)
    assert expected is None or found_here == pytest.approx(expected)


def test_a_larger_shift_loses_whole_regions() -> None:
    scenes = [s for s in data.scene_set(60, "test", data.SCENES) if len(s.labels) > 1]
    whole = [metrics.Detections(s.labels, s.masks) for s in scenes]
    little, much = (
        metrics.panoptic_quality(
            [
                metrics.Detections(s.labels, np.roll(s.masks, shift, axis=2))
                for s in scenes
            ],
            whole,
        )
        for shift in (2, 4)
    )
    assert much.rq < little.rq < 1
    assert judge("tasks/shift", "下がる")[0]


def test_two_people_apart_are_two_lumps() -> None:
    counted = []
    for left, right in ((60, 420), (30, 480)):
        pair = photo_answers.twice(photos.load("astronaut"), left, right)
        person = selfie.pretrained().mask(pair) > 0.5
        people = nanodet.pretrained().detect(pair).labels.count("人")
        counted.append((count_blobs(person, 1, smallest=500), people))
    assert counted[0] == (1, 2)
    assert judge("mask_rcnn/apart", counted[1])[0]
