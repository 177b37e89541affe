"""半側空間無視の検査のシート：公表された数と大きさ，重ならない配置，実寸の画像と PDF。"""

import re
import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.stimuli import neglect_sheets as sheets
from lessons.stimuli import paper

ALL = {**sheets.CANCELLATION, "二等分": sheets.line_bisection}


def left(items):
    return sum(item.x < paper.WIDTH / 2 for item in items)


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_line_crossing_has_the_published_counts(seed):
    sheet = sheets.line_crossing(seed)
    assert len(sheet.items) == 40
    assert len(sheet.targets) == 36
    assert left(sheet.targets) == 18
    lengths = [np.hypot(i.width, i.height) for i in sheet.items]
    np.testing.assert_allclose(lengths, 25.3, atol=1.2)  # 太さ 0.8 mm の分だけ違う


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_letter_cancellation_has_the_published_counts(seed):
    sheet = sheets.letter_cancellation(seed)
    assert len(sheet.items) == 5 * 34
    assert len(sheet.targets) == 40
    assert left(sheet.targets) == 20
    assert {i.text for i in sheet.targets} <= set(sheets.TARGET_LETTERS)
    others = {i.text for i in sheet.items if not i.target}
    assert not others & set(sheets.TARGET_LETTERS)


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_star_cancellation_has_the_published_counts(seed):
    sheet = sheets.star_cancellation(seed)
    kinds = Counter(item.kind for item in sheet.items)
    assert kinds == {"small_star": 56, "large_star": 52, "letter": 13, "word": 10}
    assert len(sheet.targets) == 54
    assert left(sheet.targets) == 27
    widths = {
        kind: {round(i.width, 6) for i in sheet.items if i.kind == kind}
        for kind in kinds
    }
    assert widths["small_star"] == {8.0}
    assert widths["large_star"] == {13.7}


def test_line_bisection_has_three_long_lines():
    sheet = sheets.line_bisection(4)
    assert [round(item.width, 6) for item in sheet.items] == [205.0] * 3
    assert len({item.x for item in sheet.items}) == 3


@pytest.mark.parametrize("name", ALL)
def test_items_stay_on_the_paper_and_never_overlap(name):
    for seed in range(5):
        boxes = ALL[name](seed).boxes
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 2:] <= [paper.WIDTH, paper.HEIGHT]).all()
        low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
        high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
        overlap = (high > low).all(axis=2)
        assert overlap.sum() == len(boxes)  # 自分自身とだけ重なる


@pytest.mark.parametrize("name", ALL)
def test_a_seed_gives_the_same_sheet_and_another_seed_a_new_one(name):
    assert ALL[name](1) == ALL[name](1)
    assert ALL[name](1) != ALL[name](2)


@pytest.mark.parametrize("name", ALL)
def test_the_picture_has_ink_exactly_where_the_items_are(name):
    sheet = ALL[name](3)
    ink = paper.pixels(sheet).min(axis=2) < 128
    assert ink.shape == (560, 792)
    near = np.zeros_like(ink)
    for x1, y1, x2, y2 in sheet.boxes * paper.PX_PER_MM:
        part = (slice(int(y1), int(np.ceil(y2))), slice(int(x1), int(np.ceil(x2))))
        assert ink[part].any()
        near[part] = True
    assert not (ink & ~near).any()


def test_the_pdf_has_one_a4_page_a_sheet_with_lines_in_true_size(tmp_path):
    path = tmp_path / "sheets.pdf"
    paper.save_pdf([sheets.line_bisection(1), sheets.line_bisection(2)], path)
    content = path.read_bytes()
    pages = re.findall(rb"/MediaBox \[ ([\d. ]+) \]", content)
    assert len(pages) == 2
    for page in pages:
        size = np.array(page.split(), float)[2:] * 25.4 / 72  # pt → mm
        np.testing.assert_allclose(size, [297, 210], atol=0.01)
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.S)
    text = b"".join(zlib.decompress(s) for s in streams if s[:1] == b"\x78")
    x = np.array(re.findall(rb"([-\d.]+) [-\d.]+ [lm]\n", text), float) * 25.4 / 72
    long = np.isclose(np.abs(np.diff(x)), 205, atol=0.01)  # 線の長い辺
    assert long.sum() >= 2 * 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sheets.star_cancellation(0, large=300), "入りきりません.*減らして"),
        (lambda: sheets.line_crossing(0, side=400), "入りきりません.*減らして"),
        (lambda: sheets.star_cancellation(0, words=11), "言葉は 10 個まで"),
        (lambda: sheets.letter_cancellation(0, columns=40), "columns は 34 まで"),
        (lambda: sheets.letter_cancellation(0, side=90), "side は"),
        (lambda: sheets.line_bisection(0, lines=0), "1〜6 本"),
        (lambda: paper.save_pdf([], "x.pdf"), "一枚以上"),
    ],
)
def test_bad_requests_get_one_japanese_sentence(make, message):
    with pytest.raises(ValueError, match=message):
        make()
