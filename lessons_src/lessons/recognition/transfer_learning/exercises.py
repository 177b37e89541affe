"""章 recognition/transfer_learning の練習。"""

from __future__ import annotations

from typing import Any

from lessons.answers import choice, number
from lessons.exercises import Exercise
from lessons.recognition.transfer_learning.characters import one_shot
from lessons.recognition.transfer_learning.model import METHODS
from lessons.recognition.transfer_learning.runs import EACH, recorded


def _amount(answer: Any) -> str | None:
    value = float(answer)
    if not 0 <= value <= 5:
        return "0 から 5 の間で答えてください。"
    found = float(one_shot(0, amount=value).mean()) + 1 / 20
    if found < 0.5:
        return None
    return f"その大きさでは，正答率は {found:.2f} です。癖をもっと大きくしてください。"


_MEANS = {method: float(runs[0].mean()) for method, runs in recorded().items()}
"""1 枚ずつ学んだときの，方法ごとの平均の正答率。"""
_BEST = max(_MEANS, key=_MEANS.__getitem__)
_TARGET = _MEANS["finetune"]
_SCRATCH = [float(mean) for mean in recorded()["scratch"].mean(axis=1)]
"""初めから学んだときの，枚数ごとの平均の正答率。"""
_ENOUGH = next(
    (each for each, mean in zip(EACH, _SCRATCH, strict=True) if mean >= _TARGET), 0
)


EXERCISES = [
    Exercise(
        name="transfer_learning/method",
        answer=choice(
            {
                method: None
                if method == _BEST
                else f"{METHODS[method]}は，1 枚ずつのとき {mean:.2f} です。recorded() の初めの行を，方法どうしで比べてください。"
                for method, mean in _MEANS.items()
            },
            {method: f"{method}（{METHODS[method]}）" for method in _MEANS},
        ),
        solution="finetune",
        praise="この記録では，学習ずみの目を少しだけ学び直した方法が，いちばん高い正答率でした。",
        known_wrong=(("probe", "1 枚ずつ"), ("ridge", "中から")),
    ),
    Exercise(
        name="transfer_learning/enough",
        answer=number(
            _ENOUGH,
            *(
                (
                    each,
                    f"{each} 枚ずつ初めから学ぶと {mean:.2f}，目標は {_TARGET:.2f} です。",
                )
                for each, mean in zip(EACH, _SCRATCH, strict=True)
                if each != _ENOUGH
            ),
            otherwise=f"{'，'.join(map(str, EACH))} か，届かないなら 0 を答えてください。",
            unit="枚",
        ),
        solution=4,
        praise="この三つの種の平均では，1 枚ずつの微調整に，4 枚ずつで追いつきました。",
        known_wrong=((1, "目標"), (3, "か，届かない")),
    ),
    Exercise(
        name="transfer_learning/amount",
        judge=_amount,
        solution=2.5,
        praise="その癖の大きさでは，正答率が 0.5 より低くなりました。",
        known_wrong=((0.2, "大きく"), (9, "5 の間")),
    ),
]
