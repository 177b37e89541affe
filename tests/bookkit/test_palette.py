"""本の色：palette.json の決まり，頁での読みやすさ，ほかの所に色を書いていないこと。"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bookkit import palette

BOOKKIT = Path(palette.__file__).parent


def test_the_palette_of_the_book_has_no_problem() -> None:
    assert palette.problems(palette.palette_path()) == []
    assert palette.dark_twins()["#1f2a37"] == "#e6eaf0"
    assert palette.light("blue") == "#0072b2"


def test_custom_properties_follow_the_palette() -> None:
    light = palette.custom_properties("light")
    dark = palette.custom_properties("dark", changed_only=True)
    assert "--code-background:#f5f7fa;" in light
    assert "--background:#14191f;" in dark
    assert "--display:" in light
    assert "--display:" not in dark


GOOD = {
    "figure": {"ink": {"light": "#111111", "dark": "#eeeeee"}},
    "page": {"link": {"light": "#0000aa", "dark": "#aaaaff"}},
}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (', "dark": "#eeeeee"', "", 3, "ink に dark がありません"),
        ('"light": "#0000aa", ', "", 6, "link に light がありません"),
        ("#aaaaff", "pink", 6, "link.dark の値.*pink.*#rrggbb"),
        ("#aaaaff", "#AAF", 6, "link.*dark"),
        ('"link"', '"ink"', 6, "ink.*figure にもあります"),
        ('"light": "#0000aa"', '"pale": "#0000aa"', 6, "知らない設定 'page.link.pale'"),
        ('"page"', '"pages"', 5, "'pages'.*'page' ですか"),
        ('"dark": "#eeeeee"', '"dark" "#eeeeee"', 3, "JSON として読めません"),
        ('"light": "#111111"', '"dark": "#111111"', 3, "二度書いています|light"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    rows = []
    for section, colours in GOOD.items():
        rows.append(f'  "{section}": {{')
        rows += [
            f'    "{name}": {json.dumps(value)}' for name, value in colours.items()
        ]
        rows.append("  }" + ("," if section == "figure" else ""))
    text = "\n".join(["{", *rows, "}", ""])
    path = tmp_path / "palette.json"
    path.write_text(text, "utf8")
    assert palette.problems(path) == []
    assert old in text
    path.write_text(text.replace(old, new), "utf8")
    found = palette.problems(path)
    assert found
    assert all(said_line in (line, 1) for said_line, _ in found)
    assert any(place == line and re.search(message, said) for place, said in found)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    ((line, said),) = palette.problems(tmp_path / "palette.json")
    assert line == 1
    assert "ありません" in said


# ---- 読みやすさ ----


def luminance(colour: str) -> float:
    """相対輝度（WCAG）。"""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT = {
    "background": ("ink", "muted", "link", "good", "bad", "amber", "blue", "orange"),
    "panel": ("ink", "muted", "link"),
    "mark": ("ink", "link"),
    "code_background": ("ink", "muted", "link", "good", "code_keyword", "code_number"),
}
"""頁の地の色から，その上に置く字の色への対応。"""


@pytest.mark.parametrize("mode", palette.MODES)
@pytest.mark.parametrize(
    ("back", "text"), [(back, text) for back, texts in TEXT.items() for text in texts]
)
def test_text_stands_out_on_the_real_backgrounds(
    mode: str, back: str, text: str
) -> None:
    colours = palette.colours()
    assert contrast(colours[text][mode], colours[back][mode]) >= 4.5


# ---- 色はほかの所に書かない ----

LITERAL = re.compile(
    r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b(?![-\w])"
    r"|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\("
)
STIMULI = ("rgb(222 62 56)", "rgb(60 180 100)")
"""視覚探索で見せる棒の色。頁の飾りではなく，モデルに見せる絵と同じ刺激。"""


def colour_files() -> list[Path]:
    kinds = (".css", ".js", ".html", ".svg", ".jinja", ".xml", ".webmanifest", ".py")
    found = [path for path in BOOKKIT.rglob("*") if path.suffix in kinds]
    foreign = {"katex", "onnxruntime"}  # よその部品
    return [path for path in found if not foreign & set(path.parts)]


def test_no_colour_is_written_outside_the_palette() -> None:
    files = colour_files()
    assert len([path for path in files if path.suffix == ".css"]) >= 8
    found = []
    for path in files:
        text = path.read_text("utf8")
        for stimulus in STIMULI:
            text = text.replace(stimulus, "")
        found += [
            f"{path.relative_to(BOOKKIT)}: {match[0]}"
            for match in LITERAL.finditer(text)
            if text[match.start() - 1] not in "&/"
        ]
    assert found == []


def test_every_colour_that_the_styles_use_is_in_the_palette() -> None:
    names = {name.replace("_", "-") for name in palette.colours()}
    local = {"sans", "mono", "gap", "shape", "under", "edge"}
    css = [path for path in (BOOKKIT / "theme" / "css").glob("*.css")]
    used = {
        name
        for path in css
        for name in re.findall(r"var\(--([\w-]+)", path.read_text("utf8"))
    }
    assert len(used) > 10
    assert used <= names | local
