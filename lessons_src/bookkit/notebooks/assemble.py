"""文章の塊とコードのセルの列を，一つの .ipynb にまとめる。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nbformat.v4 as nbf
from nbformat import NotebookNode

from bookkit.chapter import Cell
from bookkit.execution.reader import KERNEL
from bookkit.notebooks.markdown.syntax import link
from bookkit.notebooks.markdown.writer import Piece

HIDING = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
"""頁でコードを隠すタグ。"""
HIDDEN = {"cellView": "form", "jupyter": {"source_hidden": True}}
"""Colab と JupyterLab で，コードを隠す印。"""
INSTALL_ID = "setup"
"""``lessons`` を入れるセルの名前。"""
METADATA = "bookkit"
"""ノートブックの ``metadata`` の中の，この本の欄。"""


def assemble(
    docname: str,
    pieces: Sequence[Piece],
    cells: Sequence[Cell],
    *,
    page: str,
    install: str,
) -> NotebookNode:
    """ノートブックを作る。題名のすぐ下に，頁へのリンクと，``lessons`` を入れるセルを置く。

    見出しごとに，新しいセルにする。

    Args:
        docname: 文書の名前。
        pieces: 文章の塊とコードのセルの列。初めの文章は題名。
        cells: 章のコードのセル。
        page: 公開先の頁の番地。
        install: ``lessons`` を入れるセルのコード。
    """
    first = next(i for i, piece in enumerate(pieces) if isinstance(piece, str))
    head = f"{pieces[first]}\n\n{link('この章を頁で読む', page)}"
    made = [
        nbf.new_markdown_cell(head, id="text-00"),
        nbf.new_code_cell(install, id=INSTALL_ID, metadata=HIDDEN),
    ]
    by_index = {cell.index: cell for cell in cells}
    for piece in [*pieces[:first], *pieces[first + 1 :]]:
        if isinstance(piece, int):
            made.append(_code_cell(by_index[piece]))
        elif made[-1].cell_type == "code" or piece.startswith("#"):
            made.append(nbf.new_markdown_cell(piece, id=f"text-{len(made):02d}"))
        else:
            made[-1].source += f"\n\n{piece}"
    return nbf.new_notebook(cells=made, metadata=_metadata(docname, cells))


def _code_cell(cell: Cell) -> NotebookNode:
    metadata: dict[str, Any] = {"tags": list(cell.tags)} if cell.tags else {}
    if HIDING & set(cell.tags):
        metadata |= HIDDEN
    return nbf.new_code_cell(
        cell.source, id=f"line-{cell.fence_line}", metadata=metadata
    )


def _metadata(docname: str, cells: Sequence[Cell]) -> dict[str, Any]:
    colab: dict[str, Any] = {"provenance": [], "toc_visible": True}
    metadata: dict[str, Any] = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
        "colab": colab,
        METADATA: {"chapter": docname},
    }
    if any("gpu" in cell.tags for cell in cells):
        metadata["accelerator"] = "GPU"
        colab["gpuType"] = "T4"
    return metadata
