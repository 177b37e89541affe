"""章の原稿から，コードのセルを読む。実行の結果には頼らない。"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig


@dataclass(frozen=True)
class SourceCell:
    """原稿の中のコードのセル一つ。"""

    index: int
    """文章のセルも数えた番号。頁の木の ``cell_index`` と同じ。"""
    line: int
    """セルの始まり（囲みの記号の行）。1 から数える。"""
    source: str
    tags: tuple[str, ...]


def read_cells(path: Path, config: MdParserConfig | None = None) -> list[SourceCell]:
    """原稿のコードのセルを順に返す。

    Args:
        path: 章の ``.md``。
        config: 頁を読むときと同じ MyST の設定。違うと，セルの番号がずれることがある。
    """
    notebook: Any = read_myst_markdown_notebook(
        path.read_text("utf8"), config=config, add_source_map=True, path=path
    )
    return [
        SourceCell(index, line, cell.source, tuple(cell.metadata.get("tags") or ()))
        for index, (cell, line) in enumerate(
            zip(notebook.cells, notebook.metadata["source_map"], strict=True)
        )
        if cell.cell_type == "code"
    ]
