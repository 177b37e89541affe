"""頁の部品とテーマ：図，本文，数式，動画，ルビ，用語集，検索の索引，記録，まとめた CSS。"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import unicodedata
from collections.abc import Callable
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor
from py_mini_racer import MiniRacer

import bookkit
from bookkit.directives.video import embed_address
from bookkit.pages import dates, figures, glossary, maths, social
from bookkit.pages import site as pages_site
from bookkit.palette import light
from bookkit.theme import builder, frame

EXTENSIONS = [
    "myst_nb",
    "sphinx_design",
    "bookkit.directives.lesson",
    "bookkit.directives.ruby",
    "bookkit.directives.video",
    "bookkit.japanese",
    "sphinx_exercise",
    *(
        name
        for name in bookkit.EXTENSIONS
        if name.startswith(("bookkit.notebooks", "bookkit.pages", "bookkit.theme"))
    ),
]
CONFIG = {
    "html_baseurl": "https://example.invalid/book/",
    "html_title": "試しの本",
    "author": "著者",
    "html_theme": "bookkit",
    "html_math_renderer": "katex",
    "html_permalinks_icon": "#",
    "myst_enable_extensions": ["colon_fence", "deflist", "dollarmath", "attrs_block"],
}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="331.2pt" height="216pt" '
    'viewBox="0 0 331.2 216"><metadata id="csv">区画,系列,x,y\n1,a&amp;b,0,1\n</metadata>'
    '<path d="M0 0h9" style="stroke: #1f2a37; fill: #0072B2"/>'
    '<path d="M0 0h9" style="stroke: #123456"/></svg>'
)


@pytest.fixture
def make(build: Callable[..., Path]) -> Callable[..., Path]:
    """頁の部品を組み込んだ，小さな本を作る。"""

    def run(files: dict[str, str], **options: Any) -> Path:
        return build(files, extensions=EXTENSIONS, config=CONFIG, **options)

    return run


def soup_of(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf8"), "html.parser")


# ---- 図 ----


def test_to_dark_replaces_only_the_colours_of_the_book() -> None:
    dark = figures.to_dark(SVG)
    assert "#1f2a37" not in dark
    assert "#0072B2" not in dark
    assert "#e6eaf0" in dark
    assert "#5ab4e8" in dark
    assert "#123456" in dark


def test_data_is_taken_out_of_the_figure() -> None:
    assert figures.data_of(SVG) == "区画,系列,x,y\n1,a&b,0,1\n"
    assert "metadata" not in figures.without_data(SVG)
    assert figures.data_of("<svg></svg>") == ""


def test_measure(tmp_path: Path) -> None:
    svg, png = tmp_path / "a.svg", tmp_path / "b.png"
    svg.write_text(SVG, "utf8")
    Image.new("RGB", (40, 30)).save(png)
    assert figures.measure(svg) == figures.Picture(442, 288, True, True)
    assert figures.measure(png) == figures.Picture(40, 30)
    svg.write_text('<svg viewBox="0 0 1 1"></svg>')
    assert figures.measure(svg) is None


FIGURE = """# 題名

```{figure} plot.svg
:name: fig-plot
:alt: 右上がりの直線が一本描かれています。
説明です。
```
"""


def test_figure_on_the_page(make: Callable[..., Path]) -> None:
    site = make({"index.md": FIGURE, "plot.svg": SVG})
    light, dark = soup_of(site / "index.html").select("figure img")
    for image in (light, dark):
        assert (image["width"], image["height"]) == ("442", "288")
        assert image["loading"] == "lazy"
        assert image["alt"] == "右上がりの直線が一本描かれています。"
    assert light["class"] == ["only-light"]
    assert dark["class"] == ["only-dark"]
    link = soup_of(site / "index.html").select_one(".figure-data a")
    assert link is not None
    assert link.get_text() == "図の数値（CSV）"
    assert link["download"] == "fig-plot.csv"
    assert (site / str(link["href"])).read_text("utf-8-sig").startswith("区画,系列,x,y")
    for image in (light, dark):
        published = (site / str(image["src"])).read_text("utf8")
        assert "metadata" not in published
    assert "#e6eaf0" in (site / str(dark["src"])).read_text("utf8")
    assert "#1f2a37" in (site / str(light["src"])).read_text("utf8")


# ---- 本文 ----


def test_dropdown_works_without_scripts(make: Callable[..., Path]) -> None:
    box = (
        "# 題\n\n:::{exercise} 問い\n:label: ex-a\n一は。\n:::\n\n"
        ":::{solution} ex-a\n:class: dropdown\n中身\n:::\n\n"
        ":::{admonition} 付け足し\n:class: dropdown\n続き\n:::\n"
    )
    page = soup_of(make({"index.md": box}) / "index.html")
    solution, added = page.select("article details")
    assert "open" not in solution.attrs
    assert solution.summary is not None
    assert "ex-a" not in solution.summary.get_text()
    assert solution.summary.find("a") is None
    assert solution.find_all("p")[-1].get_text() == "中身"
    assert added.summary is not None
    assert added.summary.get_text() == "付け足し"
    assert page.select_one("div.exercise.admonition > .admonition-title") is not None


def test_tables_and_code_scroll_by_keyboard(make: Callable[..., Path]) -> None:
    text = (
        "# 題\n\n```{table} 成績\n| a |\n|---|\n| 1 |\n```\n\n| b |\n|---|\n| 2 |\n\n"
        "```python\nx = 1\n```\n\n$$ a = b $$\n"
    )
    page = soup_of(make({"index.md": text}) / "index.html")
    frames = page.select("div.table-frame")
    assert [frame["tabindex"] for frame in frames] == ["0", "0"]
    assert [frame["aria-label"] for frame in frames] == ["表 1 成績", "表"]
    assert [frame.find("table") is not None for frame in frames] == [True, True]
    for block in page.select("pre, div.math"):
        assert block["tabindex"] == "0"
    assert page.pre is not None


def test_names_and_short_formulas_are_not_broken(make: Callable[..., Path]) -> None:
    text = (
        "# 題\n\n## U-Net の章\n\n段 1・3・5 の 7 × 7 をよく学習した網。\n\nFaster R-CNN と log-sum-exp，`(r, j)`，"
        "`a long line of code`$(n,4)$，つぎ$abcdefghijklmnop$。\n\n```\nU-Net\n```\n"
    )
    article = soup_of(make({"index.md": text}) / "index.html").article
    assert article is not None
    for hidden in article.select(".katex-mathml"):
        hidden.decompose()
    kept = [tag.get_text().replace("\u200b", "") for tag in article.select(".unbroken")]
    assert kept == [
        "U-Net",
        "1・3・5",
        "7 × 7",
        "よく学習した",
        "R-CNN",
        "(r, j)",
        "(n,4)，",
    ]
    prose = article.find_all("p")[-1].get_text().replace("\u200b", "")
    assert prose.endswith("(n,4)，つぎabcdefghijklmnop。")
    assert article.pre is not None
    assert article.pre.find(class_="unbroken") is None


def test_words_left_in_english_are_translated(make: Callable[..., Path]) -> None:
    page = soup_of(make({"index.md": FIGURE, "plot.svg": SVG}) / "index.html")
    links = page.select("a.headerlink")
    titles = {link["title"] for link in links}
    assert titles == {"この見出しへのリンク", "この図へのリンク"}
    assert all(link["title"] == link["aria-label"] for link in links)


def test_outside_links_and_hidden_code(make: Callable[..., Path]) -> None:
    cell = (
        "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: P, "
        "language: python}\n---\n# 題\n\n[外](https://example.com)\n\n"
        "```{code-cell} ipython3\n:tags: [hide-input]\nx = 1\n```\n"
    )
    page = soup_of(make({"index.md": cell}) / "index.html")
    link = page.select_one("article a.external")
    assert link is not None
    assert link["rel"] == ["noopener"]
    fold = page.select_one("details.hide")
    assert fold is not None
    assert [span["class"] for span in fold.select("summary > span")] == [
        ["collapsed"],
        ["expanded"],
    ]
    assert fold.find("pre") is not None


def test_page_toc_needs_two_headings(make: Callable[..., Path]) -> None:
    one = "# 題\n\n## 一\n\n文です。\n"
    site = make(
        {
            "index.md": one + "\n```{toctree}\n:caption: 部\ntwo\n```\n",
            "two.md": one + "\n## 二\n\n文です。\n",
        }
    )
    assert soup_of(site / "index.html").select_one(".page-toc") is None
    two = soup_of(site / "two.html")
    assert [a.get_text() for a in two.select(".page-toc a")] == ["一", "二"]
    book = two.select("#toc ul a")
    assert [(a["data-page"], a["aria-current"]) for a in book] == [("two", "page")]
    assert [p.get_text() for p in two.select("#toc .caption")] == ["部"]


# ---- 枠 ----


def test_page_states_its_policy_and_meets_it(make: Callable[..., Path]) -> None:
    site = make({"index.md": "# 題名\n\nはじめの文です。\n"})
    page = soup_of(site / "index.html")
    meta = page.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert meta is not None
    rules = str(meta["content"])
    assert "default-src 'self'" in rules
    assert "unsafe-eval" not in rules
    inline = [s.get_text() for s in page.find_all("script") if not s.get("src")]
    assert inline == [frame.brightness()["script"]]
    assert f"'sha256-{frame.brightness()['digest']}'" in rules
    for element in page.find_all(["script", "link", "img", "iframe"]):
        address = str(element.get("src") or element.get("href") or "")
        outside = address.startswith(("http", "//"))
        assert not outside or element.get("rel") == ["canonical"], address


def test_section_addresses_survive_edits(make: Callable[..., Path]) -> None:
    """節の番地は見出しの言葉から決まり，前に何かが増えても変わらない。"""
    before = "# 題\n\n## 温度：迷いと決断\n\n文です。\n\n## 値 $x_1$ とは\n\n文です。\n\n## 問い\n\n文です。\n"
    after = before.replace("# 題\n", "# 題\n\n## 問い\n\n前に足した節です。\n", 1)

    def found(text: str) -> list[str]:
        page = soup_of(make({"index.md": text}) / "index.html")
        return [str(part["id"]) for part in page.select("section section[id]")]

    kept = found(before)
    assert kept[0] == "温度-迷いと決断"
    assert kept[2] == "問い"
    assert not any(re.fullmatch(r"id\d+", name) for name in kept)
    assert found(after) == ["問い", *kept[:2], "問い-2"]


def test_every_site_file_is_made(make: Callable[..., Path]) -> None:
    site = make({"index.md": "# 題名\n\nはじめの文です。\n"})
    for name in (
        *("404.html", "search.html", "offline.html", "feed.xml"),
        *("sitemap.xml", "manifest.webmanifest", "sw.js", "offline.json"),
        *("_static/book.css", "_static/book.js", "_static/search-index.js"),
        *("_static/glossary.js", "_static/icon-192.png", "_static/icon-512.png"),
    ):
        assert (site / name).is_file(), name
    page = soup_of(site / "index.html")
    description = page.find("meta", {"name": "description"})
    assert description is not None
    assert description["content"] == "はじめの文です。"
    image = page.find("meta", {"property": "og:image"})
    assert image is not None
    name = str(image["content"]).removeprefix("https://example.invalid/book/")
    assert name == "_static/icon-512.png"  # 図のない頁
    lost = soup_of(site / "404.html")
    for element in lost.find_all(["a", "link", "script", "form"]):
        address = str(
            element.get("href") or element.get("src") or element.get("action") or "#"
        )
        assert address.startswith(("/book/", "#", "https://")), address


def test_offline_list_names_real_files(make: Callable[..., Path]) -> None:
    site = make({"index.md": FIGURE, "plot.svg": SVG})
    listing = json.loads((site / "offline.json").read_text("utf8"))
    files = listing["files"]
    assert "_static/onnxruntime/ort.js" in files
    small = [name for name in files if not name.startswith(pages_site.LARGE)]
    assert listing["bytes"] == sum((site / name).stat().st_size for name in small)
    for name, digest in files.items():
        assert hashlib.sha256((site / name).read_bytes()).hexdigest()[:8] == digest
    assert "index.html" in files
    assert "_static/search-index.js" in files
    assert all((site / name).is_file() for name in files)
    assert "_static/exercise.css" not in files
    worker = (site / "sw.js").read_text("utf8")
    assert "{{" not in worker
    assert f'THEME = "{builder.version()}"' in worker
    core = re.search(r'CORE = "([^"]+)"', worker)
    assert core
    assert "_static/search-index.js" in core[1].split()
    assert set(core[1].split()) <= set(files)


# ---- CSS ----


def test_only_the_files_of_the_book_are_used(make: Callable[..., Path]) -> None:
    """Sphinx のもとの枠の部品は，初めから置かれない。拡張の CSS は，頁が読み込まない。"""
    site = make({"index.md": "# 題\n\n文です。\n"})
    static = site / "_static"
    for name in ("basic.css", "pygments.css", "doctools.js", "translations.js"):
        assert not (static / name).exists(), name
    page = soup_of(site / "index.html")
    links = page.select('link[rel="stylesheet"], script[src]')
    used = [str(link.get("href") or link.get("src")) for link in links]
    assert [name.partition("?")[0] for name in used] == [
        "_static/book.css",
        "_static/book.js",
    ]
    assert all(name.endswith(f"?v={builder.version()}") for name in used)


def test_minify() -> None:
    assert builder.minify("/* あ */ a , b {\n  c: d e;\n}\n") == "a,b{c: d e}"


# ---- 数式 ----


def test_maths_is_typeset_at_build() -> None:
    html = maths.typeset(r"\frac{a}{b}", True)
    assert "katex-display" in html
    assert "<math" in html
    assert sorted(maths.drawn(html).replace("\u200b", "")) == ["a", "b"]


def test_drawn_text_reads_only_what_is_drawn() -> None:
    assert maths.drawn(maths.typeset("x<y", False)) == "x<y"


def test_wrong_maths_is_named(make: Callable[..., Path]) -> None:
    said = StringIO()
    make({"index.md": "# 題\n\n$\\frac{a}$\n"}, warnings=said)
    assert "数式を組めません" in said.getvalue()
    assert re.search(r"index\.md:\d+", said.getvalue())


def test_fonts_hold_only_used_letters(make: Callable[..., Path]) -> None:
    from fontTools.ttLib import TTFont

    site = make({"index.md": "# 題\n\n$$ x + \\beta $$\n"})
    fonts = site / "_static" / "katex" / "fonts"
    letters = set(TTFont(fonts / "KaTeX_Math-Italic.woff2").getBestCmap())
    assert {ord("x"), ord("β")} <= letters
    assert ord("q") not in letters
    css = (site / "_static" / "katex" / "katex.css").read_text("utf8")
    named = set(re.findall(r"fonts/([\w-]+\.woff2)", css))
    assert named == {path.name for path in fonts.iterdir()}
    assert ".ttf" not in css


def test_katex_styles_and_script_have_one_version() -> None:
    script = re.search(r'version:"([\d.]+)"', maths.KATEX.read_text("utf8"))
    style = re.search(
        r'katex-version:after\{content:"([\d.]+)"',
        (builder.THEME / "static" / "katex" / "katex.css").read_text(),
    )
    assert script
    assert style
    assert script[1] == style[1]


# ---- 動画・ルビ ----

VIDEO = """# 題

```{video} https://www.youtube.com/watch?v=abcdefghijk
:title: 視覚の話
:source: だれか
:license: CC BY 4.0
```
"""


def test_video_asks_nobody_until_pressed(make: Callable[..., Path]) -> None:
    site = make({"index.md": VIDEO})
    figure = soup_of(site / "index.html").select_one("figure.video")
    assert figure is not None
    assert not figure.find_all(["iframe", "img"])
    link = figure.select_one(".video-box > a")
    assert link is not None
    assert link["href"] == "https://www.youtube.com/watch?v=abcdefghijk"
    assert str(link["data-embed"]).startswith("https://www.youtube-nocookie.com/embed/")
    text = figure.get_text()
    assert all(word in text for word in ("視覚の話", "だれか", "CC BY 4.0"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((":license: CC BY 4.0\n", ""), "video には :license: が要ります"),
        (("www.youtube.com/watch?v=abcdefghijk", "example.com/x"), "YouTube か Vimeo"),
    ],
)
def test_wrong_video_is_refused(
    make: Callable[..., Path], change: tuple[str, str], message: str
) -> None:
    said = StringIO()
    make({"index.md": VIDEO.replace(*change)}, warnings=said)
    assert message in said.getvalue()


def test_embed_address() -> None:
    assert embed_address("https://vimeo.com/123") == (
        "https://player.vimeo.com/video/123?autoplay=1&dnt=1"
    )
    assert embed_address("https://youtu.be/abcdefghijk") is not None
    assert embed_address("http://www.youtube.com/watch?v=abcdefghijk") is None


def test_ruby(make: Callable[..., Path]) -> None:
    site = make({"index.md": "# 題\n\nこの{ruby}`顕著性|けんちょせい`です。\n"})
    word = soup_of(site / "index.html").find("ruby")
    assert str(word) == (
        "<ruby>顕著性<rp>（</rp><rt>けんちょせい</rt><rp>）</rp></ruby>"
    )


def test_ruby_of_a_term_is_a_link_to_the_glossary(make: Callable[..., Path]) -> None:
    glossary = ":::{glossary}\n顕著性\n  （よみ：けんちょせい，英：saliency）目立つ度合い。\n:::\n"
    site = make(
        {
            "index.md": "# {ruby}`顕著性|けんちょせい`\n\n{ruby}`顕著性|けんちょせい`と"
            "{ruby}`網膜|もうまく`。[{ruby}`顕著性|けんちょせい`](https://example.com)\n\n"
            + glossary
        }
    )
    page = soup_of(site / "index.html")
    links = [a for a in page.select("article a") if a.find("ruby")]
    assert [(a["class"], a["href"]) for a in links] == [
        (["term", "reference", "internal"], "#term-0"),
        (["reference", "external"], "https://example.com"),
    ]


def test_wrong_ruby_is_refused(make: Callable[..., Path]) -> None:
    said = StringIO()
    make({"index.md": "# 題\n\n{ruby}`顕著性`\n"}, warnings=said)
    assert "語|よみ" in said.getvalue()


# ---- 用語集と検索 ----

GLOSSARY = """# 用語集

:::{glossary}
残差ネット
  （よみ：ざんさねっと，れずねっと，英：residual network，ResNet，別名：残差網，関連：VGG）近道のある {doc}`net` です。

温度
  （よみ：おんど）低いほど決断的です。
:::
"""
NET = "# 残差の章\n\n{term}`残差ネット` を学びます。\n\n## 近道\n\n足し算です。\n"


def read_js(path: Path) -> Any:
    return json.loads(path.read_text("utf8").partition("=")[2].rstrip(";\n"))


@pytest.fixture
def searchable(make: Callable[..., Path]) -> Path:
    index = "# 表紙\n\n```{toctree}\nglossary\nnet\n```\n"
    return make({"index.md": index, "glossary.md": GLOSSARY, "net.md": NET})


def test_index_knows_terms_and_their_chapters(searchable: Path) -> None:
    index = read_js(searchable / "_static" / "search-index.js")
    assert index["terms"] == [
        {
            "name": "残差ネット",
            "readings": ["ざんさねっと", "れずねっと"],
            "english": ["residual network", "ResNet"],
            "aliases": ["残差網"],
            "related": ["VGG"],
            "chapter": "net",
        },
        {
            "name": "温度",
            "readings": ["おんど"],
            "english": [],
            "aliases": [],
            "related": [],
            "chapter": "",
        },
    ]
    pages = {page["name"]: page for page in index["pages"]}
    assert [s[1] for s in pages["net"]["sections"]] == ["残差の章", "近道"]
    assert pages["net"]["sections"][0][2] == "残差ネットを学びます。"
    assert [s[1] for s in pages["glossary"]["sections"]][1:] == ["残差ネット", "温度"]
    assert pages["glossary"]["glossary"]


def test_cards_tell_the_meaning(searchable: Path) -> None:
    cards = read_js(searchable / "_static" / "glossary.js")
    (card,) = [card for card in cards.values() if card["name"] == "残差ネット"]
    assert card["text"] == "近道のある「残差の章」です。"
    link = soup_of(searchable / "net.html").select_one("a.term")
    assert link is not None
    assert str(link["href"]).partition("#")[2] in cards


@pytest.mark.parametrize(
    ("reading", "row"),
    [
        *(("あ", "あ"), ("ゔぃ", "あ"), ("がぼーる", "か"), ("っ", "た"), ("ぱ", "は")),
        *(
            ("ゆう", "や"),
            ("りき", "ら"),
            ("わ", "わ"),
            ("ん", "わ"),
            ("x", ""),
            ("", ""),
        ),
    ],
)
def test_row_of_a_reading(reading: str, row: str) -> None:
    assert glossary.row_of(reading) == row


def test_glossary_jumps_by_rows(searchable: Path) -> None:
    page = soup_of(searchable / "glossary.html")
    links = page.select("nav.rows a")
    assert [(link.get_text(), link["aria-label"]) for link in links] == [
        ("あ", "あ行"),
        ("さ", "さ行"),
    ]
    for link, name in zip(links, ("温度", "残差ネット"), strict=True):
        term = page.find(id=str(link["href"]).removeprefix("#"))
        assert term is not None
        assert term.get_text().startswith(name)
    assert page.select_one("nav.rows")["aria-label"] == "五十音"
    assert len(page.select("nav.rows li")) == 10


def test_formulas_become_plain_letters(make: Callable[..., Path]) -> None:
    """検索・用語の札・頁の説明に，LaTeX の命令を出さない。"""
    index = (
        "# 題\n\n```{toctree}\nglossary\n```\n\n驚き $-\\log p$ を測ります。\n\n"
        "## なぜ $\\sqrt{d_k}$ で割るのか\n\n温度 $\\beta$ です。\n"
    )
    glossary = GLOSSARY.replace("低いほど", "$\\beta$ が低いほど").replace(
        "{doc}`net`", "層"
    )
    site = make({"index.md": index, "glossary.md": glossary})
    pages = read_js(site / "_static" / "search-index.js")["pages"]
    (page,) = [page for page in pages if page["name"] == "index"]
    assert [section[1:] for section in page["sections"]] == [
        ["題", "驚き -log p を測ります。"],
        ["なぜ √(d_k) で割るのか", "温度 β です。"],
    ]
    cards = read_js(site / "_static" / "glossary.js")
    assert "β が低いほど決断的です。" in [card["text"] for card in cards.values()]
    meta = soup_of(site / "index.html").find("meta", {"name": "description"})
    assert meta is not None
    assert str(meta["content"]).startswith("驚き -log p を測ります。")


def test_formula_in_a_title_is_written_once(make: Callable[..., Path]) -> None:
    """頁の題，目次，前後の頁で，式が三重にならない。"""
    files = {
        "index.md": "# 表紙\n\n```{toctree}\n:caption: 部\na\nb\n```\n",
        "a.md": "# 手間は $O(n^2)$\n\n文です。\n",
        "b.md": "# 次の章\n\n文です。\n",
    }
    site = make(files)
    page, after = soup_of(site / "a.html"), soup_of(site / "b.html")
    assert page.title is not None
    assert page.title.get_text().startswith("手間は O(n^2) — ")
    shared = page.find("meta", {"property": "og:title"})
    assert shared is not None
    assert shared["content"] == "手間は O(n^2)"
    link = after.select_one(".pager-prev")
    assert link is not None
    for hidden in link.select(".katex-mathml"):
        hidden.decompose()
    assert link.get_text().replace("\u200b", "").endswith("手間は O(n2)")


@pytest.fixture(scope="module")
def script() -> MiniRacer:
    """search.js を，頁なしで動かす。"""
    engine = MiniRacer()
    engine.eval(
        "var window = {book: {base: 'x:/', load: async () => {}, all: () => []}};"
    )
    engine.eval((builder.THEME / "static" / "search.js").read_text("utf8"))
    return engine


def fold(script: MiniRacer, text: str) -> str:
    """search.js が文字をそろえたもの。"""
    return str(script.eval(f"window.book.search.fold({json.dumps(text)})"))


def grams(script: MiniRacer, text: str) -> list[str]:
    """search.js が分けた，検索の単位。"""
    call = f"JSON.stringify(window.book.search.grams({json.dumps(text)}))"
    found: list[str] = json.loads(str(script.eval(call)))
    return found


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＣＮＮ", "cnn"),
        ("ResNet", "resnet"),
        ("ﾆｭｰﾛﾝ", "にゅーろん"),
        ("ソフトマックス", "そふとまっくす"),
        ("㌔", "きろ"),
        ("ヴ", "ゔ"),
        ("ヴ々〆", "ゔ々〆"),
    ],
)
def test_fold(script: MiniRacer, text: str, folded: str) -> None:
    assert fold(script, text) == folded


@given(text=st.text(alphabet="あア漢字ーＣnN5 ,。_", max_size=20))
def test_fold_is_nfkc_in_small_letters_and_hiragana(
    script: MiniRacer, text: str
) -> None:
    small = unicodedata.normalize("NFKC", text).lower()
    hiragana = re.sub("[ァ-ヶ]", lambda m: chr(ord(m[0]) - 0x60), small)
    assert fold(script, text) == hiragana


def test_grams(script: MiniRacer) -> None:
    assert grams(script, "残差ネットと resnet50 の図") == [
        "残差",
        "差ネ",
        "ネッ",
        "ット",
        "トと",
        "resnet50",
        "の図",
    ]
    assert grams(script, "図 a_b") == ["図", "a", "b"]


@given(text=st.text(alphabet="あア漢字ーＣnN5 ,。_", max_size=20))
def test_grams_are_pairs_in_japanese_and_words_elsewhere(
    script: MiniRacer, text: str
) -> None:
    expected: list[str] = []
    for run in re.findall("[あア漢字ー]+|[ＣnN5]+", text):
        pairs = [first + second for first, second in pairwise(run)]
        expected += pairs if pairs and run[0] in "あア漢字ー" else [run]
    assert grams(script, text) == expected


@given(text=st.text(alphabet="あいう漢字cnn ", min_size=1, max_size=20))
def test_a_part_of_a_text_is_found_by_its_grams(script: MiniRacer, text: str) -> None:
    """文のどの二文字以上の部分も，その単位がすべて文の単位に含まれる。"""
    whole = set(grams(script, text))
    japanese = "".join(c for c in text if c in "あいう漢字")
    for start in range(len(japanese) - 1):
        part = japanese[start : start + 3]
        if part in text:
            assert set(grams(script, part)) <= whole


def search(script: MiniRacer, site: Path, query: str) -> list[tuple[str, str]]:
    """``(頁の名前, 見出し)`` を，よい順に。"""
    index = json.dumps(read_js(site / "_static" / "search-index.js"))
    script.eval(f"window.bookIndex = {index};")
    script.eval((builder.THEME / "static" / "search.js").read_text("utf8"))
    script.eval(
        "var ready = false; window.book.search.prepare().then(() => ready = true);"
    )
    assert script.eval("ready")
    found = script.eval(
        f"JSON.stringify(window.book.search.search({json.dumps(query)}).results"
        ".map(r => [r.place.page.name, r.place.heading]))"
    )
    return [(page, heading) for page, heading in json.loads(str(found))]


def test_a_related_word_leads_to_the_term(script: MiniRacer, searchable: Path) -> None:
    """この本にない言葉でも，「関連」に書いた用語が出る。書きかけでは，近い用語に挙がる。"""
    assert search(script, searchable, "VGG") == [("glossary", "残差ネット")]
    near = json.loads(
        str(script.eval("JSON.stringify(window.book.search.near('vgg'))"))
    )
    assert near == ["残差ネット"]


@pytest.mark.parametrize(
    "query",
    ["残差ネット", "ざんさ", "ザンサネット", "れずねっと", "resnet", "ＲｅｓＮｅｔ"],
)
def test_term_is_found_by_name_reading_and_english(
    script: MiniRacer, searchable: Path, query: str
) -> None:
    found = search(script, searchable, query)
    assert ("net", "残差の章") in found
    assert ("glossary", "残差ネット") in found


def test_ranking(script: MiniRacer, make: Callable[..., Path]) -> None:
    """題名 > 見出し > 用語 > 本文。"""
    files = {
        "index.md": "# 表紙\n\n```{toctree}\nglossary\na\nb\nc\n```\n",
        "glossary.md": "# 用語集\n\n:::{glossary}\n渦巻き\n  （よみ：うずまき）回る形です。\n:::\n",
        "a.md": "# 別の話\n\n渦巻きが出ます。渦巻き，渦巻き。\n",
        "b.md": "# ほかの話\n\n文です。\n\n## 渦巻きの見え方\n\n文です。\n",
        "c.md": "# 渦巻きの錯視\n\n文です。\n",
    }
    found = search(script, make(files), "渦巻き")
    assert [page for page, _ in found] == ["c", "b", "glossary", "a"]


def test_the_title_that_begins_with_the_word_comes_first(
    script: MiniRacer, make: Callable[..., Path]
) -> None:
    files = {
        "index.md": "# 表紙\n\n```{toctree}\na\nb\n```\n",
        "a.md": "# 注意と渦巻き\n\n渦巻きの文です。\n",
        "b.md": "# 渦巻き：回る形\n\n渦巻きの文です。\n",
    }
    found = search(script, make(files), "渦巻き")
    assert [page for page, _ in found] == ["b", "a"]


def test_nothing_is_found_for_a_strange_word(
    script: MiniRacer, searchable: Path
) -> None:
    assert search(script, searchable, "鸚鵡貝図鑑") == []
    assert search(script, searchable, "   ") == []
    assert search(script, searchable, "*") == []


# ---- 記録 ----


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True
    )


def test_dates_are_read_from_the_whole_history_only(tmp_path: Path) -> None:
    """git の記録のない写し，途中までの写しでは，日付を作らない。"""
    assert dates.read_dates(tmp_path) is None
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    (whole / "book").mkdir(parents=True)
    git(whole, "init", "-q")
    for name in ("あ.md", "b.md", "../x"):
        (whole / "book" / name).write_text(name)
        git(whole, "add", "-A")
        git(whole, "commit", "-q", "-m", name)
    found = dates.read_dates(whole)
    assert found is not None
    assert sorted(found) == ["book/b.md", "book/あ.md"]
    assert found["book/あ.md"] <= found["book/b.md"]
    git(tmp_path, "clone", "-q", "--depth=1", whole.as_uri(), "cut")
    assert dates.read_dates(cut) is None


def test_dates_are_those_of_readers_in_japan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """どの計算機で書いても，日付は日本の時刻。ほかの人の置き場所の記録は使わない。"""
    inner = tmp_path / "inner"
    (inner / "book").mkdir(parents=True)
    (inner / "book" / "a.md").write_text("a")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "よその置き場所")
    assert dates.read_dates(inner) is None
    git(inner, "init", "-q")
    git(inner, "add", "-A")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-31T16:00:00+00:00")
    git(inner, "commit", "-q", "-m", "a")
    found = dates.read_dates(inner)
    assert found is not None
    assert found["book/a.md"].isoformat() == "2026-02-01T01:00:00+09:00"


def test_page_without_a_date_says_why(make: Callable[..., Path]) -> None:
    page = soup_of(make({"index.md": "# 題\n\n文です。\n"}) / "index.html")
    footer = page.select_one("footer")
    assert footer is not None
    assert f"この頁の最終更新：{dates.NO_HISTORY}" in footer.get_text()
    assert footer.find("time") is None


ATOM = "{http://www.w3.org/2005/Atom}"
CHANGES = """# 更新履歴

## 2026年11月30日

- 残差の章を足しました。{doc}`net`
- 誤字を直しました。

## 2026年2月1日

- 書き始めました。
"""


def test_readers_are_told_of_changes(make: Callable[..., Path]) -> None:
    """著者が書いた文が，そのままフィードに出る。前の番地は，頁へ送る。"""
    index = "# 表紙\n\n```{toctree}\nchanges\nnet\n```\n"
    net = "# 残差の $n^2$\n\n文です。\n"
    site = make({"index.md": index, "changes.md": CHANGES, "net.md": net})
    feed = ElementTree.parse(site / "feed.xml").getroot()
    base = CONFIG["html_baseurl"]
    found = [
        (
            entry.findtext(f"{ATOM}title"),
            entry.findtext(f"{ATOM}updated", "")[:10],
            entry.find(f"{ATOM}link").attrib["href"],
        )
        for entry in feed.findall(f"{ATOM}entry")
    ]
    assert found == [
        ("残差の章を足しました。「残差の n^2」", "2026-11-30", f"{base}net.html"),
        ("誤字を直しました。", "2026-11-30", f"{base}changes.html"),
        ("書き始めました。", "2026-02-01", f"{base}changes.html"),
    ]
    names = {entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("2026年2月1日", "きのう", 8, "「きのう」は日付ではありません"),
        ("2026年2月1日", "2026年2月30日", 8, "日付ではありません"),
        ("2026年2月1日", "2026年12月1日", 8, "新しい順になっていません"),
        ("- 書き始めました。\n", "", 8, "変更が書かれていません"),
    ],
)
def test_wrong_change_is_named(
    make: Callable[..., Path], old: str, new: str, line: int, message: str
) -> None:
    said = StringIO()
    index = "# 表紙\n\n```{toctree}\nchanges\n```\n"
    text = CHANGES.replace("{doc}`net`", "").replace(old, new)
    make({"index.md": index, "changes.md": text}, warnings=said)
    (told,) = [row for row in said.getvalue().splitlines() if message in row]
    assert re.search(rf"changes\.md:{line}: ", told), told


# ---- OpenGraph の絵 ----


def test_card_shows_the_figure(tmp_path: Path) -> None:
    figure = tmp_path / "figure.svg"
    figure.write_text(SVG, "utf8")
    card = social.draw_card(figure)
    assert card.size == (1200, 630)
    paper = ImageColor.getrgb(light("background"))
    assert {card.getpixel(at) for at in ((0, 0), (39, 300), (1199, 629))} == {paper}
    assert len(card.getcolors(card.width * card.height)) > 1
