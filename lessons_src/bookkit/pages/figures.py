"""図を頁に合わせる：明暗の二枚，大きさ，数の CSV。

色は lessons/palette.json だけが決める。
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path

import imagesize
from sphinx.application import Sphinx

from bookkit.chapters import lessons_root

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


@cache
def dark_colors(palette: Path | None = None) -> dict[str, str]:
    """明るい頁の色から，暗い頁の色への対応（``#1f2a37`` → ``#e6eaf0``）。

    Raises:
        LookupError: 明暗の片方がない色があるとき。
    """
    path = palette or lessons_root() / "lessons" / "palette.json"
    colors = json.loads(path.read_text("utf8"))["figure"]
    lost = sorted(n for n, c in colors.items() if c.keys() != {"light", "dark"})
    if lost:
        raise LookupError(
            f"{path}: 明暗の片方にしかない色があります：{', '.join(lost)}"
        )
    return {c["light"].lower(): c["dark"].lower() for c in colors.values()}


def to_dark(svg: str, colors: dict[str, str]) -> str:
    """図の色を，暗い頁の色に替える。決めた色だけを替え，絵の中の色は替えない。"""
    pattern = re.compile("|".join(map(re.escape, colors)), re.IGNORECASE)
    return pattern.sub(lambda match: colors[match[0].lower()], svg)


def without_data(svg: str) -> str:
    """図から CSV を取り除く。"""
    return DATA.sub("", svg, count=1)


def data_of(svg: str) -> str:
    """図が持つ CSV。なければ空文字列。"""
    match = DATA.search(svg)
    return unescape(match[1]) if match else ""


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
            has_dark=to_dark(svg, dark_colors()) != svg,
            has_data=bool(DATA.search(svg)),
        )
    width, height = imagesize.get(path)
    return Picture(width, height) if width > 0 and height > 0 else None


def publish(app: Sphinx, error: Exception | None) -> None:
    """``_images`` の図から，CSV と暗い頁の図を作る。"""
    if error or app.builder.format != "html":
        return
    for path in sorted((Path(app.outdir) / "_images").glob("*.svg")):
        if path.stem.endswith("-dark"):
            continue
        svg = path.read_text("utf8")
        data = data_of(svg)
        light = _smaller(without_data(svg))
        if data:
            # 表計算ソフトで文字が化けないように，先頭に BOM を置く。
            path.with_suffix(".csv").write_text("\ufeff" + data.lstrip(), "utf8")
        if light != svg:
            path.write_text(light, "utf8")
        dark = to_dark(light, dark_colors())
        if dark != light:
            path.with_name(f"{path.stem}-dark.svg").write_text(dark, "utf8")


def _smaller(svg: str) -> str:
    """見た目を変えずに，SVG の空白を詰める。"""
    return re.sub(r">\s+<", "><", re.sub(r"[ \t]*\n[ \t]*", "\n", svg))


def _is_worth_saying(record: logging.LogRecord) -> bool:
    """``publish`` が書き直した図を，Sphinx が置き直すのは毎回のことなので，知らせない。"""
    return getattr(record, "subtype", None) != "copy_overwrite"


def setup(app: Sphinx) -> None:
    """図の仕上げを登録する。"""
    logging.getLogger("sphinx.sphinx.util.osutil").addFilter(_is_worth_saying)
    app.connect("build-finished", publish)
