"""頁を人に送ったときに出る絵（OpenGraph）：題名と，章の最初の図。"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import posixpath
from pathlib import Path
from typing import Any

from docutils import nodes
from PIL import Image, ImageDraw, ImageFont
from sphinx.application import Sphinx

from bookkit.pages import maths
from bookkit.pages.figures import without_data

WIDTH, HEIGHT = 1200, 630
PAPER, INK, MUTED, ACCENT = "#ffffff", "#1f2a37", "#5b6675", "#0072b2"
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
    scale = min(width / image.width, height / image.height)
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


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
    card = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, WIDTH, 14), fill=ACCENT)
    large = ImageFont.truetype(str(font_path()), 64)
    small = ImageFont.truetype(str(font_path()), 30)
    room = WIDTH - 120 - (figure.width + 40 if figure else 0)
    for number, line in enumerate(wrap(title, large, room)[:5]):
        pen.text((60, 90 + 84 * number), line, font=large, fill=INK)
    pen.text((60, HEIGHT - 80), site, font=small, fill=MUTED)
    if figure:
        place = (WIDTH - figure.width - 50, 40 + (HEIGHT - 40 - figure.height) // 2)
        card.paste(figure, place, figure)
    return card


def first_figure(app: Sphinx, doctree: nodes.document) -> Path | None:
    """頁の最初の図のファイル。"""
    images: dict[str, str] = app.builder.images
    originals = {name: original for original, name in images.items()}
    for image in doctree.findall(nodes.image):
        # 頁を書いたあとでは，番地は _images の中を指している。
        address = str(image["uri"])
        original = originals.get(posixpath.basename(address), address)
        path = Path(app.srcdir, original)
        if path.is_file():
            return path
    return None


def _store(app: Sphinx, pagename: str) -> Path:
    return Path(app.doctreedir) / "social" / f"{pagename}.json"


def note(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """頁の題名と最初の図から，絵の名前を決める。"""
    if doctree is None or app.builder.format != "html":
        return
    title = maths.plain_text(app.env.titles[pagename])
    figure = first_figure(app, doctree)
    digest = hashlib.sha256((FORM + title).encode())
    if figure:
        digest.update(figure.read_bytes())
    path = _store(app, pagename)
    path.parent.mkdir(parents=True, exist_ok=True)
    name = f"{pagename.replace('/', '-')}-{digest.hexdigest()[:8]}.png"
    known = {"name": name, "title": title, "figure": str(figure or "")}
    path.write_text(json.dumps(known, ensure_ascii=False), "utf8")


def address(app: Sphinx, pagename: str, base: str) -> str:
    """頁の絵の番地。"""
    path = _store(app, pagename)
    if not base or not path.is_file():
        return ""
    return f"{base.rstrip('/')}/_images/social/{json.loads(path.read_text('utf8'))['name']}"


def draw(app: Sphinx, error: Exception | None) -> None:
    """まだない絵を描き，使わなくなった絵を消す。"""
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_images" / "social"
    folder.mkdir(parents=True, exist_ok=True)
    used = set()
    for docname in sorted(app.env.found_docs):
        path = _store(app, docname)
        if not path.is_file():
            continue
        known = json.loads(path.read_text("utf8"))
        used.add(known["name"])
        target = folder / known["name"]
        if target.is_file():
            continue
        figure = None
        source = Path(known["figure"]) if known["figure"] else None
        if source and source.is_file():
            figure = (
                rasterise(source.read_text("utf8"), 560, 520)
                if source.suffix == ".svg"
                else _fit(Image.open(source).convert("RGBA"))
            )
        card = draw_card(known["title"], str(app.config.html_title), figure)
        card.quantize(128).save(target, "PNG", optimize=True)
    for path in folder.glob("*.png"):
        if path.name not in used:
            path.unlink()


def _fit(image: Image.Image) -> Image.Image:
    image.thumbnail((560, 520))
    return image


def setup(app: Sphinx) -> None:
    """絵を描く仕事を登録する。"""
    app.connect("html-page-context", note, priority=400)
    app.connect("build-finished", draw)
