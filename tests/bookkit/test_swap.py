"""本はわきで作り，うまくいったときだけ替える。なくなったものは残らない。"""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from bookkit.theme import swap

from .test_pages import CONFIG, EXTENSIONS


class Shelf:
    """小さな本。``build`` は，``-W --keep-going`` と同じに作り，成功したかを返す。"""

    def __init__(self, root: Path) -> None:
        self.source, self.site, self.root = root / "source", root / "html", root
        self.extra: list[str] = []

    def write(self, name: str, text: str) -> Path:
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf8")
        return path

    def build(self) -> bool:
        with patch_docutils(self.source), docutils_namespace():
            app = Sphinx(
                *(self.source, None, self.site, self.root / "doctrees", "html"),
                confoverrides={
                    "extensions": [*EXTENSIONS, *self.extra, "bookkit.unfinished"],
                    "nb_execution_mode": "off",
                    "language": "ja",
                    "exclude_patterns": ["_build"],
                    **CONFIG,
                },
                status=None,
                warning=StringIO(),
                warningiserror=True,
                keep_going=True,
            )
            app.build()
        return app.statuscode == 0

    def content(self) -> dict[str, bytes]:
        paths = [path for path in self.site.rglob("*") if path.is_file()]
        return {str(p.relative_to(self.site)): p.read_bytes() for p in paths}


def test_only_a_good_book_is_published(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.write("index.md", "# 表紙\n\n```{toctree}\nfirst\nsecond\n```\n")
    page = shelf.write("first.md", "# 一章\n\nはじめの文。\n")
    shelf.write("second.md", "# 二章\n\n![絵](dot.png)\n")
    Image.new("RGB", (9, 9)).save(shelf.source / "dot.png")
    assert shelf.build()
    before = shelf.content()
    assert "_images/dot.png" in before
    offline = json.loads(before["offline.json"])["files"]
    assert {"second.html", "_images/dot.png"} <= offline.keys()

    page.write_text("# 一章\n\n{ref}`どこにもない`\n", "utf8")
    assert not shelf.build()
    assert not shelf.build()
    assert shelf.content() == before

    page.write_text("# 一章\n\n直した文。\n", "utf8")
    shelf.write("index.md", "# 表紙\n\n```{toctree}\nfirst\n```\n")
    (shelf.source / "second.md").unlink()
    assert shelf.build()
    after = shelf.content()
    assert "直した文" in after["first.html"].decode("utf8")
    assert "二章" not in after["first.html"].decode("utf8")  # 目次も新しい

    shelf.write("third.md", "# 三章\n")
    shelf.write("index.md", "# 表紙\n\n```{toctree}\nfirst\nthird\n```\n")
    assert shelf.build()
    assert "三章" in shelf.content()["first.html"].decode("utf8")
    gone = {"second.html", "_sources/second.md.txt", "_images/dot.png"}
    assert gone <= before.keys()
    assert not gone & after.keys()
    assert not any("second" in name or "dot" in name for name in after)
    offline = json.loads(after["offline.json"])["files"]
    assert not any("second" in name or "dot" in name for name in offline)


def test_what_a_page_names_is_kept(tmp_path: Path) -> None:
    """暗い頁の絵，動かす図の数値，札の絵も，頁に名前があれば残る。ほかは消える。"""
    pictures = tmp_path / "_images"
    named = ("a.svg", "a-dark.svg", "0123456789abcdef.csv", "social/a-1.png")
    for name in (*named, "old.svg", "old-dark.svg", "fedcba9876543210.csv"):
        path = pictures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    said = " ".join(f'<a href="../_images/{name}">' for name in named)
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "a.html").write_text(said, "utf8")
    app: Any = SimpleNamespace(outdir=tmp_path, bookkit_site=tmp_path)
    swap.unused_pictures(app, None)
    left = {p.relative_to(pictures).as_posix() for p in pictures.rglob("*.*")}
    assert left == set(named)
