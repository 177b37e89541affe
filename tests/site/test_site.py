"""できあがった頁を，ブラウザーを使わずに調べる。"""

from __future__ import annotations

import functools
import itertools
import json
import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlparse

import nbformat
import pytest
from bs4 import BeautifulSoup, NavigableString, Tag

from .conftest import BASE_URL, CHAPTERS, DOCUMENTS, PAGES, PREFIX, soup_of, state_of
from .conftest import executed as executed_notebook

pytestmark = pytest.mark.site

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠々]")
CODE = ("pre", "code", "script", "style", "template")
HOST = "https://site.invalid"
"""頁の番地を組み立てるときの，仮のホスト。"""


def all_pages(site: Path) -> list[Path]:
    """本のすべての頁（表紙への案内や検索の頁も含む）。"""
    return sorted(
        path
        for path in site.rglob("*.html")
        if path.relative_to(site).parts[0] not in ("_static", "_sources")
    )


def article_of(site: Path, page: str) -> Tag:
    """頁の本文。"""
    article = soup_of(site / page).find("article")
    assert isinstance(article, Tag), f"{page}: 本文（article）がありません"
    return article


def prose_of(article: Tag) -> str:
    """本文のうち，コードと図を除いた文章。"""
    skip = (*CODE, "svg", "math", "annotation")
    return "".join(
        text
        for text in article.strings
        if not any(
            parent.name in skip or "math" in parent.get("class", [])
            for parent in text.parents
        )
    )


def figures_of(article: Tag) -> list[tuple[Tag, str, str]]:
    """本文の絵を ``(要素, 代替文, キャプション)`` で並べる。飾りの小さな絵は除く。"""
    found = []
    for picture in article.find_all(["img", "svg"]):
        if picture.name == "svg":
            if picture.find_parent("svg") or picture.get("aria-hidden") == "true":
                continue
            # 数式の線と，その場で描く実験の絵（名前は test_experiment が調べる）を除く。
            if picture.find_parent(class_=["katex", "experiment"]):
                continue
            title = picture.find("title")
            alt = picture.get("aria-label") or (title.get_text() if title else "")
        else:
            alt = picture.get("alt", "")
        if picture.find_parent(
            class_="lab"
        ):  # 写真で試す欄の見本（test_labs が調べる）
            continue
        figure = picture.find_parent("figure")
        caption = figure.find("figcaption") if figure else None
        text = caption.find(class_="caption-text") if caption else None
        words = (text or caption).get_text() if caption else ""
        found.append((picture, str(alt).strip(), words.strip()))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_page_was_built(site: Path, page: str) -> None:
    assert (site / page).is_file(), f"{page} ができていません"


def test_no_page_is_outside_the_toc(site: Path) -> None:
    """目次にない原稿の頁が，公開されない。"""
    built = {str(path.relative_to(site)) for path in all_pages(site)}
    extra = {name for name in built if name.startswith("book/")} - set(PAGES)
    assert not extra


def targets_of(site: Path, page: Path) -> list[str]:
    """頁が指している番地のうち，この本の中のもの（``HOST`` から始まる形）。"""
    here = f"{HOST}{PREFIX}/{page.relative_to(site).as_posix()}"
    found: list[str] = []
    for element in soup_of(page).find_all(True):
        for name in ("href", "src", "srcset", "xlink:href", "poster", "data"):
            value = element.get(name)
            if not isinstance(value, str) or value.startswith(("data:", "mailto:")):
                continue
            values = (
                [part.split()[0] for part in value.split(",") if part.strip()]
                if name == "srcset"
                else [value]
            )
            for one in values:
                whole = urljoin(here, one.strip())
                if whole.startswith(BASE_URL):
                    whole = HOST + whole[len(BASE_URL.removesuffix(PREFIX + "/")) :]
                if whole.startswith(HOST):
                    found.append(whole)
    return found


@functools.cache
def names_in(path: Path) -> frozenset[str]:
    """その頁で，``#`` の後ろに書ける名前。"""
    return frozenset(
        str(element[key])
        for key in ("id", "name")
        for element in soup_of(path).find_all(attrs={key: True})
    )


def problem_with(site: Path, target: str) -> str | None:
    """番地の先が無ければ，その理由を返す。"""
    parts = urlparse(target)
    path = unquote(parts.path)
    if not path.startswith(f"{PREFIX}/"):
        return "本の外を指しています"
    file = site / path.removeprefix(f"{PREFIX}/")
    if file.is_dir():
        file /= "index.html"
    if not file.is_file():
        return "先のファイルがありません"
    anchor = unquote(parts.fragment)
    if anchor and file.suffix == ".html" and anchor not in names_in(file):
        return f"先の頁に #{anchor} がありません"
    return None


def test_every_internal_link_and_image_resolves(site: Path) -> None:
    pages = all_pages(site)
    assert pages
    broken = {
        f"{page.relative_to(site)} → {target.removeprefix(HOST)}: {problem}"
        for page in pages
        for target in set(targets_of(site, page))
        if (problem := problem_with(site, target))
    }
    assert not broken, "\n".join(sorted(broken))


@pytest.mark.parametrize("page", PAGES)
def test_every_figure_has_real_alt_text(site: Path, page: str) -> None:
    problems = []
    for picture, alt, caption in figures_of(article_of(site, page)):
        what = picture.get("src") or picture.get("id") or picture.name
        if not 15 <= len(alt) <= 200:
            problems.append(
                f"{what}: 代替文は 15〜200 字です（{len(alt)} 字: {alt!r}）"
            )
        elif re.search(r"\.(svg|png|jpe?g|webp|gif)$|^[\w./-]+$", alt, re.ASCII):
            problems.append(f"{what}: 代替文がファイル名です（{alt!r}）")
        elif alt == caption:
            problems.append(f"{what}: 代替文がキャプションと同じです（{alt!r}）")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("document", CHAPTERS)
def test_figures_have_number_and_caption(site: Path, document: str) -> None:
    """章の図はどれも figure に入り，番号とキャプションを持つ。

    動く図（セルが出す svg）は，番号の代わりに「動く図：」で始まるキャプションを持つ。
    """
    article = article_of(site, f"{document}.html")
    pictures = figures_of(article)
    assert pictures, f"{document}: 図が一つもありません"
    for picture, _, caption in pictures:
        figure = picture.find_parent("figure")
        what = picture.get("src") or picture.get("id")
        assert figure, f"{document}: {what} が figure に入っていません"
        assert figure.get("id"), f"{document}: {what} に名前がありません"
        moving = "motion" in figure.get("class", [])
        numbered = figure.find(class_="caption-number")
        assert numbered or moving, f"{document}: {what} に番号がない"
        if moving:
            assert figure.find("figcaption").get_text().startswith("動く図：")
        assert caption, f"{document}: {what} にキャプションがありません"


@pytest.mark.parametrize("page", PAGES)
def test_exactly_one_h1(site: Path, page: str) -> None:
    titles = [
        h1.get_text()
        for h1 in soup_of(site / page).find_all("h1")
        if not h1.find_parent(id="jb-print-docs-body")  # 印刷のときだけの表題
    ]
    assert len(titles) == 1, titles


@pytest.mark.parametrize("page", PAGES)
def test_headings_do_not_skip_levels(site: Path, page: str) -> None:
    levels = [
        int(h.name[1]) for h in article_of(site, page).find_all(re.compile(r"^h[1-6]$"))
    ]
    assert levels, f"{page}: 見出しがありません"
    for before, after in itertools.pairwise(levels):
        assert after <= before + 1, f"{page}: h{before} の次に h{after} があります"


@pytest.mark.parametrize("page", PAGES)
def test_page_is_japanese(site: Path, page: str) -> None:
    html = soup_of(site / page).find("html")
    assert isinstance(html, Tag)
    assert html.get("lang") == "ja"


NAMES = re.compile(
    r"GitHub|Colab|Binder|Jupyter|Ctrl|PDF|RSS|CSV|SVG|BibTeX|Python|PyTorch"
    r"|Copyright|v?\d[\w.]*|\.(md|ipynb|pdf)"
)
"""訳さずに使う名前。"""
UI_WORDS = re.compile(
    r"Link to this|Click to |Toggle |Show code|Hide code|Show source|Permalink"
    r"|\b(Exercise|Solution|Figure|Table|Note|Warning|Tip|Contents)\b"
    r"|previous page|next page|Last updated|Search this",
)


def interface_texts(page: BeautifulSoup) -> set[str]:
    """本文の外の文字と，すべての要素の吹き出し・読み上げの文字。"""
    texts: set[str] = set()
    for element in page.find_all(True):
        in_article = element.find_parent("article") is not None
        in_body = element.find_parent("body") is not None
        if not in_body or element.find_parent(CODE):
            continue
        for name in ("title", "aria-label", "placeholder", "alt"):
            value = element.get(name)
            cited = in_article and element.name in ("a", "img") and name != "aria-label"
            if isinstance(value, str) and value.strip() and not cited:
                texts.add(value.strip())
    for text in page.body.find_all(string=True) if page.body else []:
        parents = {parent.name for parent in text.parents}
        is_words = type(text) is NavigableString and text.strip()
        if is_words and not parents & {"article", "svg", "math", *CODE}:
            texts.add(text.strip())
    return texts


@functools.cache
def headings(site: Path) -> frozenset[str]:
    """本のすべての見出し。目次に英語だけの題名が出るのは，誤りではない。"""
    return frozenset(
        heading.get_text().removesuffix("#").strip()
        for document in DOCUMENTS
        for heading in soup_of(site / f"{document}.html").find_all(
            re.compile("^h[1-6]$")
        )
    )


@pytest.mark.parametrize("page", [*PAGES, "search.html"])
def test_no_english_in_the_interface(site: Path, page: str) -> None:
    """ボタン・吹き出し・読み上げの言葉に，英語が残っていない。"""
    soup = soup_of(site / page)
    leftover = set()
    for text in interface_texts(soup):
        words = NAMES.sub("", text)
        bare = re.sub(r"^[\d.\s]+", "", text)
        is_title = any(bare and bare in title for title in headings(site))
        is_english = re.search("[A-Za-z]{3,}", words) and not JAPANESE.search(text)
        if is_english and not is_title:
            leftover.add(text)
    leftover |= {
        str(link["title"])
        for link in soup.find_all(title=UI_WORDS)
        if "citation" not in str(link.parent.get("class"))
    }
    article = soup.find("article")
    if isinstance(article, Tag):
        leftover |= {match[0] for match in UI_WORDS.finditer(prose_of(article))}
    assert not leftover


RAW_MARKUP = re.compile(
    r"\*\*|:::|```|\{(?:[a-z][\w:-]*)\}`|^\s*:[a-z-]+:\s|\[\^|\]\(|\{\{|\}\}",
    re.MULTILINE,
)


@pytest.mark.parametrize("page", PAGES)
def test_no_raw_markup_in_the_text(site: Path, page: str) -> None:
    """``**`` やディレクティブの書き方が，そのまま頁に出ていない。"""
    prose = prose_of(article_of(site, page))
    found = [
        prose[max(0, match.start() - 20) : match.end() + 20]
        for match in RAW_MARKUP.finditer(prose)
    ]
    assert not found


@pytest.mark.parametrize("page", PAGES)
def test_japanese_lines_are_joined(site: Path, page: str) -> None:
    """段落の中の改行が，日本語の文字の間で空白にならない。"""
    wide = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
    article = article_of(site, page)
    gaps = [
        match[0]
        for block in article.find_all(["p", "li", "dt", "figcaption", "h1", "h2"])
        if not block.find(["p", "li", "div"])
        for match in re.finditer(
            rf"{wide}+[ \t]*\n[ \t]*{wide}+", prose_of(block).strip()
        )
    ]
    assert not gaps


@functools.cache
def executed(document: str) -> list[nbformat.NotebookNode]:
    """章のコードのセルを，頁に載る出力とともに返す。"""
    notebook = executed_notebook(document)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert cells, f"{document}: コードのセルがありません"
    return cells


@pytest.mark.parametrize("document", CHAPTERS)
def test_no_number_in_the_text_is_missing(site: Path, document: str) -> None:
    """本文に差し込んだ値が，数でないもの（nan，inf）になっていない。"""
    text = prose_of(article_of(site, f"{document}.html"))
    found = re.findall(r"(?<![A-Za-z])(?:nan|inf)(?![A-Za-z])", text)
    assert not found, f"{document}: 文の中に {found} があります"


@pytest.mark.parametrize("document", CHAPTERS)
def test_every_code_cell_ran(site: Path, document: str) -> None:
    for number, cell in enumerate(executed(document), start=1):
        where = f"{document} の {number} 番めのセル"
        assert cell.execution_count is not None, f"{where} が実行されていません"
        for output in cell.outputs:
            assert output.output_type != "error", f"{where}: {output.get('evalue')}"
            assert output.get("name") != "stderr", f"{where}: {output.get('text')}"
        if "figures.show(" in cell.source:
            kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
            assert "image/svg+xml" in kinds, f"{where} が図を出していません"


@pytest.mark.parametrize("document", CHAPTERS)
def test_exercises_wait_for_an_answer(site: Path, document: str) -> None:
    """練習のセルは白紙のままで，「まだ答えが入っていません」と出る。"""
    cells = [
        cell
        for cell in executed(document)
        if re.search(r"^check\(", cell.source, re.MULTILINE)
    ]
    assert len(cells) >= 2, f"{document}: 練習が 2 つありません"
    for cell in cells:
        said = "".join(
            str(output.get("text", "")) + str(output.get("data", {}))
            for output in cell.outputs
        )
        assert "まだ答えが入っていません" in said, cell.source


def japanese_glyphs(svg: str) -> dict[str, set[str]]:
    """図の文字を ``{文字: 使った字形の名前}`` にする。"""
    used: dict[str, set[str]] = {}
    for comment, group in re.findall(
        r"<!--\s*(.*?)\s*-->\s*<g\b(.*?)</g>", svg, re.DOTALL
    ):
        glyphs = re.findall(r'<use xlink:href="#([^"]+)"', group)
        letters = [letter for letter in comment if not letter.isspace()]
        drawn = glyphs if len(glyphs) == len(letters) else []
        for letter, glyph in zip(letters, drawn, strict=False):
            if JAPANESE.match(letter):
                used.setdefault(letter, set()).add(glyph)
    return used


def test_figure_text_is_not_tofu(site: Path) -> None:
    """図の日本語は，一字ずつ違う字形で描かれている（豆腐なら，どの字も同じ箱になる）。"""
    letters = 0
    for document in CHAPTERS:
        for cell in executed(document):
            for output in cell.outputs:
                svg = output.get("data", {}).get("image/svg+xml", "")
                svg = "".join(svg)
                missing = re.findall(r'id="([A-Za-z]\w*-0)"', svg)
                assert not missing, f"{document}: 書体にない字があります {missing}"
                used = japanese_glyphs(svg)
                shapes = [glyph for glyphs in used.values() for glyph in glyphs]
                assert len(shapes) == len(set(shapes)), f"{document}: {used}"
                letters += len(used)
    assert letters > 10, "日本語の字のある図が見つかりません"


def test_search_index_holds_every_page(site: Path) -> None:
    raw = (site / "_static" / "search-index.js").read_text("utf8")
    index = json.loads(raw[raw.index("{") : raw.rindex("}") + 1])
    assert set(DOCUMENTS) <= {page["name"] for page in index["pages"]}


@pytest.mark.parametrize("document", CHAPTERS)
def test_a_module_beside_the_parts_makes_no_chapter_stale(document: str) -> None:
    """``lessons`` のすぐ下の一覧に頼ると，部品を一つ足すだけで，章がすべて古くなる。"""
    entry = state_of(document).entry
    assert entry
    assert "lessons/exercises.py" in entry.trace.seen["modules"]
    assert "lessons" not in entry.trace.seen["folders"]
