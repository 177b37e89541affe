"""ライブラリーが呼び出しの道筋を控えるときの，ソースの読み込み。

torch は，乱数の種を決めるときなどに ``traceback.format_stack`` で道筋を控える。そのとき途中の
モジュールの行も読むが，頁には出ない。これを「ソースの文を読んだ」と数えると，注釈を直した
だけで実行し直しになるので，モジュールを読み込んだのと同じに数える。
"""

from __future__ import annotations

import linecache
import os
import sys
import tokenize
import traceback
from collections.abc import Callable
from typing import Any

_BETWEEN = {module.__file__ for module in (linecache, tokenize, traceback)} | {__file__}
_PACKAGES = os.sep + "site-packages" + os.sep


def taken_by_library() -> bool:
    """いま，ライブラリーの頼んだ ``extract_stack`` が行を読んでいるか。"""
    frame = sys._getframe(2)
    taken = False
    while frame.f_back is not None and frame.f_code.co_filename in _BETWEEN:
        taken |= frame.f_code.co_name == "extract_stack"
        frame = frame.f_back
    return taken and _PACKAGES in frame.f_code.co_filename


def watch(inside: Callable[[Any], str]) -> None:
    """控えるために読んだ行を覚えさせない。後で頁に出すときに，もう一度読ませるため。"""
    real = linecache.updatecache

    def updatecache(filename: str, module_globals: Any = None) -> list[str]:
        lines = real(filename, module_globals)
        if inside(filename) and taken_by_library():
            linecache.cache.pop(filename, None)
        return lines

    linecache.updatecache = updatecache
