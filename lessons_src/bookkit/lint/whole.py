"""本の全体の決まり：目次と原稿，章と部品が，互いに相手を持つか。"""

from __future__ import annotations

from collections.abc import Iterator

from bookkit.lint.book import Book, Module
from bookkit.lint.finding import Finding, similar, unwritten


def toc(book: Book) -> Iterator[Finding]:
    """目次にある原稿と，ある原稿が目次にあるか。"""
    for name, line in book.toc.items():
        if name not in book.documents:
            yield Finding(
                "_toc.yml",
                line,
                f"{name}.md がありません。{similar(name, book.documents)}"
                "原稿を書くか，この行を消してください。",
            )
    for name, document in book.documents.items():
        if name not in book.toc:
            yield Finding(
                document.path,
                1,
                f"_toc.yml に載っていないので，頁になりません。「- file: {name}」を加えてください。",
            )


def lessons(book: Book) -> Iterator[Finding]:
    """章と，それを支える部品。章を待っている（まだどの章も使わない）部品は，名のらなくてよい。"""
    chapters = {d.chapter: d for d in book.documents.values() if d.is_chapter}
    used = {name: book.used_by(document) for name, document in chapters.items()}
    for module in book.modules.values():
        for chapter, line in module.chapters:
            if chapter not in chapters:
                yield Finding(
                    module.path,
                    line,
                    f"「章:」の {chapter!r} がありません。{similar(chapter, chapters)}"
                    "まだ無い章なら，名前を消してください。",
                )
            elif _is_lesson(module, book) and module.name not in used[chapter]:
                yield Finding(
                    module.path,
                    line,
                    f"章 {chapter} は，この部品を読み込んでいません。"
                    "章で使うか，「章:」から消してください。",
                )
        users = sorted(chapter for chapter in used if module.name in used[chapter])
        if users and _is_lesson(module, book) and not module.chapters:
            yield Finding(
                module.path,
                1,
                "どの章の部品かが書かれていません。"
                f"先頭の説明に「章: {', '.join(users)}」の行を加えてください。",
            )
    for chapter, document in chapters.items():
        named = {
            module.name
            for module in book.modules.values()
            if chapter in [name for name, _ in module.chapters]
        }
        if not named & used[chapter]:
            module_name = f"lessons.{chapter.replace('/', '.')}.model"
            yield Finding(
                document.path,
                1,
                f"この章の部品がありません。{module_name} を書き，"
                f"その説明に「章: {chapter}」の行を置き，章で読み込んでください。",
            )


def to_do(book: Book) -> Iterator[Finding]:
    """部品と検査の，まだ書いていない所。"""
    for folder in ("lessons_src/lessons", "tests/lessons"):
        for path in sorted((book.root / folder).rglob("*.py")):
            lines = path.read_text("utf8").splitlines()
            name = path.relative_to(book.root).as_posix()
            yield from unwritten(name, lines)


def _is_lesson(module: Module, book: Book) -> bool:
    """部の部屋にある，章のための部品か。"""
    last = module.name.rsplit(".", 1)[-1]
    package = module.path.endswith("__init__.py")
    return module.room in book.rooms and not package and not last.startswith("_")


RULES = (toc, to_do)
