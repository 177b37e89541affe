"""並べた物：場所と大きさと数が決めたとおりで，重ならず，悪い入力が断られる。"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.stimuli.arrangements import (
    ANIMALS,
    PICTURES,
    area_side,
    arranged,
    scattered,
)
from lessons.stimuli.scenes import THINGS


@given(st.integers(0, 999), st.integers(1, 16))
@settings(max_examples=10)
def test_scattered_things_stand_apart_where_they_were_put(seed, count):
    g = np.random.default_rng(seed)
    names = [PICTURES[k] for k in g.integers(len(PICTURES), size=count)]
    centres = scattered(g, count, 4)
    scene = arranged(seed, names, centres, 20)
    assert scene.masks.sum(axis=0).max() == 1  # 重ならない
    assert [THINGS[name] for name in names] == scene.names_ja
    middle = (scene.boxes[:, :2] + scene.boxes[:, 2:]) / 2
    assert np.abs(middle - centres).max() <= 1.5
    longest = (scene.boxes[:, 2:] - scene.boxes[:, :2]).max(axis=1)
    assert ((longest >= 17) & (longest <= 21)).all()
    again = arranged(seed, names, centres, 20)
    np.testing.assert_array_equal(again.image, scene.image)


def test_contrast_fades_the_thing_into_the_same_ground():
    centre = np.array([[48, 48]])
    empty = arranged(3, [], np.zeros((0, 2)), 20).image.astype(float)
    gone, half, full = (
        np.abs(arranged(3, ["car"], centre, 30, contrast=c).image - empty).sum()
        for c in (0.0, 0.5, 1.0)
    )
    assert gone == 0
    assert half == pytest.approx(full / 2, rel=0.05)


def test_matched_things_have_the_same_area():
    assert set(ANIMALS) < set(PICTURES)
    centre = np.array([[48, 48]])
    areas = [
        arranged(1, [name], centre, area_side(name, 40)).masks.sum()
        for name in PICTURES
    ]
    assert np.ptp(areas) < 0.15 * np.mean(areas)


def test_bad_input_is_one_clear_sentence():
    one = np.array([[48, 48]])
    with pytest.raises(ValueError, match="dragon"):
        arranged(0, ["dragon"], one, 20)
    with pytest.raises(ValueError, match="数をそろえて"):
        arranged(0, ["cat", "dog"], one, 20)
    with pytest.raises(ValueError, match="はみ出します"):
        arranged(0, ["cat"], np.array([[3, 48]]), 20)
    with pytest.raises(ValueError, match="16 個しか"):
        scattered(np.random.default_rng(0), 17, 4)
