"""図の部品：読める文字，数の CSV，いつも同じ絵，写真の埋め込み，模式図。"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from lessons import figures
from lessons.figures import output
from lessons.figures import style as style_of_figures
from lessons.figures.faded import faded

LESSONS = style_of_figures.PALETTE.parent

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    figures.use_style()
    yield
    plt.close("all")


def line_figure() -> Any:
    figure, axes = figures.new()
    axes.plot([0, 1, 2], [0.0, 0.5, 2.0], label="直線")
    axes.set_xlabel("時間")
    axes.set_ylabel("量")
    return figure


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


# --- 文字の大きさ


def test_default_figure_is_readable_on_a_phone() -> None:
    assert figures.smallest_text_px(line_figure()) >= output.SMALLEST_PX


def test_small_text_is_refused_with_a_way_out() -> None:
    figure = line_figure()
    figure.axes[0].text(1, 1, "小さい字", fontsize=6)
    with pytest.raises(ValueError, match=r"電話で 5\.9 px .*figures\.new"):
        figures.to_svg(figure)


def test_wide_figure_is_refused() -> None:
    """字の大きさが同じでも，広い図は電話で縮み，字が小さくなる。"""
    figure, axes = plt.subplots(figsize=(9, 3))
    axes.plot([0, 1, 2])
    with pytest.raises(ValueError, match=r"9\.0 インチ"):
        figures.to_svg(figure)


@pytest.mark.parametrize("how", ["hidden", "axis off", "empty", "axes hidden"])
def test_text_that_is_not_drawn_does_not_count(how: str) -> None:
    figure, axes = figures.new(1, 2)
    if how == "hidden":
        axes[0].text(0, 0, "字", fontsize=5, visible=False)
    elif how == "empty":
        axes[0].text(0, 0, "  ", fontsize=5)
    elif how == "axis off":
        axes[0].tick_params(labelsize=5)
        axes[0].set_axis_off()
    else:
        axes[0].set_title("字", fontsize=5)
        axes[0].set_visible(False)
    figures.to_svg(figure)


def test_title_counts_even_without_an_axis() -> None:
    figure, axes = figures.new()
    axes.set_title("字", fontsize=5)
    axes.set_axis_off()
    with pytest.raises(ValueError, match="小さな字"):
        figures.to_svg(figure)


def test_figure_without_text() -> None:
    figure, axes = figures.new()
    axes.set_axis_off()
    assert figures.smallest_text_px(figure) == float("inf")
    figures.to_svg(figure)


def test_more_than_three_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="列が 4"):
        figures.new(1, 4)


# --- 数の CSV


def test_csv_of_a_line() -> None:
    assert rows(figures.csv_of(line_figure())) == [
        ["区画", "系列", "時間", "量"],
        ["1", "直線", "0", "0"],
        ["1", "直線", "1", "0.5"],
        ["1", "直線", "2", "2"],
    ]


def test_csv_of_bars() -> None:
    figure, axes = figures.new()
    axes.bar([0, 1], [3.0, 5.0], label="正答")
    assert rows(figures.csv_of(figure))[1:] == [
        ["1", "正答", "0", "3"],
        ["1", "正答", "1", "5"],
    ]


def test_csv_of_horizontal_bars() -> None:
    figure, axes = figures.new()
    axes.barh([0, 1], [3.0, 5.0], label="正答")
    assert [row[2:] for row in rows(figures.csv_of(figure))[1:]] == [
        ["0", "3"],
        ["1", "5"],
    ]


def test_csv_of_points() -> None:
    figure, axes = figures.new()
    axes.scatter([1, 2], [3, 4])
    assert rows(figures.csv_of(figure))[1:] == [
        ["1", "系列1", "1", "3"],
        ["1", "系列1", "2", "4"],
    ]


def test_csv_names_panels_and_series() -> None:
    figure, axes = figures.new(1, 2)
    axes[0].plot([0, 1, 2])
    axes[0].plot([2, 1, 0], label="下がる")
    axes[0].set_title("左")
    axes[1].plot([5, 5, 5])
    axes[1].set_xlabel("別の横軸")
    found = rows(figures.csv_of(figure))
    assert found[0] == ["区画", "系列", "横軸", "縦軸"]
    assert {(row[0], row[1]) for row in found[1:]} == {
        ("左", "系列1"),
        ("左", "下がる"),
        ("2", "系列1"),
    }


def test_guide_lines_are_not_data() -> None:
    """軸に沿う補助線は，数に入れない。"""
    figure = line_figure()
    figure.axes[0].axhline(1)
    figure.axes[0].axvline(1)
    assert len(rows(figures.csv_of(figure))) == 4


def test_pictures_have_no_csv() -> None:
    figure, axes = figures.new()
    figures.draw_image(axes, np.zeros((8, 8, 3)))
    assert figures.csv_of(figure) == ""
    assert "<metadata" not in figures.to_svg(figure)


def test_too_many_numbers_have_no_csv() -> None:
    figure, axes = figures.new()
    axes.plot(np.arange(output.MOST_ROWS + 1))
    assert figures.csv_of(figure) == ""


def test_svg_carries_its_csv() -> None:
    figure = line_figure()
    figure.axes[0].set_xlabel("a < b, & c")
    found = ElementTree.fromstring(figures.to_svg(figure)).find(f"{SVG}metadata")
    assert found is not None
    assert found.get("id") == "csv"
    assert rows(found.text or "")[0] == ["区画", "系列", "a < b, & c", "量"]


# --- 絵


def test_same_figure_gives_the_same_svg() -> None:
    assert figures.to_svg(line_figure()) == figures.to_svg(line_figure())


def test_svg_has_no_date_and_no_live_text() -> None:
    """書体のない計算機でも同じに見えるよう，文字は形として描かれる。"""
    svg = figures.to_svg(line_figure())
    ElementTree.fromstring(svg)
    assert svg.startswith("<svg")
    assert "<text" not in svg
    assert "dc:date" not in svg
    assert "font-family" not in svg


def test_colours_of_text_and_lines_have_a_dark_twin() -> None:
    svg = figures.to_svg(line_figure())
    used = set(re.findall(r"#[0-9a-f]{6}\b", re.sub(r'href="#[^"]*"', "", svg)))
    assert used
    assert used <= set(figures.COLORS.values())


@pytest.mark.parametrize("square", [False, True])
def test_pictures_are_embedded_as_webp(square: bool) -> None:
    """写真も色の少ない絵も，中身を保って WebP で入る。"""
    rng = np.random.default_rng(0)
    picture = np.zeros((32, 48, 3))
    picture[8:24, 12:36] = [1, 0, 0] if square else rng.random((16, 24, 3))
    figure, axes = figures.new()
    figures.draw_image(axes, picture)
    svg = figures.to_svg(figure)
    assert "image/png" not in svg
    (data,) = re.findall(r"data:image/webp;base64,([^\"]+)", svg)
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.format == "WEBP"
    colours = np.asarray(image.convert("RGB")).astype(int)
    middle = colours[colours.shape[0] // 2, colours.shape[1] // 2]
    assert colours[2, 2].max() < 30
    if square:
        assert tuple(middle) == (255, 0, 0)


def test_show_displays_and_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    figure = line_figure()
    figures.show(figure)
    assert not plt.fignum_exists(figure.number)
    assert shown[0].data.startswith("<svg")


# --- 写真と地図


def test_overlay_of_nothing_shows_the_photo() -> None:
    """熱が 0 または負の所は，写真がそのまま見える。"""
    _figure, axes = figures.new()
    heat = np.array([[0.0, -5.0], [1.0, 2.0]])
    figures.draw_overlay(axes, np.ones((4, 4, 3)), heat)
    photo, cover = axes.get_images()
    assert photo.get_array().shape == (4, 4, 3)
    assert (cover.get_array() >= 0).all()
    assert cover.get_array().max() == 1
    alpha = np.asarray(cover.get_alpha())
    assert (alpha[0] == 0).all()
    assert alpha[1, 1] == alpha.max() > alpha[1, 0] > 0


def test_overlay_without_heat() -> None:
    figure, axes = figures.new()
    figures.draw_overlay(axes, np.ones((4, 4, 3)), np.zeros((2, 2)))
    assert np.isfinite(axes.get_images()[1].get_array()).all()
    figures.to_svg(figure)


def test_overlay_is_stretched_over_the_photo() -> None:
    _figure, axes = figures.new()
    figures.draw_overlay(axes, np.ones((30, 40, 3)), np.eye(3))
    assert [tuple(i.get_extent()) for i in axes.get_images()] == [(0, 40, 30, 0)] * 2


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 3), (2, 1)])
def test_overlay_at_corner_puts_a_cell_on_its_anchor(row: int, column: int) -> None:
    """ますの番号 i の値は，i × 一ますの幅を中心に描かれる。"""
    _figure, axes = figures.new()
    heat = np.zeros((4, 5))
    heat[row, column] = 1
    photo = np.ones((4 * 8, 5 * 16, 3))
    figures.draw_overlay(axes, photo, heat, at_corner=True)
    cover = axes.get_images()[1]
    left, right, bottom, top = cover.get_extent()
    rows, columns = cover.get_array().shape
    y, x = np.unravel_index(cover.get_array().argmax(), (rows, columns))
    assert left + (x + 0.5) * (right - left) / columns == pytest.approx(16 * column)
    assert top + (y + 0.5) * (bottom - top) / rows == pytest.approx(8 * row)
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 80), (32, 0))


def test_overlay_at_corner_leaves_no_bare_edge() -> None:
    """右と下の端の半ますも，端の値で埋まる。"""
    _figure, axes = figures.new()
    figures.draw_overlay(axes, np.ones((8, 8, 3)), np.eye(2), at_corner=True)
    cover = axes.get_images()[1]
    assert tuple(cover.get_extent()) == (-2, 10, 10, -2)
    assert cover.get_array().tolist() == [[1, 0, 0], [0, 1, 1], [0, 1, 1]]


def test_scanpath_is_numbered_in_order() -> None:
    _figure, axes = figures.new()
    points = [(1.0, 2.0), (3.0, 1.0), (0.0, 0.0)]
    figures.draw_scanpath(axes, points)
    found = [(text.get_text(), text.get_position()) for text in axes.texts]
    assert found == [(str(n), point) for n, point in enumerate(points, start=1)]


# --- 色


def light(colour: str) -> float:
    """相対輝度（WCAG）。"""
    parts = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for v in to_rgb(colour)
    ]
    return float(np.dot(parts, [0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    a, b = sorted([light(one), light(other)], reverse=True)
    return (a + 0.05) / (b + 0.05)


PALETTE = json.loads(style_of_figures.PALETTE.read_text("utf8"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_colours_stand_out(theme: str) -> None:
    colours = {name: colour[theme] for name, colour in PALETTE["figure"].items()}
    page = PALETTE["page"]["background"][theme]
    assert {"ink", "grid", "panel"} < colours.keys()
    for name in colours.keys() - {"grid", "panel", "white", "black"}:
        assert contrast(colours[name], page) >= 4.5, name
        # 箱の中の字は ink だけ。ほかの色は箱の縁に使う（線なら 3 でよい）。
        wanted = 4.5 if name == "ink" else 3
        assert contrast(colours[name], colours["panel"]) >= wanted, name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_of_the_page_stands_out(theme: str) -> None:
    """頁の字の色は，頁・面・コードのどの地の上でも読める。"""
    colours = {
        name: colour[theme]
        for name, colour in (PALETTE["figure"] | PALETTE["page"]).items()
    }
    for ground in ("background", "panel", "code_background"):
        for name in ("ink", "muted", "link", "good", "bad"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    for name in ("code_keyword", "code_number"):
        assert contrast(colours[name], colours["code_background"]) >= 4.5, name
    assert contrast(colours["ink"], colours["mark"]) >= 4.5


def test_palette_gives_every_colour_once_for_light_and_dark() -> None:
    """図の色も頁の色も，明暗の二つを palette.json で決める。"""
    assert set(PALETTE) == {"figure", "page"}
    assert not PALETTE["figure"].keys() & PALETTE["page"].keys()
    for name, colour in (PALETTE["figure"] | PALETTE["page"]).items():
        assert colour.keys() == {"light", "dark"}, name
        for value in colour.values():
            assert re.fullmatch(r"#(?:[0-9a-f]{6}|[0-9a-f]{8})", value), name
    assert {n: c["light"] for n, c in PALETTE["figure"].items()} == figures.COLORS
    assert len(set(figures.COLORS.values())) == len(figures.COLORS)
    shades = {"white", "black"}
    assert not [
        name
        for name, colour in PALETTE["figure"].items()
        if name not in shades and colour["light"] == colour["dark"]
    ]


COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


@pytest.mark.parametrize(
    "path",
    sorted([*(LESSONS).rglob("*.py"), *(LESSONS.parents[1] / "book").rglob("*.md")]),
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_no_colour_is_written_outside_the_palette(path: Path) -> None:
    assert not COLOUR.findall(path.read_text("utf8"))


# --- 模式図


def diagram() -> figures.Diagram:
    made = figures.Diagram(rows=4)
    made.box("入力", 5, 0.6)
    made.box("出力", 5, 3.0, color="blue")
    return made


def test_diagram_draws_boxes_and_arrows() -> None:
    made = diagram()
    made.arrow("入力", "出力")
    made.note("重み", 8, 1.8)
    words = {text.get_text() for text in made.axes.texts}
    assert words == {"入力", "出力", "重み"}
    assert len(made.axes.patches) == 3
    figures.to_svg(made.figure)


def test_diagram_refuses_two_boxes_of_one_name() -> None:
    made = diagram()
    with pytest.raises(ValueError, match=r"「入力」が二つ.*name="):
        made.box("入力", 2, 2)
    made.box("入力", 2, 2, name="入力2")
    made.arrow("入力2", "出力")


def test_diagram_refuses_an_arrow_to_nowhere() -> None:
    with pytest.raises(KeyError, match=r"「出方」がありません。ある箱: 入力, 出力"):
        diagram().arrow("入力", "出方")


def test_diagram_refuses_an_unknown_colour() -> None:
    with pytest.raises(KeyError, match="pink"):
        diagram().box("箱", 1, 1, color="pink")


@pytest.mark.parametrize(
    ("place", "start", "end"),
    [
        ((5, 3), (5, 1.5), (5, 2.5)),
        ((9, 1), (6, 1), (8, 1)),
        ((1, 1), (4, 1), (2, 1)),
    ],
    ids=["down", "right", "left"],
)
def test_arrows_join_facing_edges(
    place: tuple[float, float], start: tuple[float, float], end: tuple[float, float]
) -> None:
    made = figures.Diagram(rows=4)
    made.box("甲", 5, 1, width=2, height=1)
    made.box("乙", *place, width=2, height=1)
    made.arrow("甲", "乙")
    (arrow,) = [p for p in made.axes.patches if hasattr(p, "get_arrowstyle")]
    assert arrow._posA_posB == [start, end]


def test_faded_pictures_have_no_colour():
    photo = np.zeros((2, 2, 3), np.uint8)
    photo[0, 0] = (255, 0, 0)
    found = faded(photo, 0.6)
    assert found[0, 0].tolist() == pytest.approx([0.2] * 3)
    assert found[1, 1].tolist() == [0, 0, 0]
    np.testing.assert_allclose(faded(photo / 255, 0.6), found)
