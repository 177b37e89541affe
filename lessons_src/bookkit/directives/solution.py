"""``{solution}``（sphinx-exercise）の題「解答」に「：」を付ける。

あとに練習の番号が続くため（解答：練習 1.1）。
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import solution_node


def name_solutions(app: Sphinx, doctree: nodes.document) -> None:
    """読んだ頁の解答の題を直す。"""
    for node in doctree.findall(solution_node):
        node["title"] = node["title"].rstrip("：") + "："


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    app.connect("doctree-read", name_solutions)
