"""頁を書く係。Sphinx の HTML の係に，この本の図・部品・HTML の書き方を教える。"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.util.fileutil import copy_asset

from bookkit import palette
from bookkit.pages import figures
from bookkit.theme.swap import step_aside
from bookkit.theme.translator import BookTranslator

THEME = Path(__file__).parent


def minify(css: str) -> str:
    """CSS の注釈と空白を取り除く。"""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css))
    return css.replace(";}", "}").strip()


@cache
def version() -> str:
    """CSS とスクリプトの版（テーマのファイルと色から決まる短い文字列）。"""
    digest = hashlib.sha256(palette.palette_path().read_bytes())
    for path in sorted(THEME.rglob("*")):
        if path.suffix in (".css", ".js", ".jinja", ".woff2"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


class BookBuilder(StandaloneHTMLBuilder):
    """この本の頁を書く。Sphinx のもとの枠のための部品（CSS，訳，検索の索引）は作らない。"""

    search = False
    default_translator_class = BookTranslator

    def __init__(self, app: Sphinx, env: BuildEnvironment) -> None:
        step_aside(app)
        super().__init__(app, env)

    def copy_theme_static_files(self, context: dict[str, Any]) -> None:
        """テーマ自身の static だけを置く。``basic`` の CSS とスクリプトは使わない。"""
        engine: Any = self.templates
        engine.environment.filters["minify"] = minify
        context = context | {
            "colour": {
                name: value["light"] for name, value in palette.colours().items()
            },
            "light_colours": palette.custom_properties("light"),
            "dark_colours": palette.custom_properties("dark", changed_only=True),
        }
        static = Path(self.outdir, "_static")
        copy_asset(THEME / "static", static, context=context, renderer=self.templates)
        icon = (static / "icon.svg").read_text("utf8")
        for size in (192, 512):
            image = figures.rasterise(icon, size, size)
            image.save(static / f"icon-{size}.png", "PNG", optimize=True)

    def create_pygments_style_file(self) -> None:
        """コードの色は theme/css/code.css が決める。"""

    def copy_translation_js(self) -> None:
        """訳は書かない。頁の言葉は，初めから日本語で書く。"""

    def copy_image_files(self) -> None:
        """図を置く。SVG からは，明るい頁の図，暗い頁の図，数の CSV を作る。"""
        folder = Path(self.outdir, self.imagedir)
        for source, name in self.images.items():
            folder.mkdir(parents=True, exist_ok=True)
            figures.publish(Path(self.srcdir, source), folder / name)
