"""図を頁に合わせる：明暗の二枚，大きさ，数の CSV。色は ``bookkit.palette`` が決める。"""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import imagesize
from PIL import Image, ImageOps

from bookkit import palette

DATA = re.compile(r'<metadata id="csv">(.*?)</metadata>', re.DOTALL)
SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)(pt|px|)"[^>]*?\bheight="([\d.]+)')
POINT = 4 / 3
"""1 pt は 4/3 px。"""


@dataclass(frozen=True)
class Picture:
    """絵のファイルについて，頁が知るべきこと。"""

    width: int
    height: int
    has_dark: bool = False
    has_data: bool = False


def to_dark(svg: str) -> str:
    """図の色を，暗い頁の色に替える。決めた色だけを替え，絵の中の色は替えない。"""
    colors = palette.dark_twins()
    pattern = re.compile("|".join(map(re.escape, colors)), re.IGNORECASE)
    return pattern.sub(lambda match: colors[match[0].lower()], svg)


def without_data(svg: str) -> str:
    """図から CSV を取り除く。"""
    return DATA.sub("", svg, count=1)


def rasterise(svg: str, width: int, height: int) -> Image.Image:
    """SVG を，``width`` × ``height`` に収まる絵にする。"""
    import resvg_py

    plain = resvg_py.svg_to_bytes(svg_string=without_data(svg), width=width, dpi=96)
    image = Image.open(io.BytesIO(bytes(plain))).convert("RGBA")
    return ImageOps.contain(image, (width, height), Image.Resampling.LANCZOS)


def data_of(svg: str) -> str:
    """図が持つ CSV。なければ空文字列。"""
    match = DATA.search(svg)
    return unescape(match[1]) if match else ""


def write_data(data: str, target: Path) -> None:
    """CSV を置く。表計算ソフトで文字が化けないように，先頭に BOM を置く。"""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\ufeff" + data.lstrip(), "utf8")


def measure(path: Path) -> Picture | None:
    """絵の大きさ（CSS px）などを調べる。測れなければ ``None``。"""
    if path.suffix == ".svg":
        svg = path.read_text("utf8")
        size = SIZE.search(svg)
        if not size:
            return None
        scale = POINT if size[2] == "pt" else 1.0
        return Picture(
            width=round(float(size[1]) * scale),
            height=round(float(size[3]) * scale),
            has_dark=to_dark(svg) != svg,
            has_data=bool(DATA.search(svg)),
        )
    width, height = imagesize.get(path)
    return Picture(width, height) if width > 0 and height > 0 else None


def publish(source: Path, target: Path) -> None:
    """図を頁のフォルダーに置く。SVG からは，暗い頁の図と，数の CSV も作る。"""
    if source.suffix != ".svg":
        shutil.copyfile(source, target)
        return
    svg = source.read_text("utf8")
    data = data_of(svg)
    light = _smaller(without_data(svg))
    if data:
        write_data(data, target.with_suffix(".csv"))
    target.write_text(light, "utf8")
    dark = to_dark(light)
    if dark != light:
        target.with_name(f"{target.stem}-dark.svg").write_text(dark, "utf8")


def _smaller(svg: str) -> str:
    """見た目を変えずに，SVG の空白を詰める。"""
    return re.sub(r">\s+<", "><", re.sub(r"[ \t]*\n[ \t]*", "\n", svg))
