"""できたノートブックを，一つ残らず調べる：形，コード，文章の写し，リンク，配る形。"""

from __future__ import annotations

import functools
import re
import zipfile
from pathlib import Path
from urllib.parse import urljoin

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from myst_nb.core.read import read_myst_markdown_notebook

from .conftest import BASE_URL, CHAPTERS, PREFIX, ROOT, soup_of
from .test_site import HOST, article_of, problem_with

pytestmark = pytest.mark.site

RAW_MARKUP = re.compile(
    r"\*\*|:::|```|\{[a-z][\w:+-]*\}`|^\s*:[a-z-]+:\s|^\([\w-]+\)=|\[\^|\]\(|\{\{|\}\}|\$\$",
    re.MULTILINE,
)
"""Markdown として読まれずに残った記法，MyST にしかない記法。"""


def path_of(site: Path, document: str) -> Path:
    return site / "notebooks" / f"{document.removeprefix('book/')}.ipynb"


@functools.cache
def notebook_of(site: Path, document: str) -> nbformat.NotebookNode:
    return nbformat.read(path_of(site, document), as_version=4)


@functools.cache
def parser() -> MarkdownIt:
    """Colab や JupyterLab と同じ書き方を読むもの。MyST の書き方は知らない。"""
    return MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)


@functools.cache
def tokens_of(site: Path, document: str) -> tuple[Token, ...]:
    """文章のセルを読んだ，行の中の記号まで平らに並べたもの。"""
    found: list[Token] = []
    for cell in notebook_of(site, document).cells:
        if cell.cell_type == "markdown":
            for token in parser().parse(cell.source):
                found += [*(token.children or []), token]
    return tuple(found)


def test_there_is_a_notebook_for_every_chapter(site: Path) -> None:
    made = {path.relative_to(site).as_posix() for path in site.rglob("*.ipynb")}
    wanted = {path_of(site, name).relative_to(site).as_posix() for name in CHAPTERS}
    assert made == wanted


@pytest.mark.parametrize("document", CHAPTERS)
def test_notebook_is_valid(site: Path, document: str) -> None:
    notebook = notebook_of(site, document)
    nbformat.validate(notebook)
    names = [cell.id for cell in notebook.cells]
    assert len(names) == len(set(names))
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("document", CHAPTERS)
def test_code_is_the_code_of_the_chapter(site: Path, document: str) -> None:
    """隠れたセルも含めて，同じ順にそろっている。最初に準備のセルがある。"""
    source = read_myst_markdown_notebook((ROOT / f"{document}.md").read_text("utf8"))
    wanted = [cell.source for cell in source.cells if cell.cell_type == "code"]
    cells = [c for c in notebook_of(site, document).cells if c.cell_type == "code"]
    assert cells[0].id == "setup"
    assert [cell.source for cell in cells[1:]] == wanted
    assert max(len(line) for c in cells for line in c.source.splitlines()) <= 79


@pytest.mark.parametrize("document", CHAPTERS)
def test_gpu_is_asked_for_only_by_gpu_cells(site: Path, document: str) -> None:
    notebook = notebook_of(site, document)
    tagged = any("gpu" in cell.metadata.get("tags", []) for cell in notebook.cells)
    assert (notebook.metadata.get("accelerator") == "GPU") == tagged


@pytest.mark.parametrize("document", CHAPTERS)
def test_no_markup_is_left_raw(site: Path, document: str) -> None:
    """どの記法も Markdown として読まれ，文字のまま残らない。"""
    found = [
        token.content
        for token in tokens_of(site, document)
        if token.type == "text" and RAW_MARKUP.search(token.content)
    ]
    assert not found


@pytest.mark.parametrize("document", CHAPTERS)
def test_quoted_maths_stays_on_one_line(site: Path, document: str) -> None:
    """引用の中の数式は一行で終わる（二行めの ``>`` が，式の一部にされるため）。"""
    quoted = [
        line
        for cell in notebook_of(site, document).cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith(">")
    ]
    assert [line for line in quoted if line.count("$$") % 2] == []


@pytest.mark.parametrize("document", CHAPTERS)
def test_only_harmless_html(site: Path, document: str) -> None:
    """Colab と JupyterLab が消す HTML を使っていない。"""
    allowed = re.compile(
        r"</?(strong|em|b|i|kbd|sub|sup|small|mark|u|s|br|wbr|span|rp|rt|ruby"
        r"|details|summary)>"
    )
    html = "".join(
        token.content
        for token in tokens_of(site, document)
        if token.type in ("html_inline", "html_block")
    )
    assert not [tag for tag in re.findall(r"<[^>]*>", html) if not allowed.match(tag)]
    for name in ("details", "strong", "em", "sup", "sub", "ruby"):
        assert html.count(f"<{name}>") == html.count(f"</{name}>")


@pytest.mark.parametrize("document", CHAPTERS)
def test_every_link_is_absolute_and_resolves(site: Path, document: str) -> None:
    found = [
        str(token.attrs[name])
        for token in tokens_of(site, document)
        for name in ("href", "src")
        if name in token.attrs
    ]
    assert f"{BASE_URL}{document}.html" in found
    problems = [url for url in found if not url.startswith(("https://", "http://"))]
    for url in found:
        if url.startswith(BASE_URL):
            inside = f"{HOST}{PREFIX}/{url.removeprefix(BASE_URL)}"
            problem = problem_with(site, inside)
            problems += [f"{url}: {problem}"] if problem else []
    assert not problems


SPACE = re.compile(r"[\s\u200b]+")
ELSEWHERE = (
    ".cell",  # コードのセルは，セルのまま入っている
    ".math",
    ".headerlink",
    ".lesson-row",  # 箱は，下で別に調べる
    "figure.video",  # 動画は，動画の頁へのリンクになる
    "svg",
    "script",
    "style",
    "template",
)
"""頁の文章のうち，文字としては比べないもの。"""


def letters(text: str) -> str:
    return SPACE.sub("", text)


@functools.cache
def words_of(site: Path, document: str) -> str:
    """ノートブックの文章の文字だけを，空白なしでつないだもの。数式とルビのよみは除く。"""
    found = []
    reading = False
    for token in tokens_of(site, document):
        if token.type == "html_inline":
            reading = token.content in ("<rp>", "<rt>")
        elif reading:
            continue
        elif token.type in ("text", "code_inline", "fence", "code_block"):
            found.append(token.content)
        elif token.type == "html_block":
            found.append(BeautifulSoup(token.content, "html.parser").get_text())
    return letters("".join(found))


def paragraphs_of(article: Tag) -> list[str]:
    """頁の，いちばん内側の段落の文字。数式と，コードのセルは除く。"""
    copy = BeautifulSoup(str(article), "html.parser")
    for unwanted in copy.select(", ".join(ELSEWHERE)):
        unwanted.decompose()
    names = [
        "p",
        "li",
        "dt",
        "dd",
        "th",
        "td",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "summary",
    ]
    return [
        text
        for block in copy.find_all(names)
        if not block.find(names) and (text := letters(block.get_text()))
    ]


@pytest.mark.parametrize("document", CHAPTERS)
def test_nothing_of_the_page_is_lost(site: Path, document: str) -> None:
    """頁の段落・見出し・箇条・表の欄・コードは，どれもノートブックにある。"""
    words = words_of(site, document)
    paragraphs = paragraphs_of(article_of(site, f"{document}.html"))
    assert len(paragraphs) > 5
    assert [text for text in paragraphs if text not in words] == []


@pytest.mark.parametrize("document", CHAPTERS)
def test_box_captions_and_equations_are_numbered_like_the_page(
    site: Path, document: str
) -> None:
    page = str(article_of(site, f"{document}.html"))
    article = BeautifulSoup(page, "html.parser")  # 数式を抜くので，写しを使う
    words = words_of(site, document)
    learned = article.select(".lesson-box li")
    assert learned
    for item in learned:
        assert letters(item.get_text()) in words
    for caption in article.select("figcaption"):
        for math in caption.select(".math"):
            math.extract()
        for part in caption.select(".caption-number, .caption-text"):
            assert letters(part.get_text()) in words
    shown = {e.get_text().strip("()") for e in article.select(".eqno")} - {""}
    tagged = set(
        re.findall(
            r"\\tag\{([^}]+)\}",
            "".join(t.content for t in tokens_of(site, document) if "math" in t.type),
        )
    )
    assert tagged >= {re.sub(r"[^\d.]", "", number) for number in shown}


@pytest.mark.parametrize("document", CHAPTERS)
def test_buttons_open_the_notebook(site: Path, document: str) -> None:
    soup = soup_of(site / f"{document}.html")
    page = f"{HOST}{PREFIX}/{document}.html"
    hrefs = {urljoin(page, str(a["href"])) for a in soup.find_all("a", href=True)}
    name = path_of(site, document).relative_to(site / "notebooks").as_posix()
    colab = re.compile(rf"https://colab\.research\.google\.com/.*/notebooks/{name}")
    binder = re.compile(rf"https://mybinder\.org/.*/notebooks\?urlpath=lab/tree/{name}")
    assert [href for href in hrefs if colab.fullmatch(href)]
    assert [href for href in hrefs if binder.fullmatch(href)]
    assert f"{HOST}{PREFIX}/notebooks/{name}" in hrefs
    assert [href for href in hrefs if href.endswith(f"/edit/main/{document}.md")]


def test_zip_and_branch_hold_the_same_notebooks(site: Path) -> None:
    made = {path_of(site, name).relative_to(site / "notebooks") for name in CHAPTERS}
    branch = site.parent / "notebooks"
    with zipfile.ZipFile(site / "notebooks.zip") as bundle:
        for name in made:
            data = (site / "notebooks" / name).read_bytes()
            assert bundle.read(f"dl-psychology/{name.as_posix()}") == data
            assert (branch / name).read_bytes() == data
        assert len(bundle.namelist()) == len(made) + 1
    requirements = (branch / ".binder" / "requirements.txt").read_text("utf8")
    assert "git+https://" in requirements
    assert "whl/cpu" in requirements
