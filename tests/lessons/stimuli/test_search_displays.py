"""探索画面：記号での記述と絵が，同じものを表している。"""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.stimuli.search_displays import (
    PALETTE,
    SEARCHES,
    STROKES,
    Display,
    Item,
    Look,
    Search,
    make_display,
    render,
)

BACKGROUND = 20


@settings(max_examples=60)
@given(
    name=st.sampled_from(sorted(SEARCHES)),
    set_size=st.integers(1, 36),
    present=st.booleans(),
    seed=st.integers(0, 10_000),
)
def test_items_are_what_was_asked_for(name, set_size, present, seed):
    display = make_display(name, set_size, present, seed)
    search = SEARCHES[name]
    looks = [item.look for item in display.items]
    assert display.set_size == len(looks) == set_size
    assert looks.count(search.target) == present
    assert (display.target is not None) == present
    if display.target is not None:
        assert looks[display.target] == search.target
    counts = Counter(look for look in looks if look != search.target)
    assert set(counts) <= set(search.distractors)
    numbers = [counts[look] for look in search.distractors]
    assert max(numbers) - min(numbers) <= 1


@settings(max_examples=40)
@given(set_size=st.integers(2, 36), seed=st.integers(0, 10_000))
def test_items_neither_overlap_nor_leave_the_display(set_size, seed):
    display = make_display("conjunction", set_size, True, seed)
    xy = display.xy
    apart = np.linalg.norm(xy[:, None] - xy[None], axis=-1)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 1.8 * display.radius
    assert xy.min() > display.radius
    assert xy.max() < display.side - display.radius


def test_same_seed_same_display_other_seed_other_display():
    same = [make_display("conjunction", 12, True, 5) for _ in range(2)]
    assert same[0] == same[1]
    assert np.array_equal(render(same[0]), render(same[1]))
    other = make_display("conjunction", 12, True, 6)
    assert not np.allclose(other.xy, same[0].xy)


def test_the_target_is_anywhere():
    """標的の場所は，画面の四つの隅の区画にほぼ等しく現れる。"""
    quarters = Counter()
    for seed in range(400):
        display = make_display("color", 8, True, seed)
        assert display.target is not None
        x, y = display.xy[display.target]
        quarters[x > display.side / 2, y > display.side / 2] += 1
    assert len(quarters) == 4
    assert min(quarters.values()) > 65  # 期待値 100，標準偏差 8.7


def test_picture_has_each_item_in_its_color_at_its_place():
    display = make_display("letter_conjunction", 16, True, 1)
    image = render(display, BACKGROUND)
    assert image.shape == (display.side, display.side, 3)
    assert image.dtype == np.uint8
    covered = np.zeros(image.shape[:2], bool)
    for item in display.items:
        r = int(np.ceil(display.radius * 1.5))
        x, y = int(item.x), int(item.y)
        patch = (
            slice(max(0, y - r), y + r + 1),
            slice(max(0, x - r), x + r + 1),
        )
        covered[patch] = True
        painted = (image[patch] == PALETTE[item.look.color]).all(axis=-1).sum()
        assert painted > 20, item
    assert (image[~covered] == BACKGROUND).all()


def test_all_colors_are_equally_bright():
    """色を探す課題に，明るさの手がかりが混ざらない。"""
    assert {sum(color) for color in PALETTE.values()} == {340}


def one(look: Look) -> np.ndarray:
    display = Display(Search(look, (look,)), (Item(50, 50, look),), 0, 100, 30)
    return render(display, 0).astype(float).mean(axis=-1)


@pytest.mark.parametrize("shape", sorted(STROKES))
def test_turning_by_90_degrees_turns_the_picture_counterclockwise(shape):
    upright, turned = one(Look("gray", shape, 0)), one(Look("gray", shape, 90))
    assert np.allclose(np.rot90(upright), turned, atol=1)


def test_tilt_45_rises_to_the_right():
    picture = one(Look("gray", "bar", 45))
    assert picture[35, 65] > 100  # 右上
    assert picture[35, 35] == 0  # 左上


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"search": "nothing"}, "使える名前: color, orientation"),
        ({"set_size": 0}, "1 から 36"),
        ({"set_size": 37}, "1 から 36"),
        ({"jitter": 0.4}, "0〜0.25"),
    ],
)
def test_bad_input_is_refused_with_a_way_out(kwargs, says):
    asked = {"search": "color", "set_size": 4, "present": True, "seed": 0} | kwargs
    with pytest.raises(ValueError, match=says):
        make_display(**asked)
