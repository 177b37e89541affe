"""章が始めるほかのプログラム：中を見られるか，``lessons`` に触れそうか。"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

FOLDER = "BOOKKIT_TRACE"
"""書き留めるフォルダーを入れる環境変数。プロセスごとに一つのファイルになる。"""
SITE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""``sitecustomize`` のあるフォルダー。"""

STARTED: dict[str, Callable[[tuple[Any, ...]], tuple[Any, Any, Any, Any]]] = {
    "subprocess.Popen": lambda a: a,
    "os.system": lambda a: ("sh", ["sh", "-c", a[0]], None, None),
    "os.exec": lambda a: (a[0], a[1], None, a[2]),
    "os.posix_spawn": lambda a: (a[0], a[1], None, a[2]),
    "os.spawn": lambda a: (a[1], a[2], None, a[3]),
}
"""ほかのプログラムを始める出来事から，``(プログラム, 引数, 場所, 環境変数)`` を取り出す関数。"""


def unseen(program: Any, arguments: Any, cwd: Any, env: Any) -> list[str] | None:
    """中を見られないプログラムが触れるかもしれない場所。

    中でも書き留める Python なら，空。どこに触れるか分からない Python なら ``None``。
    """
    if isinstance(arguments, (str, bytes)):
        arguments = [arguments]
    words = [os.fsdecode(word) for word in arguments]
    given = os.fsdecode(program) if program else words[0]
    if os.path.basename(given).startswith(("python", "pypy")):
        return [] if _watched(words[1:], env) else None
    where = os.path.abspath(os.fsdecode(cwd) if cwd else os.getcwd())
    parts = [p for word in words for p in (word, *re.split(r"[\s'\"=;|&<>()]+", word))]
    return [where, *(os.path.join(where, part) for part in parts if part)]


def _watched(options: list[str], env: Any) -> bool:
    """始める Python の中でも，``sitecustomize`` が働くか。"""
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
    return FOLDER in given and SITE in given.get("PYTHONPATH", "").split(os.pathsep)
