"""参照の決まり：章・名札・用語・文献・数・ファイルが，本当にあるか。"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Iterator

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.directives.source import find_source
from bookkit.lint.cells import alt_problem
from bookkit.lint.finding import Problems, similar
from bookkit.lint.names import calls

ROLE_TARGET = re.compile(r"^(?:.*<(?P<inner>[^<>]+)>|(?P<plain>.*))$", re.DOTALL)


def _target(content: str) -> str:
    """役割の中身から，指す先を取り出す。``題名 <先>`` なら ``先``。"""
    match = ROLE_TARGET.match(content.strip())
    assert match
    return (match["inner"] or match["plain"] or "").strip()


def _doc(page: Chapter, book: Book, target: str) -> str:
    here = posixpath.dirname(page.docname)
    name = (
        target.lstrip("/")
        if target.startswith("/")
        else posixpath.normpath(posixpath.join(here, target))
    )
    if name in book.documents:
        return ""
    near = similar(name, book.documents)
    return f"章 {target!r} がありません。{near}まだ無い章なら，リンクにせず題名だけを書いてください。"


def _label(page: Chapter, book: Book, target: str) -> str:
    if target.lower() in book.labels:
        return ""
    return f"参照の先 {target!r} がありません。" + (
        similar(target, book.labels) or "名札（name: や (…)=）を確かめてください。"
    )


def _term(page: Chapter, book: Book, target: str) -> str:
    if target.lower() in book.terms:
        return ""
    return f"用語 {target!r} が book/glossary.md にありません。" + (
        similar(target, book.terms) or "用語集に加えてください。"
    )


def _ruby(page: Chapter, book: Book, target: str) -> str:
    if re.fullmatch(r"[^|]*[^|\s][^|]*\|\s*[ぁ-ゖァ-ヺー・]+\s*", target):
        return ""
    return f"ルビ {target!r} は {{ruby}}`語|よみ` の形で，よみをかなで書いてください。"


def _cite(page: Chapter, book: Book, target: str) -> str:
    for key in re.split(r"\s*,\s*", target):
        if key not in book.works:
            return f"文献 {key!r} が book/references.bib にありません。" + (
                similar(key, book.works) or "加えてください。"
            )
    return ""


def _glue(page: Chapter, book: Book, target: str) -> str:
    name = target.partition(":")[0]
    named = [
        call.args[0] if call.args else None
        for cell in page.cells
        for call in calls(cell, "glue.glue") or ()
    ]
    given = [str(one.value) for one in named if isinstance(one, ast.Constant)]
    if name in given or len(given) < len(named):  # 計算した名前なら，分からない
        return ""
    return (
        f'数 {name!r} を渡すセルがありません。セルで glue("{name}", 値) を呼んでください。'
        + similar(name, given)
    )


ROLES: dict[str, Callable[[Chapter, Book, str], str]] = {
    "doc": _doc,
    "ref": _label,
    "numref": _label,
    "eq": _label,
    "term": _term,
    "ruby": _ruby,
    "glue:": _glue,
    "glue:text": _glue,
    "glue:md": _glue,
}


def roles(page: Chapter, book: Book) -> Problems:
    """``{doc}`` や ``{cite:t}`` などの指す先。"""
    for passage in page.outline.passages:
        for line, token in passage.spans():
            if token.type != "myst_role":
                continue
            name = str(token.meta["name"])
            check = _cite if name.startswith("cite:") else ROLES.get(name)
            problem = check and check(page, book, _target(token.content))
            if problem:
                yield line, problem


def links(page: Chapter, book: Book) -> Problems:
    """``[文](先)`` と ``![代替文](絵)`` の指す先。"""
    for passage in page.outline.passages:
        for line, token in passage.spans():
            if token.type == "link_open":
                problem = _link(page, book, str(token.attrGet("href") or ""))
                if problem:
                    yield line, problem
            elif token.type == "image":
                source = str(token.attrGet("src") or "")
                for problem in _image(page, book, source, token.content):
                    yield line, problem
    for directive in page.outline.directives:
        if directive.name in ("image", "figure"):
            alt = directive.options.get("alt", "")
            caption = directive.body.strip()
            for problem in _image(page, book, directive.argument, alt, caption):
                yield directive.line, problem


def _link(page: Chapter, book: Book, href: str) -> str:
    path, _, anchor = href.partition("#")
    if re.match(r"[a-z][a-z0-9+.-]*:|//", path) or not href:
        return ""
    if not path:
        return _label(page, book, anchor)
    if path.lower() in book.labels:
        return ""
    if _exists(page, book, path) or _exists(page, book, f"{path}.md"):
        return ""
    near = similar(path, [*book.documents, *book.labels])
    return f"リンクの先 {path!r} がありません。{near}番地を直してください。"


def _exists(page: Chapter, book: Book, path: str) -> bool:
    here = posixpath.dirname(page.file)
    target = path.lstrip("/") if path.startswith("/") else posixpath.join(here, path)
    return (book.root / target).exists()


def _image(
    page: Chapter, book: Book, source: str, alt: str, caption: str = ""
) -> Iterator[str]:
    if not re.match(r"[a-z]+:", source) and not _exists(page, book, source):
        yield f"絵のファイル {source!r} がありません。名前と置き場所を確かめてください。"
    problem = alt_problem(alt, caption)
    if problem:
        yield problem


def sources(page: Chapter, book: Book) -> Problems:
    """``{source}`` の指す関数。"""
    for directive in page.outline.directives:
        if directive.name != "source":
            continue
        try:
            find_source(book.root / "lessons_src", directive.argument)
        except LookupError as error:
            yield directive.line, str(error)


def unique_labels(page: Chapter, book: Book) -> Problems:
    """同じ名札が二度使われていないか。"""
    for label, places in book.labels.items():
        first, *rest = places
        for path, line in rest:
            if path == page.file:
                yield (
                    line,
                    f"名札 {label!r} は {first[0]}:{first[1]} でも使われています。"
                    "別の名前にしてください。",
                )


def cited(page: Chapter, book: Book) -> Problems:
    """章の終わりの文献の一覧と，引用。"""
    if not any(directive.name == "cited" for directive in page.outline.directives):
        line = next((h.line for h in page.outline.headings if h.text == "文献"), 1)
        yield (
            line,
            "文献の一覧がありません。「## 文献」の下に ```{cited}``` を置いてください。",
        )


RULES = (roles, links, sources, unique_labels)
CHAPTER_RULES = (cited,)
