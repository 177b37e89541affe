"""文章の塊とコードのセルの列を，一つの .ipynb にまとめる。"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat.v4 as nbf
from nbformat import NotebookNode

from bookkit.chapter import Cell
from bookkit.notebooks import markdown as md
from bookkit.notebooks.writer import CodeCell, Piece

HIDING = ("hide-input", "remove-input", "hide-cell", "remove-cell")
"""頁でコードを隠す札。"""
SETUP_ID = "setup"
"""準備のセルの名前。"""
METADATA = "bookkit"
"""ノートブックの ``metadata`` の中の，この本の欄。"""


@dataclass(frozen=True)
class Chapter:
    """ノートブックにする章。"""

    docname: str
    page: str
    """公開先の頁の番地。"""
    cells: Sequence[Cell]
    setup: str
    """準備のセルのコード。"""
    outputs: Mapping[int, list[Any]]
    """残す出力。セルの番号から引く。残さないなら空。"""


def assemble(pieces: Sequence[Piece], chapter: Chapter) -> NotebookNode:
    """ノートブックを作る。題名のすぐ下に，頁へのリンクと準備のセルを置く。"""
    source = {cell.index: cell for cell in chapter.cells}
    cells: list[NotebookNode] = []
    texts: list[str] = []

    def flush() -> None:
        if texts:
            name = f"text-{len(cells):02d}"
            cells.append(nbf.new_markdown_cell("\n\n".join(texts), id=name))
            texts.clear()

    for piece in pieces:
        if isinstance(piece, str):
            texts.append(piece)
            if len(texts) == 1 and not cells:  # 題名
                texts.append(md.link("この章を頁で読む", chapter.page))
                flush()
                hidden = {"cellView": "form", "jupyter": {"source_hidden": True}}
                cells.append(
                    nbf.new_code_cell(chapter.setup, id=SETUP_ID, metadata=hidden)
                )
            continue
        flush()
        if isinstance(piece, CodeCell):
            cells.append(_code_cell(source[piece.index], chapter))
    flush()
    return nbf.new_notebook(cells=cells, metadata=_metadata(chapter))


def _code_cell(cell: Cell, chapter: Chapter) -> NotebookNode:
    metadata: dict[str, Any] = {"tags": list(cell.tags)} if cell.tags else {}
    if cell.has(*HIDING):
        metadata |= {"cellView": "form", "jupyter": {"source_hidden": True}}
    return nbf.new_code_cell(
        cell.source,
        id=f"line-{cell.fence_line}",
        metadata=metadata,
        outputs=chapter.outputs.get(cell.index, []),
    )


def _metadata(chapter: Chapter) -> dict[str, Any]:
    colab: dict[str, Any] = {"provenance": [], "toc_visible": True}
    metadata: dict[str, Any] = {
        "kernelspec": {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        },
        "language_info": {"name": "python"},
        "colab": colab,
        METADATA: {
            "chapter": chapter.docname,
            "code": code_digest([cell.source for cell in chapter.cells]),
        },
    }
    if any(cell.has("gpu") for cell in chapter.cells):
        metadata["accelerator"] = "GPU"
        colab["gpuType"] = "T4"
    return metadata


def code_digest(sources: Sequence[str]) -> str:
    """コードのセルの中身を表す短い文字列。文章を直しても変わらない。"""
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()[:16]


def code_of(path: Path) -> str:
    """できたノートブックに書かれた，コードの鍵。"""
    return json.loads(path.read_text("utf8"))["metadata"][METADATA]["code"]
