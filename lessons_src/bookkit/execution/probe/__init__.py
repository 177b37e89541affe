"""カーネルと，それが始めた Python の中で，``lessons`` の何を使ったかを書き留める。

このパッケージは，Python が始まるときに ``sitecustomize`` から ``_bookkit_probe`` として
読み込まれる（``workplace`` が写しを置く）。ほかの bookkit は読み込まない。見たものはすぐに
ファイルに足すので，``os._exit`` で終わるプロセスや，枝分かれしたプロセスの分も残る。

- ここ：ファイルとモジュール。``programs``：ほかのプログラム。``stacks``：道筋の控え。
- ``native``：C だけで開く ``safetensors``。``measures``：記憶と時間。

見えないのは，Python を通らずに C だけで開くもの（``torchvision.io`` など）。
"""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import sys
import threading
from collections.abc import Iterable
from typing import Any

from . import measures, native, programs, stacks
from .programs import FOLDER

LESSONS = "BOOKKIT_LESSONS"
"""``lessons`` の親のフォルダーを入れる環境変数。"""

_seen: set[tuple[str, str]] = set()
_busy = threading.local()
_roots: tuple[str, ...] = ()
_folder = ""


def start() -> None:
    """書き留め始める。すでに始めていたり，``BOOKKIT_TRACE`` がなければ，何もしない。"""
    global _roots, _folder
    if _roots or FOLDER not in os.environ:
        return
    _folder = os.environ[FOLDER]
    root = os.environ[LESSONS]
    _roots = tuple(dict.fromkeys((os.path.abspath(root), os.path.realpath(root))))
    for name in ("stat", "lstat", "access"):
        _watch_looks(name)
    _always_compile_sources()
    sys.meta_path.insert(0, _Wanted())
    native.watch(functools.partial(note_path, "files"))
    stacks.watch(inside)
    sys.addaudithook(_hook)


def note(kind: str, value: str) -> None:
    """初めて見たものを書き足す。"""
    if (kind, value) not in _seen:
        _seen.add((kind, value))
        path = os.path.join(_folder, str(os.getpid()))
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, json.dumps([kind, value]).encode() + b"\n")
        finally:
            os.close(file)


def note_path(kind: str, path: Any) -> None:
    """``lessons`` の中のものなら書き足す。"""
    if getattr(_busy, "now", False):
        return
    name = inside(path)
    if name:
        note(kind, name)
    elif kind == "files" and _CHECKPOINTS in str(path):
        note("downloads", str(path))


_CHECKPOINTS = os.path.join("torch", "hub", "checkpoints") + os.sep


def inside(path: Any) -> str:
    """``lessons`` の中なら，その親から見た名前。外なら空。調べる間に見たものは数えない。"""
    _busy.now = True
    try:
        if isinstance(path, int):
            path = os.readlink(f"/proc/self/fd/{path}")
        full = os.path.abspath(os.fsdecode(path))
        for one in (full, _real(full)):
            for root in _roots:
                name = one[len(root) + 1 :].replace(os.sep, "/")
                first = name.partition("/")[0]
                if one.startswith(root + os.sep) and first == "lessons":
                    return "" if "__pycache__" in name else name
    except (OSError, ValueError, TypeError):
        pass
    finally:
        _busy.now = False
    return ""


def _real(full: str) -> str:
    if os.path.islink(full):
        return os.path.realpath(full)
    return os.path.join(_real_folder(os.path.dirname(full)), os.path.basename(full))


_real_folder = functools.lru_cache(maxsize=4096)(os.path.realpath)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = args
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if not isinstance(path, int) and not writes:
            module = os.fsdecode(path).endswith(".py") and (
                _importing() or stacks.taken_by_library()
            )
            note_path("modules" if module else "files", path)
    elif event in ("os.listdir", "os.scandir"):
        # import そのものも，モジュールを探してフォルダーを並べる。それは数えない。
        # ``glob`` も並べるが，結果を決めるのは当てはまる名前だけなので，形を書き留める。
        if not _importing() and not _globbing():
            note_path("folders", args[0] or os.getcwd())
    elif event in ("pathlib.Path.glob", "pathlib.Path.rglob"):
        if folder := inside(args[0]):
            form = args[1] if event.endswith(".glob") else f"**/{args[1]}"
            note("globs", f"{folder}/{form}")
    elif event in programs.STARTED:
        where = programs.unseen(*programs.STARTED[event](args))
        if where is None or any(_holds(path) for path in where):
            note("trees", "lessons")
    elif event == "socket.getaddrinfo" and args[0]:
        host = args[0].decode() if isinstance(args[0], bytes) else str(args[0])
        if host not in ("localhost", "127.0.0.1", "::1"):
            note("hosts", host)


def _importing() -> bool:
    """呼んだのが ``import`` の仕組みか。"""
    try:
        return sys._getframe(2).f_code.co_filename.startswith("<frozen importlib")
    except ValueError:  # Python の始まりには，呼んだ関数がない
        return False


def _globbing() -> bool:
    """``Path.glob`` が探している途中か。名前の違う版の Python では偽（広く書き留める）。"""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename == pathlib.__file__:
        if frame.f_code.co_name in ("_select_from", "_iterate_directories"):
            return True
        frame = frame.f_back
    return False


def _watch_looks(name: str) -> None:
    """``os.stat`` のように，あるかどうかを調べる関数を見張る。"""
    real = getattr(os, name)

    @functools.wraps(real)
    def watched(path: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(path, int) and not _globbing():
            note_path("looked", path)
        return real(path, *args, **options)

    setattr(os, name, watched)
    for able in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        if real in able:
            able.add(watched)


def _always_compile_sources() -> None:
    """``lessons`` のモジュールを，いつもソースから読む。

    ``.pyc`` は時刻（秒まで）と大きさで新しさを決めるので，一秒のうちに書き直すと古いままになる。
    """
    loader = importlib.machinery.SourceFileLoader
    real = loader.path_stats

    def path_stats(self: Any, path: str) -> Any:
        if inside(path):
            raise OSError("bookkit は lessons の .pyc を使わない")
        return real(self, path)

    loader.path_stats = path_stats  # type: ignore[method-assign]


class _Wanted:
    """``lessons`` のモジュールを探すときに見る所を書き留める，初めの探し手。

    見つかったものも書き留める：なくなったり，先に見つかるものが現れたりすると，結果が変わる。
    """

    def find_spec(
        self, name: str, path: Iterable[str] | None, target: Any = None
    ) -> None:
        if name.partition(".")[0] == "lessons":
            for folder in path or _roots[:1]:
                place = os.path.join(folder, name.rpartition(".")[2])
                for one in (place, place + ".py", os.path.join(place, "__init__.py")):
                    note_path("looked", one)


def _holds(path: str) -> bool:
    """``lessons`` の中か，``lessons`` を含むフォルダーか。"""
    try:
        full = os.path.realpath(path)
    except (OSError, ValueError):
        return False
    folder = full.rstrip(os.sep) + os.sep
    return bool(inside(full)) or any(
        f"{root}{os.sep}".startswith(folder) for root in _roots
    )


def report() -> str:
    """記録を JSON で返す。"""
    for name, module in [*sys.modules.items()]:  # 始める前に読み込まれたものもある
        if name.partition(".")[0] == "lessons":
            note_path("modules", getattr(module, "__file__", None))
            parent = sys.modules.get(name.rpartition(".")[0])
            _Wanted().find_spec(name, getattr(parent, "__path__", None))
    found: dict[str, set[str]] = {}
    for path in os.scandir(_folder):
        with open(path, encoding="utf8") as lines:
            for line in lines:
                kind, value = json.loads(line)
                found.setdefault(kind, set()).add(value)
    downloads = {
        os.path.basename(path): os.path.getsize(path)
        for path in found.pop("downloads", ())
        if os.path.isfile(path)
    }
    return json.dumps(
        {
            "hosts": sorted(found.pop("hosts", ())),
            "downloads": downloads,
            "trace": {kind: sorted(names) for kind, names in found.items()},
            **measures.measured(),
        }
    )
