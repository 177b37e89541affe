"""練習の答え合わせ。答えを渡すと「正解です」または「ヒント」を日本語で返します。

章ごとに ``lessons/exercises/<章の名前>.py`` があり，``EXERCISES`` に練習を並べます。
章の中では次のように使います::

    from lessons.exercises import check
    answer = ...            # ここに答えを書く
    check("softmax/temperature", answer)
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Exercise:
    """練習一つ。

    Attributes:
        name: ``章/練習`` の形の名前。
        judge: 答えを受け取り，正解なら ``None``，違えばヒントの文を返す関数。
        solution: 正解の例。試験で ``judge`` に渡す。
        praise: 正解のときに添える一文。
        known_wrong: よくある間違いと，そのヒントに必ず含まれる言葉の組。
    """

    name: str
    judge: Callable[[Any], str | None]
    solution: Any
    praise: str
    known_wrong: tuple[tuple[Any, str], ...] = field(default=())


def all_exercises() -> dict[str, Exercise]:
    """すべての章の練習を，名前で引ける辞書にして返す。"""
    found: dict[str, Exercise] = {}
    for module in pkgutil.iter_modules(__path__):
        for exercise in importlib.import_module(f"{__name__}.{module.name}").EXERCISES:
            if exercise.name in found:
                raise ValueError(f"練習 {exercise.name} が二つあります。")
            found[exercise.name] = exercise
    return found


def judge(name: str, answer: Any) -> tuple[bool, str]:
    """答えを調べ，``(正解か, 伝える文)`` を返す。"""
    chapter = name.partition("/")[0]
    try:
        module = importlib.import_module(f"{__name__}.{chapter}")
    except ModuleNotFoundError as error:
        raise ValueError(f"練習 {name!r} の章 {chapter!r} がありません。") from error
    exercises = {exercise.name: exercise for exercise in module.EXERCISES}
    if name not in exercises:
        raise ValueError(
            f"練習 {name!r} はありません。この章の練習: {', '.join(exercises)}"
        )
    if answer is ... or answer is None:
        return False, "まだ答えが入っていません。... を答えに置き換えてください。"
    exercise = exercises[name]
    try:
        hint = exercise.judge(answer)
    except Exception as error:
        return (
            False,
            f"ヒント：答えを調べる途中で止まりました（{error}）。答えの形を確かめてください。",
        )
    if hint is None:
        return True, f"正解です。{exercise.praise}"
    return False, f"ヒント：{hint}"


def check(name: str, answer: Any) -> None:
    """答え合わせをして，結果を表示する。"""
    passed, message = judge(name, answer)
    print(("◯ " if passed else "△ ") + message)
