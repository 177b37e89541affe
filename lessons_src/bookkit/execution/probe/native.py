"""``safetensors`` の ``safe_open``：C だけで開くので，渡された名前を書き留める。"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from typing import Any

Note = Callable[[Any], None]


def watch(note: Note) -> None:
    """開いたファイルを ``note`` に渡すようにする。"""
    if "safetensors" in sys.modules:
        _watch(note)
    else:
        sys.meta_path.insert(0, _Finder(note))


class _Finder:
    """``safetensors`` が読み込まれたところで，``safe_open`` を見張る。"""

    def __init__(self, note: Note) -> None:
        self._note = note

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != "safetensors":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                load(module)
                _watch(self._note)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _watch(note: Note) -> None:
    real = sys.modules["safetensors"].safe_open

    def safe_open(filename: Any, *args: Any, **options: Any) -> Any:
        note(filename)
        return real(filename, *args, **options)

    for module in [m for n, m in sys.modules.items() if n.startswith("safetensors")]:
        if getattr(module, "safe_open", None) is real:
            module.safe_open = safe_open  # type: ignore[attr-defined]
