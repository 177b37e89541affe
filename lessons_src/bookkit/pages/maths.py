"""数式を，ビルドのときに組む（KaTeX）。読む人のブラウザーは，計算も通信もしない。

KaTeX は sphinxcontrib-katex に入っている写しを，Python の中の V8（mini-racer）で動かす。
そのため，作る計算機に Node.js は要らない。書体は theme/katex/fonts から，使う字だけを取り出す。
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any

import sphinxcontrib.katex
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)
KATEX = Path(sphinxcontrib.katex.__file__).with_name("katex.min.js")
FONTS = Path(__file__).parent.parent / "theme" / "katex" / "fonts"
SHORT = 14
"""途中で折らない式の，字の数。"""
CLOSING = "，。、．）」』：；！？"
"""行の初めに来てはならない字。"""


@cache
def plain(latex: str) -> str:
    """LaTeX の式を，一行の文字にする。``\\sqrt{d_k}`` は ``√(d_k)`` になる。"""
    from pylatexenc.latex2text import LatexNodes2Text

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
    engine.eval(KATEX.read_text("utf8"))
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


def faults(formulas: Iterable[tuple[str, bool]]) -> list[str]:
    """式 ``(LaTeX, 行を改めるか)`` ごとの，誤りの文。組める式は空文字列。"""
    given = [
        (aligned(tex) if display else tex.strip(), display) for tex, display in formulas
    ]
    code = f"""JSON.stringify({json.dumps(given)}.map(([tex, display]) => {{
        try {{ katex.__parse(tex, {{displayMode: display, strict: "ignore"}}); return "" }}
        catch (error) {{ return error.message }} }}))"""
    return list(json.loads(_engine().eval(code))) if given else []


def aligned(latex: str) -> str:
    """行の分かれた式を ``aligned`` に入れる（Sphinx の MathJax と同じ扱い）。"""
    latex = latex.strip()
    if re.match(r"\\begin\{(align|equation|gather|multline)\*?\}", latex):
        return re.sub(r"\\label\{[^}]*\}", "", latex)
    if re.search(r"(?<!\\)\\\\", latex) and not latex.startswith(r"\begin{"):
        return r"\begin{aligned}" + latex + r"\end{aligned}"
    return latex


def drawn(html: str) -> str:
    """組んだ式のうち，画面に描かれる字（``.katex-html`` の中）。"""
    shown = html.partition('class="katex-html"')[2].partition(">")[2]
    return unescape(re.sub(r"<[^>]*>", "", shown))


def _typeset(self: Any, latex: str, display: bool, node: nodes.Element) -> str:
    """式を組み，使った字を覚える。誤った式は，そのまま見せて知らせる。"""
    try:
        html = typeset(latex, display)
    except ValueError as error:
        logger.warning("数式を組めません：%s（%s）", error, latex, location=node)
        return f'<code class="katex-error">{escape(latex)}</code>'
    self.builder.app.bookkit_letters.update(drawn(html))
    return html


def visit_math(self: Any, node: nodes.math) -> None:
    """文の中の式。短い式は途中で折らず，すぐ後の句読点も次の行に送らない。"""
    html = _typeset(self, node.astext().strip(), False, node)
    formula = f'<span class="math">{html}</span>'
    shown = drawn(html)
    if shown and len(shown) <= SHORT:
        after = node.next_node(descend=False, siblings=True)
        mark = after.astext()[:1] if isinstance(after, nodes.Text) else ""
        self.closing = mark if mark and mark in CLOSING else ""
        formula = f'<span class="unbroken">{formula}{self.closing}</span>'
    self.body.append(formula)
    raise nodes.SkipNode


def visit_math_block(self: Any, node: nodes.math_block) -> None:
    """行を改めた式。番号があれば右に置く。長い式は，キーボードで横に送れる。"""
    number = get_node_equation_number(self, node) if node["number"] else ""
    formula = _typeset(self, aligned(node.astext()), True, node)
    scrolling = {"tabindex": "0", "role": "group", "aria-label": "数式"}
    if number:
        inner = self.starttag(nodes.inline(), "div", "", CLASS="formula", **scrolling)
        self.body.append(self.starttag(node, "div", CLASS="math numbered"))
        self.body.append(f'{inner}{formula}</div><span class="eqno">({number})')
        self.add_permalink_ref(node, "この式へのリンク")
        self.body.append("</span>")
    else:
        self.body.append(self.starttag(node, "div", CLASS="math", **scrolling))
        self.body.append(formula)
    self.body.append("</div>\n")
    raise nodes.SkipNode


def _store(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "formula-fonts.json"


def known_letters(app: Sphinx) -> None:
    """前のビルドまでの式が使った字を思い出す。書き直さない頁の式のため。"""
    path = _store(app)
    found = json.loads(path.read_text("utf8")) if path.is_file() else {}
    app.bookkit_letters = set(found.get("letters", ""))  # type: ignore[attr-defined]


def write_fonts(app: Sphinx, error: Exception | None) -> None:
    """すべての頁の式が使う字だけの書体を書く。"""
    if error or app.builder.format != "html":
        return
    letters: set[str] = app.bookkit_letters  # type: ignore[attr-defined]
    folder = Path(app.outdir) / "_static" / "katex" / "fonts"
    fonts = sorted(FONTS.glob("*.woff2")) if letters else []
    sizes = {font.name: font.stat().st_size for font in fonts}
    now = json.dumps({"letters": "".join(sorted(letters)), "fonts": sizes})
    store, made = _store(app), all((folder / name).is_file() for name in sizes)
    if made and store.is_file() and store.read_text("utf8") == now:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for font in fonts:
        subset_font(font, folder / font.name, {ord(letter) for letter in letters})
    store.write_text(now, "utf8")


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
    """数式の組み方を登録する。"""
    app.add_html_math_renderer("katex", (visit_math, None), (visit_math_block, None))
    app.connect("builder-inited", known_letters)
    app.connect("build-finished", write_fonts)
