"""発表された効果を，モデルが示すかどうかを測り，判定する。

- ``protocol``：何を，どう測り，何と比べるか。測る前に決めて，変えない（``protocols/*.toml``）
- ``measure``：約束のとおりに測る。``python -m lessons.effects 名前``
- ``verdict``：測った値から判定を決める
- ``record``：測った記録を読む（``records/*.json``）
- ``table``：頁の表と図
- ``live``：まだ約束を決めていない効果。頁を作るたびに測る
"""

from lessons.effects.live import (
    SEEDS,
    Effect,
    Result,
    all_effects,
    evaluate,
    evaluate_all,
    to_html,
    to_record,
)

__all__ = [
    "SEEDS",
    "Effect",
    "Result",
    "all_effects",
    "evaluate",
    "evaluate_all",
    "to_html",
    "to_record",
]
