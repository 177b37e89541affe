"""頁を人に送ったときに出る絵（OpenGraph）：題名と，章の最初の図。"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from pathlib import Path
from typing import Any

from docutils import nodes
from PIL import Image, ImageDraw, ImageFont, ImageOps
from sphinx.application import Sphinx

from bookkit.pages import maths
from bookkit.pages.figures import without_data
from bookkit.palette import light

WIDTH, HEIGHT = 1200, 630
COLOURS = ("background", "ink", "muted", "blue")
"""紙，題名，本の名前，上の帯の色。"""
FORM = "3"
"""描き方を変えたら，この番号を変える（古い絵を使わないため）。"""


def font_path() -> Path:
    """図と同じ書体（IPAex ゴシック）の場所。"""
    found = importlib.util.find_spec("matplotlib_fontja")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("matplotlib-fontja がありません。")
    return next(Path(found.origin).parent.rglob("ipaexg.ttf"))


def rasterise(svg: str, width: int, height: int) -> Image.Image:
    """SVG を，``width`` × ``height`` に収まる絵にする。"""
    import resvg_py

    svg = without_data(svg)
    plain = resvg_py.svg_to_bytes(svg_string=svg, width=width, dpi=96)
    image = Image.open(io.BytesIO(bytes(plain))).convert("RGBA")
    return ImageOps.contain(image, (width, height), Image.Resampling.LANCZOS)


def wrap(text: str, font: Any, width: float) -> list[str]:
    """題名を，幅に収まる行に分ける。"""
    lines = [""]
    for letter in text:
        if lines[-1] and font.getlength(lines[-1] + letter) > width:
            lines.append("")
        lines[-1] += letter
    return lines


def draw_card(title: str, site: str, figure: Image.Image | None) -> Image.Image:
    """題名と図を一枚に描く。"""
    paper, ink, muted, accent = (light(name) for name in COLOURS)
    card = Image.new("RGB", (WIDTH, HEIGHT), paper)
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, WIDTH, 14), fill=accent)
    large = ImageFont.truetype(str(font_path()), 64)
    small = ImageFont.truetype(str(font_path()), 30)
    room = WIDTH - 120 - (figure.width + 40 if figure else 0)
    for number, line in enumerate(wrap(title, large, room)[:5]):
        pen.text((60, 90 + 84 * number), line, font=large, fill=ink)
    pen.text((60, HEIGHT - 80), site, font=small, fill=muted)
    if figure:
        place = (WIDTH - figure.width - 50, 40 + (HEIGHT - 40 - figure.height) // 2)
        card.paste(figure, place, figure)
    return card


def first_figure(app: Sphinx, doctree: nodes.document) -> Path | None:
    """頁の最初の図のファイル。"""
    for image in doctree.findall(nodes.image):
        path = Path(app.srcdir, str(image["uri"]))
        if path.is_file():
            return path
    return None


def address(app: Sphinx, pagename: str, doctree: nodes.document) -> str:
    """頁の絵の番地。まだない絵は描き，前の絵は消す。公開先が決まっていなければ空。"""
    base = str(app.config.html_baseurl)
    if not base:
        return ""
    title = maths.plain_text(app.env.titles[pagename])
    figure = first_figure(app, doctree)
    digest = hashlib.sha256((FORM + title).encode())
    digest.update(repr([light(name) for name in COLOURS]).encode())
    if figure:
        digest.update(figure.read_bytes())
    stem = pagename.replace("/", "-")
    target = Path(
        app.outdir, "_images", "social", f"{stem}-{digest.hexdigest()[:8]}.png"
    )
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        for old in target.parent.glob(f"{stem}-????????.png"):
            old.unlink()
        drawing = _open(figure) if figure else None
        card = draw_card(title, str(app.config.html_title), drawing)
        card.quantize(128).save(target, "PNG", optimize=True)
    return f"{base.rstrip('/')}/_images/social/{target.name}"


def _open(figure: Path) -> Image.Image:
    """図を，絵に入る大きさで読む。"""
    if figure.suffix == ".svg":
        return rasterise(figure.read_text("utf8"), 560, 520)
    image = Image.open(figure).convert("RGBA")
    image.thumbnail((560, 520))
    return image
