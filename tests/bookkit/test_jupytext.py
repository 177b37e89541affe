"""JupyterLab と VS Code：章を開いて保存しても，直した所のほかは一字も変わらない。

開くのも保存するのも jupytext（設定は ``pyproject.toml`` の ``[tool.jupytext]``）。
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import jupytext
import nbformat.v4 as nbf
import pytest
from jupytext.config import load_jupytext_config

from bookkit.book import Book

ROOT = Path(__file__).parents[2]
PAGES = [page for page in Book(ROOT).documents.values() if page.front]
HOW = ".venv/bin/jupytext --to md:myst {} で，保存したときの形に直せます。"


def opened(path: Path) -> Any:
    """開いて，JupyterLab がするように，番号と出力と環境の名前を書き込んだノートブック。"""
    notebook = jupytext.read(path)
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    notebook.metadata["language_info"] = {
        "name": "python",
        "version": "3.13.0",
        "pygments_lexer": "ipython3",
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata["trusted"] = True
        if cell.cell_type == "code":
            cell.metadata["collapsed"] = False
            cell.execution_count = number
            cell.outputs = [nbf.new_output("stream", text="出力\n")]
    return notebook


def saved(notebook: Any, path: Path) -> str:
    return str(jupytext.writes(notebook, "md:myst", config=load_jupytext_config(path)))


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_opening_and_saving_changes_nothing(page):
    path = ROOT / page.file
    assert saved(opened(path), path) == path.read_text("utf8"), HOW.format(page.file)


def test_only_the_edited_cell_changes():
    path = ROOT / "book/basics/softmax.md"
    notebook, before = opened(path), path.read_text("utf8").splitlines()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    code[1].source += "\nprint('足した行')"
    after = saved(notebook, path).splitlines()
    changed = [
        line for line in difflib.ndiff(before, after) if line.startswith(("+ ", "- "))
    ]
    assert changed == ["+ print('足した行')"]
