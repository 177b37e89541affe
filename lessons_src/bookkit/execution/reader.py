"""myst-nb に渡す読み手：原稿を読み，前もって実行した出力をセルに入れる。

myst-nb の公開された設定 ``nb_custom_formats`` と同じ仕組みで呼ばれる。
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode

from bookkit.execution import wording
from bookkit.execution.book import Result

NOTE = "bookkit-gpu"
"""セルの metadata のうち，GPU 用のセルの但し書きを入れる名前。"""

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
"""章のカーネル。原稿には書かない（JupyterLab で開くたびに，名前が書き換わるため）。"""

MINUS_ZERO = re.compile(r"(?<![\w.,)\]’-])[-−](0(?:\.0+)?)(?![\d.\w])")
"""丸めて零になった負の数（``-0.00``）。頁では，ただの零にする。"""
BETWEEN_TAGS = re.compile(r">[^<]+")
GLUED = "papermill"
"""本文に差し込む出力の型にある語。"""

results: dict[str, Result] = {}
"""これから読む頁の結果。名前は Sphinx の docname。"""


def read(text: str, docname: str, path: str) -> NotebookNode:
    """原稿を，出力の入ったノートブックにする。"""
    result = results[docname]
    notebook = parse(text, Path(path), result.chapter.extensions)
    notebook.metadata["kernelspec"] = KERNEL
    notebook.metadata["language_info"] = {
        "name": "python",
        "pygments_lexer": "ipython3",
    }
    fill(notebook, result)
    return notebook


def parse(text: str, path: Path, extensions: Iterable[str] = ()) -> NotebookNode:
    """原稿をノートブックにする（myst-nb と同じ読み方）。"""
    config = MdParserConfig(enable_extensions=set(extensions))
    notebook: NotebookNode = read_myst_markdown_notebook(
        text, config=config, add_source_map=True, path=path
    )
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


def fill(notebook: NotebookNode, result: Result) -> None:
    """コードのセルに出力を入れる。

    Raises:
        ValueError: 実行した後で，原稿のコードが変わっていたとき。
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ran = [cell.source for cell in result.chapter.cells]
    if [cell.source for cell in code] != ran:
        raise ValueError(
            f"{result.chapter.path}: 実行している間に，コードのセルが変わりました。"
            "もう一度ビルドしてください。"
        )
    for number, (cell, done) in enumerate(zip(code, result.cells, strict=True)):
        cell.execution_count = done.count
        cell.outputs = [as_shown(output) for output in result.shown(number)]
        if result.chapter.cells[number].gpu:
            cell.metadata[NOTE] = wording.gpu_note(result, number)


def as_shown(output: dict[str, Any]) -> NotebookNode:
    """頁に載せる出力。負の零を零にする。印字では，けたをそろえたままにする。"""
    node: NotebookNode = nbformat.from_dict(output)
    if "text" in node:
        node.text = MINUS_ZERO.sub(r" \1", node.text)
    for kind, text in node.get("data", {}).items():
        if kind.endswith("text/plain"):
            zero = r"\1" if GLUED in kind else r" \1"
            node.data[kind] = MINUS_ZERO.sub(zero, text)
        elif kind.endswith("text/html"):
            node.data[kind] = BETWEEN_TAGS.sub(
                lambda part: MINUS_ZERO.sub(r"\1", part[0]), text
            )
    return node
