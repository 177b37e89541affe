"""本はわきのフォルダーで作り，うまくいったときだけ，配る本に移す。失敗しても，配る本は前のまま。"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util._pathlib import _StrPath

from bookkit.execution.cache import assets_of
from bookkit.pages.assets import FOLDER
from bookkit.unfinished import found

logger = logging.getLogger(__name__)
PICTURE = re.compile(r"""_images/([^"'\s)&?,]+)""")
"""頁に書いてある，絵や数値のファイルの名前。"""
changed: list[str] = []
"""いまのビルドで変わったファイル（配る本のフォルダーから見た名前）。"""


def step_aside(app: Sphinx) -> None:
    """作る場所を ``html`` から隣の ``.html`` に替える。"""
    changed.clear()
    app.bookkit_site = Path(app.outdir)  # type: ignore[attr-defined]
    app.outdir = _StrPath(app.outdir.with_name(f".{app.outdir.name}"))
    app.outdir.mkdir(parents=True, exist_ok=True)


def files(folder: Path) -> Iterator[str]:
    """フォルダーの奥までのファイルの名前。"""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def replace(new: Path, old: Path, held: frozenset[str] = frozenset()) -> list[str]:
    """``old`` を ``new`` にそろえ，変わったファイルの名前を返す。``held`` は，あれば替えない。"""
    wanted, there = set(files(new)), set(files(old))
    names = []
    for name in sorted(wanted):
        source, target = new / name, old / name
        if name in there and (name in held or filecmp.cmp(source, target)):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}.new")
        shutil.copy2(source, half)
        os.replace(half, target)
        names.append(name)
    for name in there - wanted - held:
        (old / name).unlink(missing_ok=True)
    return names


def publish(app: Sphinx, error: Exception | None) -> None:
    """うまくいったら移す。書きながら見るときは，困りごとのある頁のほかを移す。"""
    site: Path | None = getattr(app, "bookkit_site", None)
    if site is None:
        return
    live, strict = app.config.bookkit_live, app.keep_going or app.warningiserror
    failed = app.statuscode or (strict and app._warncount)
    if error or (failed and not live):
        said = f"失敗したので，{site} は替えません。できた所までは {app.outdir} にあります。"
        logger.info(said)
        return
    bad = {app.project.path2doc(str(app.srcdir / one.path)) for one in found if live}
    bad |= set(app.config.bookkit_held)
    uri: Any = app.builder.get_target_uri
    held = frozenset(uri(name) for name in bad if name in app.env.found_docs)
    changed.extend(replace(Path(app.outdir), site, held))


def forget(app: Sphinx, *rest: Any) -> list[str]:
    """なくなった章の頁と原稿を消す（ノートブックは ``notebooks.build`` が消す）。"""
    if hasattr(app, "bookkit_site"):
        out = Path(app.outdir)
        for name in rest[-1]:
            for path in (out / f"{name}.html", *out.glob(f"_sources/{name}.md*")):
                path.unlink(missing_ok=True)
    return []


def with_new_menu(app: Sphinx, env: Any) -> list[str]:
    """目次（どの頁にもある）が変われば，すべての頁を書き直す。"""
    from bookkit.theme.frame import book_toc

    if not hasattr(app, "bookkit_site"):
        return []
    before, env.bookkit_menu = getattr(env, "bookkit_menu", ""), repr(book_toc(app))
    return sorted(env.found_docs) if before not in ("", env.bookkit_menu) else []


def unused_pictures(app: Sphinx, error: Exception | None) -> None:
    """どの頁にも名前のない絵や数値と，章が出さなくなったファイルを消す。"""
    if error or not hasattr(app, "bookkit_site"):
        return
    out = Path(app.outdir)
    wanted = {
        name
        for page in out.rglob("*.html")
        for name in PICTURE.findall(page.read_text("utf8"))
    }
    for path in (out / "_images").rglob("*.*"):
        if path.relative_to(out / "_images").as_posix() not in wanted:
            path.unlink()
    results = getattr(app, "bookkit_results", {}).values()
    outputs = [one for r in results for n in range(len(r.cells)) for one in r.shown(n)]
    kept = assets_of(outputs)
    for path in (out / FOLDER).glob("*.*"):
        if results and path.name not in kept:
            path.unlink()


def setup(app: Sphinx) -> None:
    """ビルドの節目につなぐ。"""
    app.add_config_value("bookkit_live", False, "")
    app.add_config_value("bookkit_held", (), "")
    app.connect("env-get-outdated", forget)
    app.connect("env-get-updated", with_new_menu, priority=900)
    app.connect("build-finished", unused_pictures, priority=100)
    app.connect("build-finished", publish, priority=1000)
