"""名前の照合の課題：絵のある 16 の物の，正しい名前と偽の名前。網が名前に届くまでの刻み。

物は，章のネットワークが学んだ 48 の物から選んだ。偽の名前も章と同じで，
近いものを使う（個別なら同じ種類の別の物，種類なら同じ大分けの別の種類）。
"""

from __future__ import annotations

import numpy as np

from lessons.neuropsychology.semantic_dementia import model as hub
from lessons.neuropsychology.semantic_dementia.knowledge import Knowledge, load
from lessons.neuropsychology.semantic_dementia.naming import LEVELS
from lessons.neuropsychology.semantic_dementia.speed import mean_steps

PICTURES = {
    "鳥": {"カモ": "duck", "ワシ": "eagle", "ペンギン": "penguin", "おんどり": "chicken"},
    "けもの": {"ウマ": "horse", "ゾウ": "elephant", "ラクダ": "camel", "ウサギ": "rabbit"},
    "乗り物": {
        "自転車": "bicycle", "オートバイ": "motorcycle", "飛行機": "airplane",
        "船": "ship", "バス": "bus", "トラック": "truck",
    },
    "道具": {"ハンマー": "hammer", "ハサミ": "scissors"},
}  # fmt: skip
"""種類ごとの，物の名前と，絵の名前。"""
NEAR = {"鳥": "けもの", "けもの": "鳥", "乗り物": "道具", "道具": "乗り物"}
"""偽の種類の名前。"""
ITEMS = [item for items in PICTURES.values() for item in items]


def names(item: str, kind: str) -> list[tuple[str, str]]:
    """物の，正しい名前と偽の名前。``LEVELS`` の順。"""
    domains = dict(zip(load().categories, load().domains, strict=True))
    (other,) = set(load().domain_names) - {domains[kind]}
    siblings = list(PICTURES[kind])
    next_one = siblings[(siblings.index(item) + 1) % len(siblings)]
    return [(domains[kind], other), (kind, NEAR[kind]), (item, next_one)]


def steps_to_name(networks: hub.Networks, knowledge: Knowledge) -> np.ndarray:
    """同じ 16 の物を見せてから，正しい名前の活動が 0.5 に届くまでの刻み ``(S, 3)``。

    刻みの間は直線でつなぐ。``LEVELS`` の順。届かない物は，いちばん終わりの刻みとする。
    """
    named: list[list[tuple[int, int]]] = [[] for _ in LEVELS]
    for kind, items in PICTURES.items():
        for item in items:
            for pairs, (name, _) in zip(named, names(item, kind), strict=True):
                pairs.append((knowledge.item(item), knowledge.unit(name)))
    return mean_steps(networks, knowledge, named)
