"""練習の答え合わせ。答えを渡すと「正解です」または「ヒント」を日本語で返します。

章の部屋の ``exercises.py``（``lessons/<部>/<章>/exercises.py``）が，``EXERCISES`` に練習を
並べます。章の中では次のように使います::

    from lessons.exercises import check
    answer = ...            # ここに答えを書く
    check("softmax/temperature", answer)
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
"""``lessons`` のフォルダー。"""


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


def rooms() -> dict[str, str]:
    """練習のある部屋。``{章: モジュールの名前}``（``softmax`` → ``lessons.basics.softmax``）。"""
    found: dict[str, str] = {}
    for part in sorted(path for path in PACKAGE.iterdir() if path.is_dir()):
        for path in sorted(part.glob("*/exercises.py")):
            chapter = path.parent.name
            if chapter in found:
                raise ValueError(
                    f"{chapter} という名前の章が二つあります"
                    f"（{found[chapter]} と lessons.{part.name}.{chapter}）。"
                )
            found[chapter] = f"lessons.{part.name}.{chapter}"
    return found


def exercises_of(chapter: str) -> dict[str, Exercise]:
    """章の練習を，名前で引ける辞書にして返す。ほかの部屋は読み込まない。

    Raises:
        ValueError: その章がないとき，練習の名前が ``章/練習`` の形でないか，重なるとき。
    """
    places = [
        part.name
        for part in PACKAGE.iterdir()
        if (part / chapter / "exercises.py").is_file()
    ]
    if not places or not chapter.isidentifier():
        raise ValueError(
            f"章 {chapter!r} に練習がありません。{_near(chapter, rooms())}"
            '練習の名前は "章/練習" の形で書きます。'
        )
    room = f"lessons.{places[0]}.{chapter}"
    found: dict[str, Exercise] = {}
    for exercise in importlib.import_module(f"{room}.exercises").EXERCISES:
        if exercise.name.partition("/")[0] != chapter:
            raise ValueError(
                f"{room}.exercises: 練習 {exercise.name!r} の名前は {chapter}/ で始めてください。"
            )
        if exercise.name in found:
            raise ValueError(f"{room}.exercises: 練習 {exercise.name} が二つあります。")
        found[exercise.name] = exercise
    return found


def all_exercises() -> dict[str, Exercise]:
    """すべての章の練習を，名前で引ける辞書にして返す。"""
    found: dict[str, Exercise] = {}
    for chapter in rooms():
        found |= exercises_of(chapter)
    return found


def judge(name: str, answer: Any) -> tuple[bool, str]:
    """答えを調べ，``(正解か, 伝える文)`` を返す。

    Raises:
        ValueError: その名前の練習がないとき。近い名前を挙げる。
    """
    exercises = exercises_of(name.partition("/")[0])
    if name not in exercises:
        raise ValueError(
            f"練習 {name!r} はありません。{_near(name, exercises)}"
            f"この章の練習: {', '.join(exercises)}"
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


def _near(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=3)
    return f"もしかして: {', '.join(close)}。" if close else ""
