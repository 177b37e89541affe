"""テーマ：色や枠が変わったら，原稿が同じでも，すべての頁を書き直す。"""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

import bookkit.theme

from .test_pages import CONFIG, EXTENSIONS


def build_again(folder: Path) -> str:
    """本を（前の続きから）作り，言ったことを返す。"""
    said = StringIO()
    with patch_docutils(folder), docutils_namespace():
        app = Sphinx(
            folder,
            None,
            folder / "_build" / "html",
            folder / "_build" / "doctrees",
            "html",
            confoverrides={
                "extensions": EXTENSIONS,
                "language": "ja",
                "nb_execution_mode": "off",
                "exclude_patterns": ["_build"],
                **CONFIG,
            },
            status=said,
            warning=None,
            warningiserror=True,
        )
        app.build()
    return said.getvalue()


def test_a_new_theme_writes_every_page_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.md").write_text("# 題\n\n文です。\n", "utf8")
    build_again(tmp_path)
    page = tmp_path / "_build" / ".html" / "index.html"  # わきで作る所
    page.write_text("前の頁", "utf8")
    build_again(tmp_path)
    assert page.read_text("utf8") == "前の頁"
    monkeypatch.setattr(bookkit.theme, "version", lambda: "changed")
    build_again(tmp_path)
    assert "文です。" in page.read_text("utf8")
