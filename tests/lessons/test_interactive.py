"""動かせる図：どのコマも元の図と同じに見え，スクリプトなしで選べ，小さく，困る入力を断る。"""

import csv
import gzip
import io
import itertools
import re

import numpy as np
import pytest
import resvg_py
from bs4 import BeautifulSoup
from PIL import Image

from lessons import figures, interactive
from lessons.figures.frames import overlay
from lessons.figures.output import to_svg
from lessons.interactive import MOST_BYTES, Choice, to_html

ALT = "棒の高さが，値とともに変わる棒グラフ。"
PHOTO = np.linspace(0, 1, 300).reshape(10, 10, 3)


@pytest.fixture(autouse=True)
def style():
    figures.use_style()


def draw(value):
    fig, axes = figures.new(1, 2, height=2.4)
    axes[0].bar(["甲", "乙"], [value, 1], color=figures.COLORS["blue"])
    axes[0].set_title(f"値 {value}")
    axes[0].set_ylim(0, 4)
    axes[1].imshow(PHOTO)
    axes[1].plot(range(value), range(value), "o-", color=figures.COLORS["orange"])
    if value == 2:
        axes[1].text(1, 5, "途中", color=figures.COLORS["white"])
    return fig


def say(value):
    return f"甲は {value}，乙は 1。"


def page(values=(0, 1, 2, 3), **options):
    given = {"say": say, "alt": ALT} | options
    groups = [Choice("高さ", values, first=options.pop("first", None))]
    given.pop("first", None)
    return to_html(groups, draw, ranged=True, **given)


def pixels(svg):
    png = resvg_py.svg_to_bytes(svg_string=svg, width=662, dpi=96)
    image = Image.open(io.BytesIO(bytes(png))).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(paper, image).convert("L"), float)


def only(inside, number):
    """``number`` 番めのコマだけにした SVG の中身。"""
    soup = BeautifulSoup(inside, "html.parser")
    for part in soup.select(".v"):
        if f"f{number}" not in part["class"]:
            part.decompose()
    text = str(soup).replace("clippath", "clipPath")
    return re.sub(r"var\(--(\w+)\)", lambda m: figures.COLORS[m[1]], text)


def test_every_frame_looks_like_its_own_figure():
    svgs = [to_svg(draw(value)) for value in range(4)]
    box, inside = overlay(svgs, key="k")
    for number, svg in enumerate(svgs):
        frame = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="331.2pt" height="172.8pt" '
            f'viewBox="{box}" '
            f'stroke-linejoin="round">{only(inside, number)}</svg>'
        )
        wrong = np.abs(pixels(svg) - pixels(frame)).mean()
        assert wrong < 0.5, number
        other = np.abs(pixels(svgs[(number + 1) % 4]) - pixels(frame)).mean()
        assert other > 3 * max(wrong, 0.1), number


def test_shared_parts_are_written_once():
    svgs = [to_svg(draw(value)) for value in range(4)]
    _, inside = overlay(svgs)
    assert inside.count("data:image/webp") == 1
    assert len(inside) < 0.5 * sum(map(len, svgs))
    once, _ = overlay(svgs[:1]), overlay(svgs[:1])
    assert 'class="v' not in once[1]
    names = re.findall(r'\bid="([^"]+)"', inside)
    assert len(names) == len(set(names)) > 0
    assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', inside)) == set(names)


def test_frames_of_different_sizes_are_refused():
    other, _ = figures.new(height=5)
    with pytest.raises(ValueError, match="大きさがそろいません"):
        overlay([to_svg(draw(1)), to_svg(other)])


def test_it_needs_no_script_and_asks_nobody():
    html = page()
    assert "<script" not in html
    assert "http" not in html.replace("http://www.w3.org", "")
    outside = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", html, flags=re.S)
    assert not re.search(r"\son\w+=", outside)
    assert html == page()  # いつも同じ


def test_each_value_is_a_radio_button_with_its_own_words():
    soup = BeautifulSoup(page(first=2), "html.parser")
    radios = soup.select("fieldset > input[type=radio]")
    assert [len({r["name"] for r in radios}), len(radios)] == [1, 4]
    assert [r.has_attr("checked") for r in radios] == [False, False, True, False]
    for value, radio in enumerate(radios):
        assert soup.select_one(f"label[for={radio['id']}]").text == str(value)
        words = soup.select_one(f".say p.f{value}")
        assert words.text == f"高さ {value}：甲は {value}，乙は 1。"
        shown = re.search(rf"#{radio['id']}:checked~\* \.(f\d)\b", soup.style.string)
        assert shown[1] == f"f{value}"
    assert soup.svg["aria-label"] == ALT
    assert soup.select_one(".say")["aria-live"] == "polite"
    assert soup.legend.text == "「高さ」を変える"


def test_two_choices_make_every_pair():
    rows, columns = Choice("行", [0, 1]), Choice("列", ["あ", "い", "う"], first="い")
    html = to_html(
        [rows, columns],
        lambda a, b: draw(a + "あいう".index(b)),
        say=lambda a, b: f"{a} 行めの「{b}」。",
        alt=ALT,
    )
    soup = BeautifulSoup(html, "html.parser")
    words = [p.text for p in soup.select(".say p")]
    pairs = itertools.product([0, 1], "あいう")
    assert words == [f"行 {a}，列 {b}：{a} 行めの「{b}」。" for a, b in pairs]
    checked = [r["id"].split("-", 1)[1] for r in soup.select("[checked]")]
    assert checked == ["0-0", "1-1"]
    key = soup.fieldset["id"]
    rules = re.findall(
        r"#\w+-0-(\d):checked~#\w+-1-(\d):checked~\* \.f(\d)", soup.style.string
    )
    assert rules == [(str(n // 3), str(n % 3), str(n)) for n in range(6)]
    assert "ranged" not in soup.fieldset["class"]
    assert soup.style.string.startswith(f"#{key}{{")


def test_numbers_of_every_frame_are_kept():
    data = BeautifulSoup(page(), "html.parser").select_one("metadata#csv").text
    rows = list(csv.reader(io.StringIO(data)))
    assert rows[0] == ["選んだ値", "区画", "系列", "横軸", "縦軸"]
    heights = [r[4] for r in rows[1:] if r[1] == "1" or r[1].startswith("値")]
    assert [h for h in heights if h != "1"][:1] == ["0"]
    assert {r[0] for r in rows[1:]} == {f"高さ {value}" for value in range(4)}


def test_colours_follow_the_page():
    style = BeautifulSoup(page(), "html.parser").style.string
    assert "--blue:#0072b2" in style
    assert "--blue:#5ab4e8" in style
    assert "[data-theme=dark]" in style
    assert "prefers-color-scheme:dark" in style
    picture = page().partition("<svg")[2].partition("</svg>")[0]
    assert "var(--blue)" in picture
    assert "#0072b2" not in picture


def test_it_is_shown_with_words_for_plain_readers(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda d, raw: shown.append(d))
    interactive.slider([1, 2], draw, label="高さ", say=say, alt=ALT)
    interactive.choices(
        Choice("甲", [0, 1]),
        Choice("乙", [0, 1]),
        lambda a, b: draw(a + b),
        say=lambda a, b: f"{a} と {b}。",
        alt=ALT,
    )
    assert [d["text/plain"] for d in shown] == [f"（動かせる図。{ALT}）"] * 2
    assert 'class="slider ranged"' in shown[0]["text/html"]
    assert 'class="slider"' in shown[1]["text/html"]


def test_heavy_figures_are_refused():
    rng = np.random.default_rng(0)

    def heavy(value):
        fig, ax = figures.new()
        ax.plot(rng.normal(size=(4000, 2)))
        return fig

    with pytest.raises(ValueError, match=r"「高さ」が \d+ KB あります（上限 40 KB）"):
        to_html([Choice("高さ", [0, 1, 2])], heavy, say=say, alt=ALT)
    assert len(gzip.compress(page().encode())) < MOST_BYTES / 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"values": [1]}, "二つ以上の値"),
        ({"values": [1, 1]}, "重なっています"),
        ({"values": range(31)}, "31 枚"),
        ({"first": 9}, "初めの値 9"),
        ({"alt": "短い。"}, "代替文（alt）が 3 字"),
        ({"say": lambda v: "同じ文。"}, "どのコマでも同じ"),
        ({"say": lambda v: " "}, "say の文が空"),
    ],
)
def test_wrong_input_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        page(**options)


def test_draw_must_return_a_figure():
    with pytest.raises(ValueError, match="高さ 1 のとき NoneType"):
        to_html([Choice("高さ", [1, 2])], lambda v: None, say=say, alt=ALT)
    with pytest.raises(ValueError, match="小さな字"):
        to_html([Choice("高さ", [1, 2])], small, say=say, alt=ALT)


def small(value):
    fig, ax = figures.new()
    ax.text(0, 0, "小", fontsize=5)
    return fig
