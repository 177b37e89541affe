"""動く図：スクリプトなしで動き，止められ，説明があり，小さい。"""

import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.figures.motion import HEIGHT, MOST_FRAMES, Actor, Panel, motion_html
from lessons.stimuli import walkers
from lessons.stimuli.people import LIMBS

WINDOW = (-0.5, -1.05, 0.5, 0.1)


def page(panels, **options):
    return motion_html(panels, alt="歩く人が見える。", caption="動く図。", **options)


def walker(**options):
    return Actor(walkers.walk(), **options)


def test_it_runs_without_scripts_and_asks_nobody():
    html = page([Panel("歩く", [walker(bones=LIMBS)], WINDOW)])
    assert "<script" not in html
    assert "http" not in html
    assert " on" not in re.sub(r"<style>.*?</style>", "", html, flags=re.S)
    assert len(html) < 20_000


def test_it_can_be_stopped_and_is_described():
    soup = BeautifulSoup(page([Panel("歩く", [walker()], WINDOW)]), "html.parser")
    box = soup.select_one("input[type=checkbox]")
    assert soup.select_one(f"label[for={box['id']}]")
    style = soup.style.string
    assert "input:checked~svg .strip{animation-play-state:paused}" in style
    assert "prefers-reduced-motion:reduce" in style
    assert "steps(24) infinite" in style
    picture = soup.select_one("figure > svg")
    assert picture["role"] == "img"
    assert picture["aria-label"] == "歩く人が見える。"
    assert soup.figcaption.string == "動く図。"


def test_two_figures_on_a_page_do_not_share_names():
    one = page([Panel("歩く", [walker()], WINDOW)])
    two = page([Panel("歩く", [walker(bones=LIMBS)], WINDOW)])
    names = [re.search(r'id="(m\w+)"', html)[1] for html in (one, two)]
    assert names[0] != names[1]
    assert one == page([Panel("歩く", [walker()], WINDOW)])  # いつも同じ


def test_nothing_wider_than_the_page_is_measured():
    """コマの列は，一つの svg の中で切り取る（入れ子の svg は，頁からはみ出すと測られる）。"""
    html = page([Panel("歩く", [walker()], WINDOW)] * 3)
    assert html.count("<svg") == 1
    cuts = re.findall(r'clipPath id="([^"]+)"', html)
    assert len(set(cuts)) == 3
    assert re.findall(r"url\(#([^)]+)\)", html) == cuts


@settings(max_examples=25)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_every_frame_stays_in_its_own_cell(frames, seed):
    """枠の外に出た点は描かず，隣のコマに見せない。"""
    rng = np.random.default_rng(seed)
    poses = rng.uniform(-2, 3, (frames, 6, 2))
    html = page([Panel("", [Actor(poses)], (0, 0, 1, 1))])
    spots = [tuple(map(int, s)) for s in re.findall(r"M(-?\d+) (-?\d+)h0", html)]
    cells = [x // HEIGHT for x, _ in spots]
    for number, pose in enumerate(poses):
        x = np.rint(pose[:, 0] * HEIGHT)
        assert cells.count(number) == ((x > 0) & (x < HEIGHT)).sum()


@pytest.mark.parametrize(
    ("actors", "window", "message"),
    [
        ([], WINDOW, "一人以上"),
        ([Actor(np.zeros((3, 4)))], WINDOW, "枚数, 関節, 2"),
        ([Actor(np.full((3, 4, 2), np.nan))], WINDOW, "有限"),
        ([Actor(np.zeros((3, 4, 2))), Actor(np.zeros((2, 4, 2)))], WINDOW, "そろえ"),
        ([Actor(np.zeros((MOST_FRAMES + 1, 4, 2)))], WINDOW, "コマの数"),
        ([Actor(np.zeros((0, 4, 2)))], WINDOW, "コマの数"),
        ([Actor(np.zeros((3, 4, 2)))], (1, 0, 0, 1), "左・上・右・下"),
    ],
)
def test_wrong_input_is_refused(actors, window, message):
    with pytest.raises(ValueError, match=message):
        page([Panel("", actors, window)])


def test_floors_are_drawn_across_every_frame():
    html = page([Panel("", [walker()], WINDOW, floors=(0.0, -0.2))])
    assert len(re.findall(r'class="floor"', html)) == 2


@pytest.mark.parametrize("count", [1, 2, 3])
def test_titles_can_be_read_on_a_phone(count):
    html = page([Panel("歩く", [walker()], WINDOW)] * count)
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', html)[1])
    size = float(re.search(r"font:(\d+)px", html)[1])
    assert size * 328 / width >= 13.5


def test_four_panels_and_missing_words_are_refused():
    panel = Panel("", [walker()], WINDOW)
    with pytest.raises(ValueError, match="三つまで"):
        page([panel] * 4)
    with pytest.raises(ValueError, match="alt と caption"):
        motion_html([panel], alt=" ", caption="図")


def test_words_are_escaped():
    html = motion_html(
        [Panel("<b>", [walker()], WINDOW)], alt='"><script>', caption="<i>"
    )
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<i>" not in html
