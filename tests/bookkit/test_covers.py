"""表紙の小さな絵と，章から数えること。"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from docutils import nodes
from PIL import Image

from bookkit.pages import covers, facts
from bookkit.palette import colours

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="80pt" height="{height}pt"
 viewBox="0 0 80 {height}"><rect x="5" y="5" width="70" height="20" fill="#0072b2"/>
<rect x="5" y="{low}" width="70" height="20" fill="#c85200"/>
<g id="text_1"><rect x="0" y="0" width="80" height="4" fill="#00ff00"/></g></svg>"""


def colors_in(path: Path) -> set[tuple[int, ...]]:
    pixels = np.asarray(Image.open(path).convert("RGB")) // 32
    return {tuple(int(v) for v in row) for row in pixels.reshape(-1, 3)}


def test_picture_is_small_without_letters_in_both_themes(tmp_path: Path) -> None:
    source = tmp_path / "figure.svg"
    source.write_text(SVG.format(height=60, low=35), "utf8")
    made = covers.publish(source, tmp_path)
    assert made.keys() == {"light", "dark"}
    for mode, name in made.items():
        picture = Image.open(tmp_path / name)
        assert picture.size == covers.SIZE
        assert (tmp_path / name).stat().st_size <= covers.MOST_BYTES
        paper = colours()["panel"][mode]
        wanted = tuple(int(paper[i : i + 2], 16) for i in (1, 3, 5))
        corner = picture.convert("RGB").getpixel((1, 1))
        assert np.abs(np.subtract(corner, wanted)).max() <= 6
        assert (0, 7, 0) not in colors_in(tmp_path / name)  # 字は除く
    assert made["light"] != made["dark"]


def test_tall_figure_shows_its_top(tmp_path: Path) -> None:
    figure = Image.new("RGBA", (100, 400), "#0072b2")
    figure.paste("#c85200", (0, 200, 100, 400))
    shown = np.asarray(covers.place(figure, "#eef2f7"))
    assert (shown == (0, 0x72, 0xB2)).all(2).any()
    assert not (shown == (0xC8, 0x52, 0)).all(2).any()


def test_noise_is_packed_under_the_limit() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 320, 3), "uint8")
    data = covers.packed(Image.fromarray(noise))
    assert Image.open(io.BytesIO(data)).size == covers.SIZE


def test_only_what_is_read_is_counted() -> None:
    text = nodes.paragraph("", "一 二\n三")
    code = nodes.literal_block("", "x = 1")
    assert facts.letters(nodes.section("", text, code)) == 3


def test_badge_tells_a_number_from_two() -> None:
    assert facts.badge("slider", ["a"]) == "動かす図"
    assert facts.badge("exercise", ["a", "b", "c"]) == "練習 3"
