"""章が置いたファイル（写真で動かすネットワークなど）を，頁と一緒に配る。"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

FOLDER = "_files"
"""できた本の中の置き場所。名前は中身から決まるので，同じ名前なら中身も同じ。"""
ADDRESS = re.compile(r"asset:([0-9a-f]{8,64}\.[a-z]+)")
"""HTML の中の印。"""


def publish(html: str, source: Path, out: Path, start: str) -> str:
    """HTML が指すファイルを ``out`` に写し，印を，頁から見た番地に替える。

    ほかのファイルの名前（動かすネットワーク）を書いた JSON があれば，その先も写す。

    Args:
        html: 頁に置く HTML。
        source: 章がファイルを置いたフォルダー。
        out: できた本のフォルダー。
        start: 頁から見た，できた本の頭の番地。
    """
    names = set(ADDRESS.findall(html))
    for name in sorted(names):
        if name.endswith(".json"):
            inner = (source / name).read_text("utf8")
            names |= set(re.findall(r'"([0-9a-f]{8,64}\.[a-z]+)"', inner))
    for name in names:
        target = out / FOLDER / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target)
    return ADDRESS.sub(lambda match: f"{start}{FOLDER}/{match[1]}", html)
