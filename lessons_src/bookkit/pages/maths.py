"""数式を，ビルドのときに組む（KaTeX）。読む人のブラウザーは，計算も通信もしない。

KaTeX は sphinxcontrib-katex に入っている写しを，Python の中の V8（mini-racer）で動かす。
そのため，作る計算機に Node.js は要らない。書体は static/katex/fonts から，使う字だけを取り出す。
"""

from __future__ import annotations

import importlib.util
import json
import re
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from pylatexenc.latex2text import LatexNodes2Text
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)
STATIC = Path(__file__).parent.parent / "static" / "katex"


def katex_source() -> Path:
    """``katex.min.js`` の場所。"""
    found = importlib.util.find_spec("sphinxcontrib.katex")
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            "sphinxcontrib-katex がありません。pip install -r requirements.txt で入れてください。"
        )
    return Path(found.origin).with_name("katex.min.js")


@cache
def plain(latex: str) -> str:
    """LaTeX の式を，一行の文字にする。``\\sqrt{d_k}`` は ``√(d_k)`` になる。"""
    converter = LatexNodes2Text(math_mode="text", strict_latex_spaces="based-on-source")
    return re.sub(r"\s+", " ", converter.latex_to_text(latex)).strip()


def plain_text(node: nodes.Node) -> str:
    """要素の文字。式は一行の文字にする（検索の見出し，用語の札，頁の説明のため）。"""
    copy = node.deepcopy()
    for formula in list(copy.findall(nodes.math)):
        formula.replace_self(nodes.Text(plain(formula.astext())))
    return str(copy.astext())


@cache
def _engine() -> Any:
    from py_mini_racer import MiniRacer

    engine = MiniRacer()
    engine.eval(katex_source().read_text("utf8"))
    return engine


@cache
def typeset(latex: str, display: bool) -> str:
    """LaTeX の式を HTML と MathML に組む。

    Raises:
        ValueError: 式が誤っているとき。
    """
    from py_mini_racer import JSEvalException

    options = {"displayMode": display, "output": "htmlAndMathml", "strict": "ignore"}
    try:
        return str(
            _engine().eval(
                f"katex.renderToString({json.dumps(latex)}, {json.dumps(options)})"
            )
        )
    except JSEvalException as error:
        said = re.search(r"ParseError: (.*)", str(error))
        raise ValueError(said[1] if said else str(error)) from error


def _aligned(node: nodes.math_block) -> str:
    """行の分かれた式を ``aligned`` に入れる（Sphinx の MathJax と同じ扱い）。"""
    latex = node.astext().strip()
    if re.match(r"\\begin\{(align|equation|gather|multline)\*?\}", latex):
        return re.sub(r"\\label\{[^}]*\}", "", latex)
    if re.search(r"(?<!\\)\\\\", latex) and not latex.startswith(r"\begin{"):
        return r"\begin{aligned}" + latex + r"\end{aligned}"
    return latex


def _html(latex: str, display: bool, node: nodes.Element) -> str:
    try:
        return typeset(latex, display)
    except ValueError as error:
        logger.warning("数式を組めません：%s（%s）", error, latex, location=node)
        return f'<code class="katex-error">{escape(latex)}</code>'


def visit_math(self: Any, node: nodes.math) -> None:
    """文の中の式。"""
    self.body.append('<span class="math">')
    self.body.append(_html(node.astext().strip(), False, node) + "</span>")
    raise nodes.SkipNode


def visit_math_block(self: Any, node: nodes.math_block) -> None:
    """行を改めた式。番号があれば右に置く。"""
    number = get_node_equation_number(self, node) if node["number"] else ""
    classes = "math numbered" if number else "math"
    self.body.append(self.starttag(node, "div", CLASS=classes))
    formula = _html(_aligned(node), True, node)
    if number:
        self.body.append(f'<div class="formula">{formula}</div>')
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "この式へのリンク")
        self.body.append("</span>")
    else:
        self.body.append(formula)
    self.body.append("</div>\n")
    raise nodes.SkipNode


PIECE = re.compile(r"<span\b[^>]*>|</span>|<[^>]*>|[^<]+")


def drawn_text(html: str) -> str:
    """頁の式のうち，画面に描かれる字（``.katex-html`` の中）をつなげて返す。"""
    found = []
    for start in re.finditer(r'<span\b[^>]*\bclass="katex-html"', html):
        depth = 0
        for piece in PIECE.finditer(html, start.start()):
            if piece[0].startswith("<span"):
                depth += 1
            elif piece[0] == "</span>":
                depth -= 1
                if not depth:
                    break
            elif not piece[0].startswith("<"):
                found.append(unescape(piece[0]))
    return "".join(found)


def letters_of(pages: list[Path]) -> set[int]:
    """すべての頁の式が使う字の番号。"""
    texts = (drawn_text(page.read_text("utf8")) for page in pages)
    return {ord(letter) for text in texts for letter in text}


def write_fonts(app: Sphinx, error: Exception | None) -> None:
    """使う字だけの書体と，それを指す CSS を書く。"""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = [p for p in out.rglob("*.html") if "_static" not in p.parts]
    letters = letters_of(pages)
    folder = out / "_static" / "katex"
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    if not letters:
        return
    for font in sorted((STATIC / "fonts").glob("*.woff2")):
        subset_font(font, folder / "fonts" / font.name, letters)
    css = (STATIC / "katex.min.css").read_text("utf8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)', "", css)
    css = css.replace("font-display:block", "font-display:swap")
    (folder / "katex.css").write_text(css, "utf8")


def subset_font(source: Path, target: Path, letters: set[int]) -> None:
    """書体 ``source`` から ``letters`` の字だけを取り出して ``target`` に書く。"""
    import logging as standard_logging

    from fontTools import subset

    standard_logging.getLogger("fontTools").setLevel(standard_logging.ERROR)
    options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False)
    font = subset.load_font(str(source), options)
    tool = subset.Subsetter(options)
    tool.populate(unicodes=letters)
    tool.subset(font)
    subset.save_font(font, str(target), options)


def setup(app: Sphinx) -> None:
    """数式の組み方を登録する。``_config.yml`` の ``html_math_renderer`` で選ぶ。"""
    app.add_html_math_renderer("katex", (visit_math, None), (visit_math_block, None))
    app.connect("config-inited", _choose)
    app.connect("build-finished", write_fonts)


def _choose(app: Sphinx, config: Any) -> None:
    config.html_math_renderer = "katex"
