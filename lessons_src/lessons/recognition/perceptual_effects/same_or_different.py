"""「同じか違うか」の実験に共通の部品：答え方，組の数，モデルの指数，人間の値。"""

from __future__ import annotations

from collections.abc import Sequence

from lessons import human
from lessons.experiments import Response
from lessons.experiments.pictures import pixels
from lessons.recognition.perceptual_effects.model import (
    distance,
    index,
    representations,
)

SAME = "同じ"
POOL, REPEATS = 10, 8
"""図形の組の数と，条件ごとに使う数。「同じ」は，この二倍を使う。"""
RESPONSES = (Response("same", "同じ", "f"), Response("different", "違う", "j"))


def others(
    effect: str, people: str, name: str, sets: Sequence[Sequence[str]]
) -> dict[str, dict[str, float]]:
    """並べる値：論文の指数と，読者と同じ図形で測ったモデルの指数。

    Args:
        effect: ``human.csv`` の効果の名前。
        people: 論文の値の名前（「人間」など）。
        name: 結果の行の名前。
        sets: ``(もと, 遠いはずの図形, 近いはずの図形)`` の並び。図形は SVG の中身。
    """
    v = representations(pixels([one for three in sets for one in three]))["gap"]
    v = v.unflatten(0, (len(sets), 3))
    model = index(distance(v[:, 0], v[:, 1]), distance(v[:, 0], v[:, 2])).mean()
    published = human.numbers("recognition/perceptual_effects", effect)[0]
    return {people: {name: published.value}, "モデル": {name: float(model)}}
