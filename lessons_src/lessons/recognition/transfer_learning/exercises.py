"""章 recognition/transfer_learning の練習。"""

from __future__ import annotations

from typing import Any

from lessons.exercises import Exercise
from lessons.recognition.transfer_learning.characters import one_shot
from lessons.recognition.transfer_learning.model import METHODS
from lessons.recognition.transfer_learning.runs import EACH, recorded


def _method(answer: Any) -> str | None:
    if answer not in METHODS:
        return f"方法の名前で答えてください。使える名前: {'，'.join(METHODS)}"
    means = {method: runs[0].mean() for method, runs in recorded().items()}
    best = max(means, key=lambda method: means[method])
    if answer == best:
        return None
    return (
        f"{METHODS[answer]}は，1 枚ずつのとき {means[answer]:.2f} です。"
        "recorded() の初めの行を，方法どうしで比べてください。"
    )


def _enough(answer: Any) -> str | None:
    means = recorded()["scratch"].mean(axis=1)
    target = recorded()["finetune"][0].mean()
    found = [each for each, mean in zip(EACH, means, strict=True) if mean >= target]
    right = found[0] if found else 0
    if int(answer) == right:
        return None
    if int(answer) in EACH:
        at = EACH.index(int(answer))
        return (
            f"{answer} 枚ずつ初めから学ぶと {means[at]:.2f}，目標は {target:.2f} です。"
        )
    return f"{'，'.join(map(str, EACH))} か，届かないなら 0 を答えてください。"


def _amount(answer: Any) -> str | None:
    value = float(answer)
    if not 0 <= value <= 5:
        return "0 から 5 の間で答えてください。"
    found = float(one_shot(0, amount=value).mean()) + 1 / 20
    if found < 0.5:
        return None
    return f"その大きさでは，正答率は {found:.2f} です。癖をもっと大きくしてください。"


EXERCISES = [
    Exercise(
        name="transfer_learning/method",
        judge=_method,
        solution="finetune",
        praise="経験のある目を，少しだけ課題に合わせる方法が勝ちました。",
        known_wrong=(("probe", "1 枚ずつ"), ("ridge", "使える名前")),
    ),
    Exercise(
        name="transfer_learning/enough",
        judge=_enough,
        solution=4,
        praise="前の経験は，一つの概念につき三枚ほどの絵に当たります。",
        known_wrong=((1, "目標"), (3, "か，届かない")),
    ),
    Exercise(
        name="transfer_learning/amount",
        judge=_amount,
        solution=2.5,
        praise="書き手が変わるほど，一枚の見本からは読み取りにくくなります。",
        known_wrong=((0.2, "大きく"), (9, "5 の間")),
    ),
]
