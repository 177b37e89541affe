"""DETR：組合せ，答えの数え方，出荷した重み，写真の検出器。"""

import copy
import dataclasses
import itertools
import types

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment

from lessons.segmentation import data, metrics, train
from lessons.segmentation import faster_rcnn as rcnn
from lessons.segmentation.detr import matching
from lessons.segmentation.detr import model as detr
from lessons.segmentation.detr.matching import (
    count_answers,
    greedy,
    lesioned,
    spotlight,
)
from lessons.segmentation.metrics import Detections
from lessons.stimuli.scenes import SceneConfig, make_scene
from lessons.weights import detr_r50, ledger
from lessons.weights.errors import OfflineError, WeightsError

COSTS = st.tuples(st.integers(0, 5), st.integers(0, 4)).flatmap(
    lambda shape: arrays(float, shape, elements=st.floats(-10, 10, width=32))
)


@pytest.fixture(scope="module")
def model():
    return train.load("detr_anchored")


@pytest.fixture(scope="module")
def scenes():
    return data.scene_set(40, "test", data.SCENES)


@given(COSTS)
@settings(max_examples=60)
def test_greedy_is_one_to_one_and_never_beats_the_hungarian_method(cost):
    q, t = greedy(cost)
    assert len(q) == len(t) == min(cost.shape)
    assert len(set(q.tolist())) == len(q)
    assert t.tolist() == sorted(set(t.tolist()))
    best = cost[linear_sum_assignment(cost)].sum()
    assert cost[q, t].sum() >= best - 1e-6


@given(arrays(float, (4, 3), elements=st.floats(-5, 5, width=32)))
@settings(max_examples=30)
def test_hungarian_method_equals_trying_every_pairing(cost):
    tried = min(
        sum(cost[q, i] for i, q in enumerate(order))
        for order in itertools.permutations(range(4), 3)
    )
    assert cost[linear_sum_assignment(cost)].sum() == pytest.approx(tried, abs=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_greedy_refuses_costs_that_are_not_numbers(bad):
    with pytest.raises(ValueError, match="NaN または無限大"):
        greedy(np.array([[1.0, bad]]))


def test_assign_finds_the_queries_that_answer_the_truth():
    box = torch.tensor([[0.2, 0.2, 0.1, 0.1], [0.7, 0.7, 0.2, 0.2], [0.5, 0.5, 1, 1]])
    kind = torch.zeros(3, 4)
    kind[0, 2] = kind[1, 1] = 9
    q, t = detr.assign(kind, box, torch.tensor([1, 2]), box[[1, 0]])
    assert dict(zip(t.tolist(), q.tolist(), strict=True)) == {0: 1, 1: 0}


def test_scene_without_objects_can_be_learned_and_answered(model):
    empty = make_scene(3, SceneConfig(fewest=0, most=0))
    assert len(empty.labels) == 0
    answers, weight = model(data.to_tensor(empty.image[None]))
    total = detr.loss(answers, [empty], data.THING_KINDS)
    assert torch.isfinite(total)
    assert weight.shape[1:] == (16, 12, 12)
    counted = count_answers(detr.detect(model, [empty]), [empty])
    assert (counted.objects, counted.missed) == (0, 0)


@pytest.mark.parametrize("value", [0, 255])
def test_picture_of_one_colour_gives_finite_answers(model, value):
    scene = make_scene(1, data.SCENES)
    flat = np.full_like(scene.image, value)
    found = detr.detect(model, [dataclasses.replace(scene, image=flat)])[0]
    assert np.isfinite(found.regions).all()
    assert len(found.scores) == 16


def answers_of(scene, times, score=0.9):
    """物のすべてに ``times`` 回ずつ答える検出。"""
    return Detections(
        np.repeat(scene.labels, times),
        np.repeat(scene.boxes, times, axis=0),
        np.full(len(scene.labels) * times, score),
    )


@given(st.integers(0, 60), st.integers(0, 4))
@settings(max_examples=25)
def test_answers_are_counted_for_each_object(seed, times):
    scene = make_scene(seed, dataclasses.replace(data.SCENES, fewest=0, most=1))
    counted = count_answers([answers_of(scene, times)], [scene])
    n = len(scene.labels)
    assert counted.objects == n
    assert counted.repeated == (max(0, times - 1) if n else 0)
    assert counted.missed == (1.0 if n and times == 0 else 0.0)


def test_unsure_misplaced_and_misnamed_answers_do_not_count():
    scene = make_scene(5, data.SCENES)
    unsure = answers_of(scene, 1, score=0.4)
    right = answers_of(scene, 1)
    moved = dataclasses.replace(right, regions=right.regions + 500)
    renamed = dataclasses.replace(right, labels=right.labels + 100)
    for wrong in (unsure, moved, renamed):
        assert count_answers([wrong], [scene]).missed == 1
    many = answers_of(scene, 10_000 // len(scene.labels))
    assert count_answers([many], [scene]).missed == 0


def test_bad_detections_are_refused():
    scene = make_scene(5, data.SCENES)
    with pytest.raises(ValueError, match="確信度"):
        count_answers([Detections(scene.labels, scene.boxes)], [scene])
    with pytest.raises(ValueError, match="NaN"):
        answers_of(scene, 1, score=np.nan)
    with pytest.raises(ValueError, match="場面の数が違います"):
        count_answers([], [scene])


@pytest.mark.parametrize("name", ["detr_anchored", "detr_plain"])
def test_shipped_weights_reach_their_recorded_score(name, scenes):
    recorded = ledger.get(name).scores["AP50"]
    assert recorded >= 0.85
    found = detr.detect(train.load(name), scenes)
    ap = metrics.average_precision(found, rcnn.truths(scenes), thresholds=(0.5,))
    assert ap == pytest.approx(recorded, abs=0.08)  # 40 場面だけなので幅を持たせる


LEARNED = data.scene_set(100, "train", data.SCENES)  # 平均を取る，学習の場面


@pytest.mark.parametrize("start", [0, 40, 80])
def test_fixing_the_talk_to_its_mean_brings_back_duplicates_only(model, start):
    """三組の場面で，話し合いを平均に固定すると，余分が何倍にもなり，見落としは増えない。"""
    part = data.scene_set(120, "test", data.SCENES)[start : start + 40]
    for whole, times in ((model, 4), (train.load("detr_plain"), 1.7)):
        before = count_answers(detr.detect(whole, part), part)
        cut = lesioned(whole, "among", LEARNED)
        after = count_answers(detr.detect(cut, part), part)
        assert after.repeated > times * before.repeated
        assert after.missed == pytest.approx(before.missed, abs=0.04)


def test_fixing_the_other_parts_does_not_bring_duplicates(model, scenes):
    """ほかの部品を平均に固定すると，余分ではなく，見落としが増える。"""
    before = count_answers(detr.detect(model, scenes), scenes)
    for part in ("image", "mix"):
        cut = lesioned(model, part, LEARNED)
        after = count_answers(detr.detect(cut, scenes), scenes)
        assert after.repeated <= before.repeated
        assert after.missed > before.missed + 0.5


def test_the_talk_of_another_scene_brings_back_duplicates_too(model, scenes):
    """頁の言葉：クエリどうしの注意の出力を，ほかの場面のものと入れ替えても，余分が増える。"""
    before = count_answers(detr.detect(model, scenes), scenes)
    after, g = {}, torch.Generator().manual_seed(0)
    for part in ("among", "mix"):
        cut = copy.deepcopy(model)
        seen = matching._outputs(model, part, LEARNED[:40])
        for layer, kept in zip(cut.decoder, seen, strict=True):

            def other(_, __, returned, kept=kept):
                usual = returned[0] if isinstance(returned, tuple) else returned
                new = kept[torch.randint(len(kept), (len(usual),), generator=g)]
                return (new, *returned[1:]) if isinstance(returned, tuple) else new

            getattr(layer, part).register_forward_hook(other)
        after[part] = count_answers(detr.detect(cut, scenes), scenes)
    assert after["among"].repeated > 4 * before.repeated
    assert after["among"].missed < before.missed + 0.05
    assert after["mix"].repeated <= before.repeated
    assert after["mix"].missed > before.missed + 0.3


def test_zeroing_is_not_specific(model, scenes):
    """0 にする切り方では，全結合でも余分が増え，話し合いでは見落としが増える。"""
    before = count_answers(detr.detect(model, scenes), scenes)
    mix, talk = (
        count_answers(detr.detect(lesioned(model, part), scenes), scenes)
        for part in ("mix", "among")
    )
    assert before.repeated < 0.2
    assert mix.repeated > before.repeated + 0.4
    assert talk.missed > before.missed + 0.1


def test_zeroing_the_talk_of_queries_without_places_still_brings_duplicates(scenes):
    """頁の言葉：場所なしでは，注意を 0 にしても余分が増え，全結合を 0 にするともっと増える。"""
    plain = train.load("detr_plain")
    before, talk, mix = (
        count_answers(detr.detect(net, scenes), scenes)
        for net in (plain, lesioned(plain, "among"), lesioned(plain, "mix"))
    )
    assert talk.repeated > 1.5 * before.repeated
    assert mix.repeated > 1.5 * talk.repeated


def test_lesions_of_nothing_are_refused(model):
    with pytest.raises(ValueError, match="among・image・mix"):
        lesioned(model, "backbone")
    with pytest.raises(ValueError, match="場面がありません"):
        lesioned(model, "among", [])


def test_two_stage_detector_repeats_itself_without_nms(scenes):
    model = train.load("faster_rcnn")
    model.roi_heads.nms_thresh = 1.0
    assert count_answers(rcnn.detect(model, scenes[:16]), scenes[:16]).repeated > 1


def test_lesion_leaves_the_model_as_it_was(model, scenes):
    before = detr.detect(model, scenes[:2])[0].scores
    lesioned(model, "among", scenes[:2])
    lesioned(model, "mix")
    assert (detr.detect(model, scenes[:2])[0].scores == before).all()


def test_queries_look_at_their_own_objects(model, scenes):
    inside, area = spotlight(model, scenes[:12])
    assert inside > 3 * area
    assert np.isnan(spotlight(model, [])).all()


class FakeProcessor:
    """transformers の前処理の代わり。"""

    def __call__(self, images, return_tensors):
        assert return_tensors == "pt"
        return {"pixel_values": torch.zeros(1, 3, images.height, images.width)}

    def post_process_object_detection(self, outputs, target_sizes, threshold):
        assert outputs == "answer"
        assert target_sizes == [(20, 30)]
        return [
            {
                "labels": torch.tensor([17]),
                "scores": torch.tensor([0.95]),
                "boxes": torch.tensor([[1.0, 2, 3, 4]]),
            }
        ]


class FakeModel(torch.nn.Module):
    """transformers のモデルの代わり。"""

    config = types.SimpleNamespace(id2label={17: "cat"})

    def forward(self, pixel_values):
        return "answer"


def fake_library(monkeypatch, processor, model):
    library = types.SimpleNamespace(
        DetrImageProcessor=types.SimpleNamespace(from_pretrained=processor),
        DetrForObjectDetection=types.SimpleNamespace(from_pretrained=model),
    )
    monkeypatch.setitem(__import__("sys").modules, "transformers", library)


def test_photo_detector_names_what_it_finds(monkeypatch):
    fake_library(
        monkeypatch, lambda _: FakeProcessor(), lambda _, use_safetensors: FakeModel()
    )
    detector = detr_r50.pretrained()
    found = detector.detect(np.zeros((20, 30, 3), np.uint8))
    assert found == [("cat", pytest.approx(0.95), [1, 2, 3, 4])]
    with pytest.raises(ValueError, match=r"\(H, W, 3\) の uint8"):
        detector.detect(np.zeros((20, 30)))


def test_photo_detector_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(WeightsError, match="pip install transformers"):
        detr_r50.pretrained()


def test_photo_detector_says_that_it_is_offline(monkeypatch):
    def offline(*_, **__):
        raise OSError("no route")

    fake_library(monkeypatch, offline, offline)
    with pytest.raises(OfflineError, match="インターネット"):
        detr_r50.pretrained()
