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
import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from lessons.answers import BLANK, Answer
from lessons.page_files import ASSETS

PACKAGE = Path(__file__).parent
"""``lessons`` のフォルダー。"""


@dataclass(frozen=True)
class Exercise:
    """練習一つ。``answer`` か ``judge`` の，どちらか一方を書く。

    Attributes:
        name: ``章/練習`` の形の名前。
        answer: 答えの宣言（数，選択，並べ替え）。頁の上でも答えられる。
        judge: 答えが関数や配列の練習の判定。正解なら ``None``，違えばヒントの文を返す関数。
            ``answer`` があれば，そこから作る。
        solution: 正解の例。試験で ``judge`` に渡す。
        praise: 正解のときに添える一文。
        known_wrong: よくある間違いと，そのヒントに必ず含まれる言葉の組。
    """

    name: str
    _: KW_ONLY
    solution: Any
    praise: str
    answer: Answer | None = None
    judge: Callable[[Any], str | None] = None  # type: ignore[assignment]
    known_wrong: tuple[tuple[Any, str], ...] = field(default=())

    def __post_init__(self) -> None:
        if (self.answer is None) == (self.judge is None):
            raise ValueError(
                f"練習 {self.name!r}：answer（答えの宣言）か judge（判定の関数）の，"
                "どちらか一方を書いてください。"
            )
        if self.answer is not None:
            problem = self.answer.problem()
            if problem:
                raise ValueError(f"練習 {self.name!r}：{problem}")
            object.__setattr__(self, "judge", self.answer.hint)


def rooms() -> dict[str, str]:
    """練習のある部屋。``{章: モジュールの名前}``（``softmax`` → ``lessons.basics.softmax``）。"""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.glob("*/*/exercises.py")):
        part, chapter = path.parts[-3:-1]
        if chapter in found:
            raise ValueError(
                f"{chapter} という名前の章が二つあります"
                f"（{found[chapter]} と lessons.{part}.{chapter}）。"
            )
        found[chapter] = f"lessons.{part}.{chapter}"
    return found


def exercises_of(chapter: str) -> dict[str, Exercise]:
    """章の練習を，名前で引ける辞書にして返す。ほかの部屋は読み込まない。

    Raises:
        ValueError: その章がないとき，練習の名前が ``章/練習`` の形でないか，重なるとき。
    """
    # 名前の決まった所だけを探す：lessons のすぐ下に部品が増えても，章の結果は古くならない。
    named = chapter.isidentifier()
    places = [*PACKAGE.glob(f"*/{chapter}/exercises.py")] if named else []
    if not places:
        raise ValueError(
            f"章 {chapter!r} に練習がありません。{_near(chapter, rooms())}"
            '練習の名前は "章/練習" の形で書きます。'
        )
    room = f"lessons.{places[0].parts[-3]}.{chapter}"
    found: dict[str, Exercise] = {}
    try:
        exercises = importlib.import_module(f"{room}.exercises").EXERCISES
    except ValueError as error:
        raise ValueError(f"{room}.exercises: {error}") from error
    for exercise in exercises:
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
    exercise = exercises[name]
    try:
        blank = answer is ... or answer is None
        hint = BLANK if blank else exercise.judge(answer)
    except Exception as error:
        return (
            False,
            f"ヒント：答えを調べる途中で止まりました（{error}）。答えの形を確かめてください。",
        )
    if hint is None:
        return True, f"正解です。{exercise.praise}"
    if hint == BLANK:
        return False, f"{BLANK}... を答えに置き換えてください。"
    return False, f"ヒント：{hint}"


def check(name: str, answer: Any) -> None:
    """答え合わせをして，結果を表示する。本を作るときの白紙の答えには，頁の欄を置く。"""
    passed, message = judge(name, answer)
    text = ("◯ " if passed else "△ ") + message
    if answer is ... and os.environ.get(ASSETS):
        from IPython.display import display

        page = to_html(exercises_of(name.partition("/")[0])[name], text)
        display({"text/html": page, "text/plain": text}, raw=True)
    else:
        print(text)


def to_html(exercise: Exercise, text: str) -> str:
    """頁の答えの欄。``exercises.js`` が宣言を読んで欄を作る。動かない所では ``text`` が残る。

    ``notebook:`` の番地は，本を作るときに，章のノートブックの番地になる。
    """
    slug = re.sub("[/_]", "-", exercise.name)
    plan = ""
    if exercise.answer is not None:
        handed = exercise.answer.hand() | {"praise": exercise.praise}
        text_of = json.dumps(handed, ensure_ascii=False, separators=(",", ":"))
        plan = f' data-plan="{escape(text_of)}"'
    return (
        f'<div class="answer" data-exercise="{slug}"{plan}>'
        f'<p class="answer-off">{escape(text)}</p>'
        '<p class="answer-notebook"><a href="notebook:" rel="noopener">'
        "ノートブックで解く</a></p></div>"
    )


def _near(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=3)
    return f"もしかして: {', '.join(close)}。" if close else ""
