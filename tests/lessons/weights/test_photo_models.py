"""写真のための三つのネットワーク：元の図と同じ答え，写真での答え，悪い入力。

``references`` の値は，元の TensorFlow.js の図を ``lessons_src/scripts/weights_from_tfjs`` で実行した答え。
同じ所の ``convert`` が，重みと一緒に書き出す。
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons import class_names
from lessons.stimuli import photos
from lessons.weights import ledger, movenet, nanodet, selfie
from weights_from_tfjs import convert, graph

REFERENCES = Path(__file__).parent / "references"


@pytest.fixture(scope="module")
def models():
    return {
        "nanodet": nanodet.pretrained(),
        "movenet": movenet.pretrained(),
        "selfie": selfie.pretrained(),
    }


@pytest.mark.parametrize("name", ["nanodet", "movenet", "selfie"])
def test_same_answer_as_the_original_graph(models, name):
    answer = convert.sample(convert.outputs(name, models[name].model.cpu()))
    reference = np.load(REFERENCES / f"{name}.npy")
    assert np.ptp(reference) > 0.3
    np.testing.assert_allclose(answer, reference, atol=3e-4, rtol=1e-3)


@pytest.mark.parametrize("name", ["nanodet", "movenet", "selfie"])
def test_weights_are_small_and_half_precision(name):
    entry = ledger.get(name)
    assert entry.bytes < 8_000_000
    assert {t.dtype for t in ledger.load_state(name).values()} == {torch.float16}


@pytest.mark.parametrize(
    ("photo", "kind", "at_least"),
    [("chelsea", "cat", 0.5), ("astronaut", "person", 0.7), ("camera", "person", 0.7)],
)
def test_nanodet_finds_known_things(models, photo, kind, at_least):
    image = photos.load(photo)
    found = models["nanodet"].detect(image)
    name = class_names.coco_japanese()[kind]
    best = max(s for s, n in zip(found.scores, found.labels, strict=True) if n == name)
    assert best > at_least
    assert (found.boxes >= 0).all()
    height, width = image.shape[:2]
    assert (found.boxes <= [width, height, width, height]).all()
    assert (np.diff(found.scores) <= 0).all()


def test_movenet_puts_the_face_above_the_shoulders(models):
    points = models["movenet"].keypoints(photos.load("astronaut"))
    assert points.shape == (17, 3)
    assert points[:7, 2].min() > 0.3
    assert points[:3, 1].max() < points[5:7, 1].min()
    assert points[5, 0] > points[6, 0]  # 正面を向く人の左肩は，写真の右側
    np.testing.assert_allclose(points[0, :2], [226, 128], atol=25)


def test_selfie_separates_the_person(models):
    mask = models["selfie"].mask(photos.load("astronaut"))
    assert mask.shape == (512, 512)
    assert mask[128, 226] > 0.9
    assert mask[20, 480] < 0.2
    assert models["selfie"].mask(photos.load("grass")).mean() < 0.2


@pytest.mark.parametrize("bad", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3))])
@pytest.mark.parametrize("name", ["nanodet", "movenet", "selfie"])
def test_other_arrays_are_refused_with_the_shape(models, name, bad):
    method = {"nanodet": "detect", "movenet": "keypoints", "selfie": "mask"}[name]
    with pytest.raises(ValueError, match="uint8"):
        getattr(models[name], method)(bad)
    with pytest.raises(ValueError, match="空"):
        getattr(models[name], method)(np.zeros((0, 5, 3), np.uint8))


@settings(max_examples=6)
@given(
    height=st.integers(1, 300), width=st.integers(1, 300), colour=st.integers(0, 255)
)
def test_any_size_and_one_colour_give_finite_answers(models, height, width, colour):
    photo = np.full((height, width, 3), colour, np.uint8)
    found = models["nanodet"].detect(photo)
    assert len(found.boxes) == len(found.labels) == len(found.scores)
    assert np.isfinite(models["movenet"].keypoints(photo)).all()
    mask = models["selfie"].mask(photo)
    assert mask.shape == (height, width)
    assert ((mask >= 0) & (mask <= 1)).all()


def test_executor_follows_tensorflow_padding_and_refuses_unknown_operations():
    attr = {
        "strides": {"list": {"i": ["1", "2", "2", "1"]}},
        "padding": {"s": "U0FNRQ=="},
    }
    nodes = [
        graph.Node("x", "Placeholder", [], {}),
        graph.Node("y", "Conv2D", ["x", "k"], attr),
        graph.Node("z", "AddV2", ["y", "b"], {}),
    ]
    constants = {"k": torch.ones(3, 3, 1, 1), "b": torch.tensor([10.0])}
    y = graph.Graph(nodes, constants).run(torch.ones(1, 4, 4, 1), ["z"])[0]
    assert y[0, :, :, 0].tolist() == [[19, 16], [16, 14]]  # 余りの埋めは右と下
    with pytest.raises(NotImplementedError, match="Magic"):
        graph.Graph([graph.Node("m", "Magic", [], {})], {}).run(torch.ones(1), ["m"])
