"""小さな本を実際に Sphinx で作り，できたノートブックを調べるための用意。"""

from __future__ import annotations

import copy
import functools
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

import bookkit

SITE = "https://example.org/book/"
REPOSITORY = "https://github.com/someone/lecture"
FRONT = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---
"""
"""実行の部品（``bookkit.execution``）なしで作るので，カーネルを自分で書く。"""
CONF: dict[str, Any] = {
    "extensions": [
        "myst_nb",
        "sphinx_design",
        "sphinx_exercise",
        "sphinxcontrib.bibtex",
        "bookkit.directives.cited",
        "bookkit.directives.lesson",
        "bookkit.directives.practicals",
        "bookkit.directives.ruby",
        "bookkit.directives.solution",
        "bookkit.directives.video",
        *(
            name
            for name in bookkit.EXTENSIONS
            if name.startswith(("bookkit.notebooks", "bookkit.pages", "bookkit.theme"))
        ),
    ],
    "root_doc": "book/index",
    "exclude_patterns": ["_build"],
    "templates_path": [],
    "language": "ja",
    "numfig": True,
    "html_theme": "bookkit",
    "html_math_renderer": "katex",
    "html_baseurl": SITE,
    "html_theme_options": {
        "repository_url": REPOSITORY,
        "repository_branch": "main",
        "use_edit_page_button": True,
        "use_issues_button": True,
        "launch_buttons": {
            "notebook_interface": "jupyterlab",
            "colab_url": "https://colab.research.google.com",
            "binderhub_url": "https://mybinder.org",
        },
    },
    "myst_enable_extensions": [
        "amsmath",
        "attrs_inline",
        "colon_fence",
        "deflist",
        "dollarmath",
    ],
    "bibtex_bibfiles": ["book/references.bib"],
    "bibtex_reference_style": "author_year",
    "nb_execution_mode": "off",
    "suppress_warnings": ["config.cache"],
}
BASE_FILES = {
    "book/index.md": "# 表紙\n\n```{toctree}\n:numbered:\n\n"
    "attention/cam\nbasics/first\nglossary\n```\n",
    "book/glossary.md": "# 用語集\n\n:::{glossary}\n顕著性\n  目立つことです。\n:::\n\n"
    "```{bibliography}\n```\n",
    "book/references.bib": "@article{itti1998,\n  author = {Itti, Laurent and Koch, "
    "Christof},\n  title = {A model},\n  journal = {PAMI},\n  year = {1998},\n}\n",
    "book/basics/first.md": f"{FRONT}# はじめ\n\n(sec-start)=\n## 始まり\n\n文です。\n\n"
    "```{code-cell} ipython3\nprint(1)\n```\n",
    "book/attention/cam.md": f"{FRONT}# 地図\n\n文です。\n",
}


@dataclass
class Built:
    """できた本。"""

    root: Path
    warnings: str

    @property
    def out(self) -> Path:
        return self.root / "_build" / "html"

    def notebook(self, name: str = "attention/cam") -> nbformat.NotebookNode:
        return nbformat.read(self.out / "notebooks" / f"{name}.ipynb", as_version=4)

    def text(self, name: str = "attention/cam") -> str:
        """文章のセルをつないだもの。"""
        cells = self.notebook(name).cells
        return "\n\n".join(c.source for c in cells if c.cell_type == "markdown")

    def page(self, name: str) -> str:
        return (self.out / f"{name}.html").read_text("utf8")


Maker = Callable[..., Built]


@pytest.fixture(scope="session", autouse=True)
def outside_of_github() -> Iterator[None]:
    """GitHub Actions の中で試しても，置き場所が替わらないようにする。"""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_SERVER_URL"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def make_book(tmp_path: Path) -> Maker:
    """``make_book("章の本文", files={...}, 設定=値)``：本を作る。二度呼べば作り足す。"""
    return functools.partial(build_book, tmp_path)


def build_book(
    root: Path,
    body: str | None = None,
    *,
    files: dict[str, str] | None = None,
    before: Callable[[Sphinx], None] = lambda app: None,
    **config: Any,
) -> Built:
    """``root`` に小さな本を書き，Sphinx で作る。``body`` は章 attention/cam の本文。"""
    wanted = dict(BASE_FILES) if not (root / "book").exists() else {}
    if body is not None:
        wanted["book/attention/cam.md"] = f"{FRONT}# 地図\n\n{body}\n"
    for name, text in (wanted | (files or {})).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text("utf8") != text:
            path.write_text(text, "utf8")
    warnings = io.StringIO()
    with patch_docutils(root), docutils_namespace():
        app = Sphinx(
            srcdir=root,
            confdir=None,
            outdir=root / "_build" / "html",
            doctreedir=root / "_build" / ".doctrees",
            buildername="html",
            confoverrides=copy.deepcopy(CONF) | config,
            status=None,
            warning=warnings,
        )
        before(app)
        app.build()
    return Built(root, re.sub(r"\x1b\[[\d;]*m", "", warnings.getvalue()))
