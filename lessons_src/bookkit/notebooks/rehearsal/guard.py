"""リハーサルのカーネルから，置き場所（リポジトリー）を見えなくする。

Python が始まるときに ``sitecustomize`` として読まれ，置き場所を指す道を除き，
置き場所のファイルを開こうとした所でエラーにする。ノートブックが，読者の所にないファイルを
使っていないことを確かめるためのもので，悪意のあるコードを防ぐものではない。
"""

from __future__ import annotations

import os
import sys

FORBIDDEN = "REHEARSAL_FORBIDDEN"
"""見えなくするフォルダーを入れる環境変数。"""


def is_forbidden(path: object, root: str, allowed: tuple[str, ...]) -> bool:
    """``path`` が見えなくしたフォルダーの中（Python の環境を除く）か。"""
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, str | os.PathLike):
        return False
    full = os.path.abspath(path)
    inside = full == root or full.startswith(root + os.sep)
    return inside and not any(full.startswith(place + os.sep) for place in allowed)


def stand() -> None:
    """見張りを始める。"""
    root = os.environ[FORBIDDEN]
    allowed = tuple({sys.prefix, sys.exec_prefix, os.path.realpath(sys.prefix)})
    sys.path[:] = [p for p in sys.path if not is_forbidden(p or ".", root, allowed)]
    # 編集用に入れたパッケージを探す仕掛けも，置き場所を指している。
    sys.meta_path[:] = [
        finder
        for finder in sys.meta_path
        if not getattr(finder, "__module__", "").startswith("__editable__")
    ]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("open", "os.listdir", "os.scandir") or not arguments:
            return
        if is_forbidden(arguments[0], root, allowed):
            raise PermissionError(
                f"{os.fspath(arguments[0])} は，読者のノートブックにはないファイルです。"  # type: ignore[call-overload]
                "lessons のパッケージに入れて，lessons の関数から読んでください。"
            )

    sys.addaudithook(watch)


if __name__ == "sitecustomize":
    stand()
