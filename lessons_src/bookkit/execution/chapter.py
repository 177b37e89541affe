"""原稿（.md）から，実行に関わること（コードのセル・札・行・時間の上限）だけを読む。"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from myst_nb.core.read import (
    MystMetadataParsingError,
    is_myst_markdown_notebook,
    read_myst_markdown_notebook,
)
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode

from bookkit.execution.tags import EXECUTION_TAGS, GPU_TAG


class ChapterError(ValueError):
    """原稿を章として読めない。文に，場所と直し方を書く。"""


@dataclass(frozen=True)
class Cell:
    """コードのセル一つ。

    Attributes:
        source: コード。
        tags: 実行の結果を変える札（``EXECUTION_TAGS`` のうち）。名前の順。
        line: コードの最初の行の，原稿での番号（1 から）。
    """

    source: str
    tags: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)

    @property
    def gpu(self) -> bool:
        """GPU 用のセルか。"""
        return GPU_TAG in self.tags


@dataclass(frozen=True)
class Chapter:
    """章一つ。``name`` は ``attention/cam`` のような，``book/`` の下の名前。"""

    name: str
    path: Path
    cells: tuple[Cell, ...]
    timeout: int | None = None

    @property
    def gpu_cells(self) -> list[int]:
        """GPU 用のセルの番号（0 から）。"""
        return [number for number, cell in enumerate(self.cells) if cell.gpu]


def chapter_name(root: Path, path: Path) -> str:
    """原稿の場所から章の名前を作る。"""
    relative = path.resolve().relative_to(root.resolve()).with_suffix("")
    return relative.as_posix().removeprefix("book/")


def read_chapter(
    root: Path, path: Path, config: MdParserConfig | None = None
) -> Chapter | None:
    """原稿を読む。コードの章でなければ ``None``。

    Raises:
        ChapterError: セルの書き方や時間の上限が正しくないとき。
    """
    text = path.read_text("utf8")
    if not is_myst_markdown_notebook(text):
        return None
    notebook = parse(text, path, config)
    lines = text.splitlines()
    cells = tuple(
        Cell(
            cell.source,
            tuple(sorted(EXECUTION_TAGS & set(cell.metadata.get("tags") or ()))),
            _first_code_line(lines, start, cell.source),
        )
        for cell, start in zip(
            notebook.cells, notebook.metadata["source_map"], strict=True
        )
        if cell.cell_type == "code"
    )
    timeout = _timeout(path, notebook.metadata)
    return Chapter(chapter_name(root, path), path, cells, timeout)


def parse(text: str, path: Path, config: MdParserConfig | None) -> NotebookNode:
    """原稿をノートブックにする（myst-nb と同じ読み方）。"""
    try:
        notebook: NotebookNode = read_myst_markdown_notebook(
            text, config=config, add_source_map=True, path=path
        )
    except MystMetadataParsingError as error:
        raise ChapterError(f"{path}: セルの書き方が正しくありません：{error}") from None
    _correct_lines(notebook, text.splitlines())
    return notebook


def _correct_lines(notebook: NotebookNode, lines: list[str]) -> None:
    """文章のセルの始まりの行を直す。

    myst-nb は，前書きの後を 1 行多く，セルの後の空行を 0 行と数える。
    そのままでは，警告がどれも違う行を指す。
    """
    starts = notebook.metadata["source_map"]
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            body = cell.source.splitlines()
            for first in range(max(0, starts[number] - 1), len(lines)):
                if lines[first : first + len(body)] == body:
                    starts[number] = first
                    break


def _first_code_line(lines: list[str], start: int, source: str) -> int:
    """セルの囲みの次の行 ``start``（0 から）より後で，コードが始まる行（1 から）。"""
    code = source.splitlines()
    for first in range(start, len(lines) - len(code) + 1):
        if lines[first : first + len(code)] == code:
            return first + 1
    return start + 1


def _timeout(path: Path, metadata: Any) -> int | None:
    """前書きの ``execution: {timeout: 秒}``。"""
    value = (metadata.get("execution") or {}).get("timeout")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ChapterError(
            f"{path}: 前書きの execution の timeout が {value!r} です。"
            "秒数を正の整数で書いてください（例: timeout: 300）。"
        )
    return value


def all_chapters(root: Path) -> list[Chapter]:
    """``_toc.yml`` に載っているコードの章を，目次の順に返す。"""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf8"))
    config = parser_config(root)
    found = []
    for name in _files(toc):
        path = root / name
        if path.suffix != ".md":
            path = root / f"{name}.md"
        chapter = read_chapter(root, path, config) if path.is_file() else None
        if chapter:
            found.append(chapter)
    return found


def parser_config(root: Path) -> MdParserConfig:
    """``_config.yml`` に書かれた MyST の拡張。"""
    path = root / "_config.yml"
    settings = yaml.safe_load(path.read_text("utf8")) if path.is_file() else {}
    names = (settings.get("parse") or {}).get("myst_enable_extensions") or ()
    return MdParserConfig(enable_extensions=set(names))


def _files(node: Any) -> list[str]:
    """目次の中の文書の名前を，書かれた順に並べる。"""
    if isinstance(node, list):
        return [name for item in node for name in _files(item)]
    if not isinstance(node, dict):
        return []
    own = [node[key] for key in ("root", "file") if key in node]
    nested = [name for value in node.values() for name in _files(value)]
    return own + nested
