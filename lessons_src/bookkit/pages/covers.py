"""表紙に並べる小さな絵：章の図から，字を除いて縮めた WebP を，明暗の二枚作る。"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image, ImageChops, ImageOps

from bookkit.pages.figures import rasterise, to_dark
from bookkit.palette import MODES, colours

FOLDER = "_images/covers"
SIZE = (320, 200)
"""絵の大きさ（px）。"""
MARGIN = 12
MOST_BYTES = 6 * 1024
"""一枚の大きさの上限。"""
TALL = 1.1
"""横が縦のこの倍より短い図は，上だけを見せる。"""
FORM = "2"
"""描き方を変えたら，この番号を変える。"""


def publish(source: Path, out: Path) -> dict[str, str]:
    """図から，明暗の小さな絵を作って置く。``{"light": 番地, "dark": 番地}``。

    名前は中身から決まるので，もうあるものは描かない。
    """
    paper = {mode: colours()["panel"][mode] for mode in MODES}
    digest = hashlib.sha256((FORM + repr(paper)).encode() + source.read_bytes())
    found = {}
    for mode in MODES:
        name = f"{FOLDER}/{digest.hexdigest()[:12]}-{mode}.webp"
        target = out / name
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            picture = place(drawing(source, mode), paper[mode])
            target.write_bytes(packed(picture))
        found[mode] = name
    return found


def drawing(source: Path, mode: str) -> Image.Image:
    """字を除いた図。小さくすると読めない字は，図の上の汚れに見えるから。"""
    if source.suffix != ".svg":
        return Image.open(source).convert("RGBA")
    svg = source.read_text("utf8")
    root = ElementTree.fromstring(to_dark(svg) if mode == "dark" else svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("id", "").startswith("text_"):
                parent.remove(child)
    return rasterise(ElementTree.tostring(root, encoding="unicode"), 800, 1600)


def place(figure: Image.Image, paper: str) -> Image.Image:
    """周りの余白を切り，紙の中に収める。縦に長い図は，上だけを見せる。"""
    sheet = Image.new("RGBA", figure.size, paper)
    sheet.alpha_composite(figure)
    sheet = sheet.convert("RGB")
    blank = Image.new("RGB", sheet.size, paper)
    sheet = sheet.crop(ImageChops.difference(sheet, blank).getbbox())
    room = SIZE[0] - 2 * MARGIN, SIZE[1] - 2 * MARGIN
    if sheet.width < TALL * sheet.height:
        height = min(sheet.height, round(sheet.width * room[1] / room[0]))
        sheet = sheet.crop((0, 0, sheet.width, height))
    sheet = ImageOps.pad(sheet, room, Image.Resampling.LANCZOS, paper)
    return ImageOps.expand(sheet, MARGIN, paper)


def packed(picture: Image.Image) -> bytes:
    """上限に収まる，いちばんきれいな WebP。"""
    for quality in (82, 70, 58, 46, 34, 20, 5):
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= MOST_BYTES:
            break
    return buffer.getvalue()
