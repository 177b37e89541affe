"""原稿を読み，章の模型（``bookkit.chapter``）を作る。文法は ``bookkit.manuscript`` が受け持つ。"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import yaml

from bookkit.chapter import Chapter
from bookkit.english import japanese


def yaml_problem(error: yaml.YAMLError) -> tuple[int, str]:
    """YAML の誤りの ``(行（0 から）, 説明)``。閉じていない [ や { は，それを開いた行。"""
    flow = "flow" in str(getattr(error, "context", ""))
    mark = getattr(error, "context_mark" if flow else "problem_mark", None)
    said = getattr(error, "problem", None)
    return mark.line if mark else 0, japanese(said) if said else "読めません"


def read_text(path: Path) -> str:
    """ファイルの全文。UTF-8 でない所は � にして，止まらずに読む（決まりの調べが言う）。"""
    text = path.read_bytes().decode("utf8", "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_extension(name: object) -> bool:
    """MyST の拡張の名前か。"""
    from myst_parser.config.main import MdParserConfig

    try:
        return bool(MdParserConfig(enable_extensions={name}))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def chapter_name(root: Path, path: Path) -> str:
    """原稿の場所から章の名前を作る。"""
    relative = path.resolve().relative_to(root.resolve()).with_suffix("")
    return relative.as_posix().removeprefix("book/")


def read_chapter(root: Path, path: Path, extensions: Iterable[str] = ()) -> Chapter:
    """原稿のファイルを読む。

    Args:
        root: 本のフォルダー。
        path: 原稿。
        extensions: ``_config.yml`` の ``myst_enable_extensions``。
    """
    name = chapter_name(root, path)
    return parse_chapter(read_text(path), name, path, extensions)


def parse_chapter(
    text: str, name: str, path: Path, extensions: Iterable[str] = ()
) -> Chapter:
    """原稿の文字列を読む。同じ原稿は，一度だけ読む（``:load:`` のあるものは，そのつど読む）。"""
    read = _parse.__wrapped__ if ":load:" in text else _parse
    return read(text, name, path, frozenset(extensions))


@lru_cache(maxsize=256)
def _parse(text: str, name: str, path: Path, extensions: frozenset[str]) -> Chapter:
    from bookkit.manuscript import Manuscript  # 文法の部品は，要るときに読み込む

    return Manuscript(path, extensions).chapter(text, name)
