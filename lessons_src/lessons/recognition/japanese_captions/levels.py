"""ImageNet の 1,000 クラスを，ふだんの名前（基本レベル）にまとめる表。

``levels.csv`` の列は ``index``（クラス番号），``wnid``（WordNet 3.0 の語義の番号），
``depth``（根からの段の数），``basic_english`` と ``basic``（ふだんの名前），``steps``
（その名前から何段下か）です。ふだんの名前は，この本で手で選んだ語の一覧で，どのクラスも，
WordNet を上にたどって最初に会う語にまとめた。会わなければ空で，見出し語のまま扱う。
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

CLASSES = 1000
ANIMALS = 398
"""クラス番号の初めの 398 個は動物。"""


@dataclass(frozen=True)
class Level:
    """一つのクラス。``basic`` が空なら，一覧のどの語の下にもない。"""

    index: int
    depth: int
    basic: str
    steps: int


@lru_cache(maxsize=1)
def levels() -> tuple[Level, ...]:
    """1,000 クラスの表。番号の順。"""
    text = resources.files(__package__).joinpath("levels.csv").read_text("utf8")
    return tuple(
        Level(
            int(row["index"]),
            int(row["depth"]),
            row["basic"],
            int(row["steps"] or 0),
        )
        for row in csv.DictReader(text.splitlines())
    )


def members() -> dict[str, list[int]]:
    """ふだんの名前から，まとめたクラスの番号を引く表。多い順。"""
    sizes = Counter(level.basic for level in levels() if level.basic)
    return {
        name: [level.index for level in levels() if level.basic == name]
        for name, _ in sizes.most_common()
    }


def grouping(control: str = "", seed: int = 0) -> np.ndarray:
    """クラスごとの組の番号 ``(1000,)``。どの語の下にもないクラスは，一つずつ別の組。

    Args:
        control: 空なら，ふだんの名前の組。``any`` は，組の大きさを保って，クラスを全体で
            並べ替える。``within`` は，動物の中と，ほかの中で，別々に並べ替える。
        seed: 並べ替えの種。

    Raises:
        ValueError: 知らない対照のとき。使える名前を挙げる。
    """
    number: dict[str, int] = {}
    groups = np.array(
        [
            number.setdefault(level.basic or f"#{level.index}", len(number))
            for level in levels()
        ]
    )
    if not control:
        return groups
    if control not in ("any", "within"):
        raise ValueError(f"対照 {control!r} はありません。使える名前: any，within")
    g = np.random.default_rng(seed)
    parts = (
        [(0, ANIMALS), (ANIMALS, CLASSES)] if control == "within" else [(0, CLASSES)]
    )
    for start, end in parts:
        groups[start:end] = g.permutation(groups[start:end])
    return groups
