"""GPU 用のセルの出力の上に，但し書きを置く。"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from bookkit.execution.reader import LABEL


def add_gpu_labels(app: Sphinx, doctree: nodes.document) -> None:
    """GPU 用のセルの出力の上に，但し書きを置く。"""
    for cell in list(doctree.findall(nodes.container)):
        label = cell.get("cell_metadata", {}).get(LABEL)
        if label is None:
            continue
        note = nodes.paragraph(
            "", label["text"], classes=["gpu-label", f"gpu-label-{label['kind']}"]
        )
        note.source, note.line = cell.source, cell.line
        outputs = [c for c in cell if c.get("nb_element") == "cell_code_output"]
        cell.insert(cell.index(outputs[0]) if outputs else len(cell), note)


def setup(app: Sphinx) -> None:
    """頁を読んだときにつなぐ。"""
    app.connect("doctree-read", add_gpu_labels)
