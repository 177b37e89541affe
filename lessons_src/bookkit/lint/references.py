"""参照の決まり：章・名札・用語・文献・数・ファイルが，本当にあるか。"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.finding import Problems
from bookkit.lint.cells import alt_problem
from bookkit.lint.names import calls
from bookkit.outline import Directive, Span
from bookkit.similar import similar

TITLED = re.compile(r".+?\s*<([^<]*?)>", re.DOTALL)
"""``題名 <先>`` の形（Sphinx と同じ）。"""
RUBY = re.compile(r"[^|]*[^|\s][^|]*\|\s*[ぁ-ゖァ-ヺー・]+\s*")
"""``語|よみ`` の形。"""


def pointers(page: Chapter, book: Book) -> Problems:
    """役割・リンク・絵・``{source}`` の指す先。"""
    for passage in page.outline.passages:
        for span in passage.spans:
            for problem in _in_text(page, book, span):
                yield span.line, problem
    for directive in page.outline.directives:
        for problem in _in_directive(page, book, directive):
            yield directive.line, problem


def _in_text(page: Chapter, book: Book, span: Span) -> Iterator[str]:
    if span.kind == "myst_role":
        titled = TITLED.fullmatch(span.text.strip())
        target = titled[1] if titled else span.text
        yield from _role(page, book, span.target, target.strip())
    elif span.kind == "link_open":
        yield from _link(page, book, span.target)
    elif span.kind == "image":
        yield from _image(page, book, span.target, span.text)


def _in_directive(page: Chapter, book: Book, directive: Directive) -> Iterator[str]:
    if directive.name in ("image", "figure"):
        alt, caption = directive.options.get("alt", ""), directive.body.strip()
        yield from _image(page, book, directive.argument, alt, caption)
    elif directive.name == "source":
        target = directive.argument
        folder = book.lessons.parent.joinpath(*target.split(".")[:-1])
        files = [folder.with_suffix(".py"), folder / "__init__.py"]
        texts = [path.read_bytes() if path.is_file() else None for path in files]
        key = "source", target, texts
        yield from book.kept.once(key, lambda: _source(book, target))


def _source(book: Book, target: str) -> list[str]:
    """``{source}`` の困ったこと。"""
    from bookkit.directives.source import find_source  # Sphinx を読み込む

    try:
        find_source(book.root / "lessons_src", target)
    except LookupError as error:
        return [str(error)]
    except (SyntaxError, ValueError) as error:
        said = f"{{source}} のファイルを Python として読めません（{error}）。"
        return [f"{said}部品を直してください。"]
    return []


def _role(page: Chapter, book: Book, role: str, target: str) -> Iterator[str]:
    """役割の指す先。``題名 <先>`` の題名は，もう除いてある。"""
    if role == "doc":
        yield from _draft(page, book, target)
    if role == "doc" and _docname(page, target) not in book.documents:
        near = similar(target, book.documents)
        yield f"章 {target!r} がありません。{near}まだ無い章なら，リンクにせず題名だけを書いてください。"
    elif role in ("ref", "numref", "eq"):
        yield from _label(page, book, target)
    elif role == "term" and target.lower() not in book.terms:
        advice = similar(target, book.terms) or "用語集に加えてください。"
        yield f"用語 {target!r} が book/glossary.md にありません。{advice}"
    elif role.startswith("cite:"):
        for key in re.split(r"\s*,\s*", target):
            if key not in book.works:
                advice = similar(key, book.works) or "加えてください。"
                yield f"文献 {key!r} が book/references.bib にありません。{advice}"
    elif role == "ruby" and not RUBY.fullmatch(target):
        yield f"ルビ {target!r} は {{ruby}}`語|よみ` の形で，よみをかなで書いてください。"
    elif role in ("glue:", "glue:text", "glue:md"):
        yield from _glue(page, book, target.partition(":")[0])


def _docname(page: Chapter, target: str) -> str:
    """頁から見た ``target`` の，文書の名前（Sphinx と同じ）。"""
    return posixpath.normpath(posixpath.join(f"/{page.docname}", "..", target))[1:]


def _draft(page: Chapter, book: Book, target: str) -> Iterator[str]:
    """公開する頁からは，下書きの章を指さない。"""
    name = _docname(page, target.removesuffix(".md"))
    if name in book.drafts and not page.draft:
        advice = "リンクにせず題名だけを書くか，その章の draft: true を消してください。"
        yield f"{name} は下書きなので，公開する本にはありません。{advice}"


def _label(page: Chapter, book: Book, label: str) -> Iterator[str]:
    for file, _ in book.labels.get(label.lower(), ()):
        yield from _draft(page, book, f"/{file}")
    if label.lower() not in book.labels:
        advice = "名札（name: や (…)=）を確かめてください。"
        yield f"参照の先 {label!r} がありません。{similar(label, book.labels) or advice}"


def _glued(page: Chapter) -> list[str] | None:
    """セルの渡す数の名前。分からない名前があれば ``None``。"""
    found = [call for cell in page.cells for call in calls(cell, "glue.glue") or ()]
    names = [_name(call.args[0]) if call.args else "" for call in found]
    return names if all(names) else None


def _name(given: ast.expr) -> str:
    """渡す名前。計算する所は ``*``（``f"near-{key}"`` なら ``near-*``）。読めなければ空。"""
    parts = given.values if isinstance(given, ast.JoinedStr) else [given]
    if not all(isinstance(part, ast.Constant | ast.FormattedValue) for part in parts):
        return ""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts
    )


def _glue(page: Chapter, book: Book, name: str) -> Iterator[str]:
    given = book.kept.of(page, _glued)
    if given is not None and not any(fnmatchcase(name, one) for one in given):
        near = similar(name, [one for one in given if "*" not in one])
        advice = f'セルで glue("{name}", 値) を呼んでください。{near}'
        yield f"数 {name!r} を渡すセルがありません。{advice}"


def _link(page: Chapter, book: Book, href: str) -> Iterator[str]:
    path, _, anchor = href.partition("#")
    if not href or re.match(r"[a-z][a-z0-9+.-]*:|//", path):
        return
    if not path or path.lower() in book.labels:
        yield from _label(page, book, path or anchor)
        return
    yield from _draft(page, book, path)
    if not _exists(page, book, path, f"{path}.md"):
        near = similar(path, [*book.documents, *book.labels])
        yield f"リンクの先 {path!r} がありません。{near}番地を直してください。"


def _image(
    page: Chapter, book: Book, source: str, alt: str, caption: str = ""
) -> Iterator[str]:
    if not re.match(r"[a-z]+:", source) and not _exists(page, book, source):
        yield f"絵のファイル {source!r} がありません。名前と置き場所を確かめてください。"
    if problem := alt_problem(alt, caption):
        yield problem


def _exists(page: Chapter, book: Book, *paths: str) -> bool:
    """頁から見た ``paths``（``/`` で始まれば本の根元から）のどれかがあるか。"""
    here = (book.root / page.file).parent
    return any(
        (book.root / path[1:] if path.startswith("/") else here / path).exists()
        for path in paths
    )


def unique_labels(page: Chapter, book: Book) -> Problems:
    """同じ名札が二度使われていないか。"""
    for label, ((first, at), *rest) in book.labels.items():
        for path, line in rest:
            if path == page.file:
                message = f"名札 {label!r} は {first}:{at} でも使われています。"
                yield line, f"{message}別の名前にしてください。"


def cited(page: Chapter) -> Problems:
    """章の終わりの文献の一覧と，引用。"""
    if not page.outline.named("cited"):
        said = "文献の一覧がありません。「## 文献」の下に ```{cited}``` を"
        yield page.outline.line_of("文献"), f"{said}置いてください。"


RULES = (pointers, unique_labels)
