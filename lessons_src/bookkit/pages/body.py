"""本文の HTML を整える：図，折りたたみ，表とコードの横送り，用語のリンク，日本語の言葉。"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag

from bookkit.pages.figures import Picture

Find = Callable[[str], Picture | None]
"""頁から見た絵の番地を，その絵について知っていることに変える。"""

WORDS = {
    "Link to this heading": "この見出しへのリンク",
    "Link to this image": "この図へのリンク",
    "Link to this table": "この表へのリンク",
    "Link to this code": "このコードへのリンク",
    "Link to this equation": "この式へのリンク",
    "Link to this term": "この用語へのリンク",
    "Link to this definition": "この定義へのリンク",
    "Link to this toctree": "この目次へのリンク",
    "Permalink to this heading": "この見出しへのリンク",
}
"""Sphinx の日本語訳にない言葉。"""


NAME = re.compile(r"(?<![\w-])([A-Za-z]{1,8}-[A-Za-z]{1,5})(?![\w-])")
"""途中で折らない名前（U-Net，NanoDet-g など）。"""

SHORT = 14
"""途中で折らない式とコードの，字の数。"""

CLOSING = "，。、．）」』：；！？"
"""行の初めに来てはならない字。"""


def tidy(html: str, find: Find) -> str:
    """頁の本文を整える。

    Args:
        html: Sphinx が作った本文。
        find: 絵の番地から，大きさ・暗い頁の絵・CSV の有無を調べる関数。
    """
    soup = BeautifulSoup(html, "html.parser")
    for script in soup.find_all("script"):
        script.decompose()
    _translate(soup)
    _pictures(soup, find)
    _folds(soup)
    _hidden_code(soup)
    _works(soup)
    _scrolling(soup)
    _links(soup)
    _unbroken(soup)
    return str(soup)


def page_toc(html: str) -> str:
    """Sphinx の目次から，この頁の見出し（題名を除く）の一覧を作る。少なければ空。"""
    soup = BeautifulSoup(html, "html.parser")
    inner = soup.select_one("ul > li > ul")
    if inner is None or len(inner.find_all("li", recursive=False)) < 2:
        return ""
    for element in inner.find_all(True):
        element.attrs = {k: v for k, v in element.attrs.items() if k == "href"}
    return str(inner)


def book_toc(html: str, name_of: Callable[[str], str]) -> str:
    """本の目次を整える。リンクに頁の名前を添える（読み終えた印のため）。"""
    soup = BeautifulSoup(html, "html.parser")
    for element in soup.find_all(True):
        wanted = {"caption", "current"} if element.name in ("p", "a") else set()
        kept = wanted & set(_classes(element))
        element.attrs = {k: v for k, v in element.attrs.items() if k == "href"}
        if kept:
            element["class"] = " ".join(sorted(kept))
    for link in soup.find_all("a"):
        name = name_of(str(link["href"]))
        if name:
            link["data-page"] = name
        if "current" in _classes(link):
            link["aria-current"] = "page"
    for caption in soup.select("p.caption span"):
        caption.unwrap()
    return str(soup)


def _classes(tag: Tag) -> list[str]:
    """要素のクラス。"""
    return [str(name) for name in tag.get_attribute_list("class") if name]


def _add_class(tag: Tag, name: str) -> None:
    tag["class"] = " ".join([*_classes(tag), name])


def _translate(soup: BeautifulSoup) -> None:
    for link in soup.select("a.headerlink"):
        title = str(link.get("title", ""))
        name = WORDS.get(title, title)
        link["title"] = link["aria-label"] = name


def _new(soup: BeautifulSoup, name: str, text: str = "", **attributes: str) -> Tag:
    tag = soup.new_tag(name, attrs={k.rstrip("_"): v for k, v in attributes.items()})
    if text:
        tag.string = text
    return tag


def _pictures(soup: BeautifulSoup, find: Find) -> None:
    """大きさを書き，下の方の絵は遅れて読み，明暗の二枚を並べ，CSV へのリンクを置く。"""
    for image in soup.find_all("img"):
        source = str(image.get("src", ""))
        picture = None if source.startswith(("data:", "http")) else find(source)
        image["loading"] = "lazy"
        image["decoding"] = "async"
        if picture is None:
            continue
        if not image.get("style"):
            image["width"], image["height"] = str(picture.width), str(picture.height)
        stem = posixpath.splitext(source)[0]
        if picture.has_dark:
            dark = _new(soup, "img")
            dark.attrs = {**image.attrs, "src": f"{stem}-dark.svg"}
            _add_class(image, "only-light")
            _add_class(dark, "only-dark")
            image.insert_after(dark)
        figure = image.find_parent("figure")
        caption = figure.find("figcaption") if figure else None
        if picture.has_data and isinstance(caption, Tag):
            line = _new(soup, "p", class_="figure-data")
            line.append(
                _new(
                    soup,
                    "a",
                    "図の数値（CSV）",
                    href=f"{stem}.csv",
                    download=_data_name(image),
                )
            )
            caption.append(line)


def _data_name(image: Tag) -> str:
    figure = image.find_parent("figure")
    return f"{(figure.get('id') if figure else None) or 'figure'}.csv"


def _folds(soup: BeautifulSoup) -> None:
    """``dropdown`` の囲みを，スクリプトのいらない ``details`` にする。"""
    for box in soup.select(".admonition.dropdown, .toggle"):
        title = box.find(class_="admonition-title", recursive=False)
        summary = _new(soup, "summary")
        if isinstance(title, Tag):
            summary["class"] = "admonition-title"
            summary.extend(list(title.contents))
            title.decompose()
            for link in summary.find_all("a"):
                link.unwrap()  # 見出しの中のリンクは，開く働きとぶつかる
        else:
            summary.string = "クリックして表示"
        box.name = "details"
        if "toggle-shown" in _classes(box):
            box["open"] = ""
        box.insert(0, summary)


def _hidden_code(soup: BeautifulSoup) -> None:
    """``hide-input`` のセル。見出しの言葉は，開いているかどうかで変わる（CSS が選ぶ）。"""
    for box in soup.select("details.hide"):
        box["class"] = "hide"
        summary = box.find("summary")
        if isinstance(summary, Tag):
            del summary["aria-label"]
            for word in summary.find_all("p"):
                word.name = "span"
                word["class"] = (
                    "expanded" if "expanded" in _classes(word) else "collapsed"
                )


def _works(soup: BeautifulSoup) -> None:
    """文献の一覧を，ふつうの箇条書きにする（古い役目の名前を残さない）。"""
    for listing in soup.select("div.citation-list"):
        listing.name = "ul"
        del listing["role"]
        for work in listing.find_all("div", class_="citation", recursive=False):
            work.name = "li"
            del work["role"]
            for label in work.find_all("span", class_="label", recursive=False):
                label.decompose()


def _scrolling(soup: BeautifulSoup) -> None:
    """横に長い表とコードは，その中だけが横に動く。キーボードでも動かせるようにする。"""
    for table in soup.find_all("table"):
        if table.find_parent(class_="table-frame"):
            continue
        caption = table.find("caption")
        label = caption.get_text(" ", strip=True).rstrip("#") if caption else "表"
        frame = _new(soup, "div", class_="table-frame", tabindex="0", role="group")
        frame["aria-label"] = label
        table.wrap(frame)
    for block in soup.find_all("pre"):
        block["tabindex"] = "0"
    for formula in soup.select("div.math:not(.numbered), div.math > .formula"):
        formula["tabindex"] = "0"
        formula["role"] = "group"
        formula["aria-label"] = "数式"


def _links(soup: BeautifulSoup) -> None:
    """用語のリンクに札の印を，よその番地に ``rel`` を付ける。"""
    for link in soup.select("a.internal"):
        anchor = unquote(urlsplit(str(link.get("href", ""))).fragment)
        inner = link.find(class_="std-term")
        if anchor.startswith("term-") and inner is not None:
            _add_class(link, "term")
    for link in soup.select("a.external"):
        link["rel"] = "noopener"
    for cite in soup.select(".bibtex-citation a[title]"):
        cite["title"] = re.sub(r"\s+", " ", str(cite["title"]))


def _unbroken(soup: BeautifulSoup) -> None:
    """名前，短い式，短いコードを途中で折らない。式のすぐ後の句読点を，次の行に送らない。"""
    for text in soup.find_all(string=NAME):
        if text.find_parent(
            ["pre", "code", "script", "style", "svg", "math", "option"]
        ):
            continue
        for part in NAME.split(str(text)):
            name = NAME.fullmatch(part)
            text.insert_before(
                _new(soup, "span", part, class_="unbroken")
                if name
                else NavigableString(part)
            )
        text.extract()
    for code in soup.select("code:not(pre code)"):
        if " " in code.get_text() and len(code.get_text()) <= SHORT:
            _add_class(code, "unbroken")
    for formula in soup.select("span.math:not(div.math span)"):
        shown = formula.select_one(".katex-html")
        if shown is None or len(shown.get_text()) > SHORT:
            continue
        after = formula.next_sibling
        together = formula.wrap(_new(soup, "span", class_="unbroken"))
        if isinstance(after, NavigableString) and str(after).startswith(tuple(CLOSING)):
            together.append(NavigableString(str(after)[:1]))
            after.replace_with(NavigableString(str(after)[1:]))
