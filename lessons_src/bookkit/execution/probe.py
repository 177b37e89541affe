"""カーネルと，それが始めた Python の中で，``lessons`` の何を使ったかを書き留める。

このファイルは，Python が始まるときに ``sitecustomize`` から単独で読み込まれる
（``workplace`` が用意する）。ほかの bookkit は読み込まない。見たものはすぐにファイルに足すので，
``os._exit`` で終わるプロセスや，枝分かれしたプロセスの分も残る。

見えないのは，Python を通らずに C だけで開くもの（``torchvision.io`` など）。
``safetensors`` だけは，名前を渡されたときに書き留める。
"""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.util
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

FOLDER = "BOOKKIT_TRACE"
"""書き留めるフォルダーを入れる環境変数。プロセスごとに一つのファイルになる。"""
LESSONS = "BOOKKIT_LESSONS"
"""``lessons`` の親のフォルダーを入れる環境変数。"""
HERE = os.path.dirname(os.path.abspath(__file__))

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
    if "safetensors" in sys.modules:
        _watch_safetensors()
    else:
        sys.meta_path.insert(0, _Safetensors())
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
            module = _importing() and os.fsdecode(path).endswith(".py")
            note_path("modules" if module else "files", path)
    elif event in ("os.listdir", "os.scandir"):
        # import そのものも，モジュールを探してフォルダーを並べる。それは数えない。
        if not _importing():
            note_path("folders", args[0] or os.getcwd())
    elif event in _PROGRAMS:
        _program(*_PROGRAMS[event](args))
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


def _watch_looks(name: str) -> None:
    """``os.stat`` のように，あるかどうかを調べる関数を見張る。"""
    real = getattr(os, name)

    @functools.wraps(real)
    def watched(path: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(path, int):
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


class _Safetensors:
    """``safetensors`` が読み込まれたところで，``safe_open`` を見張る。"""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != "safetensors":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                load(module)
                _watch_safetensors()

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _watch_safetensors() -> None:
    real = sys.modules["safetensors"].safe_open

    def safe_open(filename: Any, *args: Any, **options: Any) -> Any:
        note_path("files", filename)
        return real(filename, *args, **options)

    for module in [m for n, m in sys.modules.items() if n.startswith("safetensors")]:
        if getattr(module, "safe_open", None) is real:
            module.safe_open = safe_open  # type: ignore[attr-defined]


_PROGRAMS: dict[str, Callable[[tuple[Any, ...]], tuple[Any, Any, Any, Any]]] = {
    "subprocess.Popen": lambda a: a,
    "os.system": lambda a: ("sh", ["sh", "-c", a[0]], None, None),
    "os.exec": lambda a: (a[0], a[1], None, a[2]),
    "os.posix_spawn": lambda a: (a[0], a[1], None, a[2]),
    "os.spawn": lambda a: (a[1], a[2], None, a[3]),
}
"""ほかのプログラムを始める出来事から，``(プログラム, 引数, 場所, 環境変数)`` を取り出す関数。"""


def _program(program: Any, arguments: Any, cwd: Any, env: Any) -> None:
    """中を見られないプログラムが ``lessons`` に触れるなら，すべてに頼るとみなす。"""
    if isinstance(arguments, (str, bytes)):
        arguments = [arguments]
    words = [os.fsdecode(word) for word in arguments]
    given = os.fsdecode(program) if program else words[0]
    python = os.path.basename(given).startswith(("python", "pypy"))
    if python and _watched(words[1:], env):
        return
    where = os.path.abspath(os.fsdecode(cwd) if cwd else os.getcwd())
    parts = [
        where,
        *words,
        *(p for w in words for p in re.split(r"[\s'\"=;|&<>()]+", w)),
    ]
    if python or any(_holds(os.path.join(where, part)) for part in parts if part):
        note("trees", "lessons")


def _watched(options: list[str], env: Any) -> bool:
    """始める Python の中でも，このファイルが働くか。"""
    for option in options:
        if option in ("-c", "-m"):
            break
        if option.startswith("-") and {*"IES"} & {*option}:
            return False
    try:
        items = dict(os.environ if env is None else env).items()
        given = {os.fsdecode(name): os.fsdecode(value) for name, value in items}
    except (TypeError, ValueError):
        return False
    return FOLDER in given and HERE in given.get("PYTHONPATH", "").split(os.pathsep)


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
            "memory": _memory(),
            "gpu_memory": _gpu_memory(),
            # 前もって済ませた読み込みと，章が始めた別のプロセスの分も，
            # この章が働いた時間に数える。
            "cpu_seconds": sum(os.times()[:4])
            + float(os.environ.get("BOOKKIT_CPU_BEFORE", "0")),
        }
    )


def status(name: str) -> int:
    """``/proc`` にある，このプロセスの記憶の値（バイト）。"""
    with open("/proc/self/status", encoding="ascii", errors="replace") as lines:
        values = dict(line.partition(":")[::2] for line in lines)
    return int(values[name].split()[0]) * 1024


def _memory() -> int:
    """記憶のいちばん多いとき（バイト）。

    枝分かれしたカーネルは，読み込みずみのライブラリーの，まだ触れていない頁を数えない。
    一から始めたときの値に近づけるため，枝分かれの前に載っていた分を足す。
    """
    try:
        before = int(os.environ.get("BOOKKIT_LIBRARIES_BEFORE", "0"))
        return status("VmHWM") + max(0, before - status("RssFile"))
    except (OSError, KeyError):
        pass
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) * (1 if sys.platform == "darwin" else 1024)


def _gpu_memory() -> int:
    """GPU の記憶のいちばん多いとき（バイト）。使っていなければ 0。"""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return 0
    return int(torch.cuda.max_memory_allocated())
