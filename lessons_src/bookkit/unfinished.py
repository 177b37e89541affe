"""警告の残った頁を覚え，次のビルドでは，その頁だけを読み直す。

Sphinx は，変わらない頁の警告をもう言わない。覚えておかないと，直さないのに成功になる。
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util.build_phase import BuildPhase
from sphinx.util.logging import NAMESPACE, WarningStreamHandler

from bookkit.finding import Finding

found: list[Finding] = []
"""いまのビルドで人に見せた警告。場所が本の外なら，``path`` は空。"""


def _note(app: Sphinx, record: Any) -> bool:
    """警告と，その頁を書き留める。始まる前の警告は，毎回出るので，頁は覚えない。"""
    place, _, line = str(record.location or "").rpartition(":")
    path = Path(place or line)
    inside = path.is_absolute() and path.is_relative_to(app.srcdir)
    file = path.relative_to(app.srcdir).as_posix() if inside else ""
    number = int(line) if line.isdigit() else 1
    message = logging.LogRecord.getMessage(record)  # 場所を付けない文
    found.append(Finding(file, number, message))
    if app.phase is not BuildPhase.INITIALIZATION:
        warned: set[str] = app.bookkit_warned  # type: ignore[attr-defined]
        warned.add(str(app.project.path2doc(file)) if file else "")
    return True


def _mark(app: Sphinx) -> Path:
    """読み直す頁の名前（JSON）を書くファイル。警告なしに終わると消える。"""
    return Path(app.doctreedir) / f".unfinished-{app.builder.name}"


def _begin(app: Sphinx) -> None:
    """Sphinx は，失敗すると環境を消す。前のビルドのものを残しておく。"""
    pickle = Path(app.doctreedir, "environment.pickle")
    if pickle.is_file():
        shutil.copyfile(pickle, pickle.with_suffix(".last"))


def _again(app: Sphinx, env: BuildEnvironment, *rest: object) -> list[str]:
    """前のビルドで警告の残った頁。目印が読めなければ，すべて。"""
    mark = _mark(app)
    with contextlib.suppress(OSError, ValueError):
        return sorted(env.found_docs & set(json.loads(mark.read_text("utf8"))))
    return sorted(env.found_docs) if mark.exists() else []


def _reading(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """途中で止められても，読みかけの頁が分かるようにする。"""
    if names:
        _mark(app).parent.mkdir(parents=True, exist_ok=True)
        _mark(app).write_text(json.dumps(names), "utf8")


def _finish(app: Sphinx, error: Exception | None) -> None:
    warned: set[str] = app.bookkit_warned  # type: ignore[attr-defined]
    pickle = Path(app.doctreedir, "environment.pickle")
    if isinstance(error, SphinxError) and not pickle.exists():
        with contextlib.suppress(FileNotFoundError):
            os.replace(pickle.with_suffix(".last"), pickle)
    elif error is None and not warned:
        _mark(app).unlink(missing_ok=True)
    elif error is None and warned <= app.env.found_docs:
        _reading(app, app.env, sorted(warned))


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    found.clear()
    app.bookkit_warned = set()  # type: ignore[attr-defined]
    for handler in logging.getLogger(NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(lambda record: _note(app, record))
    app.connect("builder-inited", _begin)
    app.connect("env-get-outdated", _again)
    app.connect("env-before-read-docs", _reading)
    app.connect("build-finished", _finish, priority=950)
