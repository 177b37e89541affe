"""警告の残った頁を覚え，次のビルドでは，その頁だけを読み直す。

Sphinx は，変わらない頁の警告をもう言わない。覚えておかないと，直さないのに成功になる。
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util.build_phase import BuildPhase
from sphinx.util.logging import NAMESPACE, WarningStreamHandler

MARK = ".unfinished"
"""読み直す頁の名前（JSON）を書くファイル。警告なしに終わると消える。"""


@dataclass(frozen=True)
class Warned:
    """ビルドの間に出た警告。``file`` は本のフォルダーから見た名前（なければ空）。"""

    file: str
    line: int
    message: str


found: list[Warned] = []
"""いまのビルドで出た警告。"""


def _listen(app: Sphinx) -> None:
    """人に見せる警告を ``found`` に書き留める。"""
    found.clear()
    app.bookkit_unplaced = False  # type: ignore[attr-defined]

    def note(record: Any) -> bool:
        place, _, line = str(record.location or "").rpartition(":")
        if not line.isdigit():
            place, line = place or line, "1"
        path = Path(place)
        inside = path.is_absolute() and path.is_relative_to(app.srcdir)
        file = path.relative_to(app.srcdir).as_posix() if inside else ""
        found.append(Warned(file, int(line or 1), record.getMessage()))
        # 始まる前の警告は，毎回出る。
        if app.phase is not BuildPhase.INITIALIZATION:
            name = app.project.path2doc(str(app.srcdir / file)) if file else None
            if name in app.env.found_docs:
                app.bookkit_warned.add(name)  # type: ignore[attr-defined]
            else:
                app.bookkit_unplaced = True  # type: ignore[attr-defined]
        return True

    app.bookkit_warned = set()  # type: ignore[attr-defined]
    for handler in logging.getLogger(NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(note)


def _mark(app: Sphinx) -> Path:
    return Path(app.doctreedir) / f"{MARK}-{app.builder.name}"


def _saved(app: Sphinx) -> tuple[Path, Path]:
    """前のビルドの環境と，その写し。"""
    return tuple(Path(app.doctreedir) / f"environment.{n}" for n in ("pickle", "last"))  # type: ignore[return-value]


def _begin(app: Sphinx) -> None:
    _mark(app).parent.mkdir(parents=True, exist_ok=True)
    pickle, last = _saved(app)
    if pickle.is_file():
        shutil.copyfile(pickle, last)


def again(app: Sphinx, env: BuildEnvironment, *rest: object) -> list[str]:
    """前のビルドで警告の残った頁。目印が読めなければ，すべて。"""
    mark = _mark(app)
    with contextlib.suppress(FileNotFoundError, ValueError):
        return sorted(env.found_docs & set(json.loads(mark.read_text("utf8"))))
    return sorted(env.found_docs) if mark.exists() else []


def _reading(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """途中で止められても，読みかけの頁が分かるようにする。"""
    if names:
        _mark(app).write_text(json.dumps(names), "utf8")


def _finish(app: Sphinx, error: Exception | None) -> None:
    warned: set[str] = app.bookkit_warned  # type: ignore[attr-defined]
    pickle, last = _saved(app)
    if error is not None:
        # 原稿の誤りで止まったときは，前の環境に戻す（Sphinx は消して，すべてを読み直す）。
        if isinstance(error, SphinxError) and last.is_file() and not pickle.exists():
            os.replace(last, pickle)
        return
    if app.bookkit_unplaced:  # type: ignore[attr-defined]
        return
    if warned:
        _mark(app).write_text(json.dumps(sorted(warned)), "utf8")
    else:
        _mark(app).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx に組み込む。"""
    _listen(app)
    app.connect("builder-inited", _begin)
    app.connect("env-get-outdated", again)
    app.connect("env-before-read-docs", _reading)
    app.connect("build-finished", _finish, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
