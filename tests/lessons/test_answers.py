"""練習の答えの宣言：読み方，ヒントの順番，おかしな宣言の断り方，頁に渡す形。"""

from __future__ import annotations

import json
import math
from html import unescape
from typing import Any

import numpy as np
import pytest

from lessons import exercises, page_files
from lessons.answers import (
    BLANK,
    Answer,
    Choice,
    Fields,
    Number,
    Order,
    Several,
    Span,
    above,
    below,
    choice,
    inside,
    near,
    number,
    numbers,
)
from lessons.answers.reading import read_number
from lessons.exercises import Exercise, all_exercises, check, exercises_of, to_html

LETTERS = {"ア": "一", "イ": "二", "ウ": "三"}
GAP = number(
    near(4, 0.05),
    (near(2, 0.05), "半分です。"),
    (below(0), "負です。"),
    otherwise="違います。",
)
PAIR = numbers(
    ("段", "列"),
    (2, 6),
    ((6, 2), "逆です。"),
    ((None, 6), "段です。"),
    otherwise="他。",
)
ONE = choice({"s": None, "p": "音です。"}, {"s": "意味（s）"})
SET = Several(LETTERS, {"イ": "二は違います。"}, least=2, few="足りません。")
ROW = Order(LETTERS, (("ア", "イ", "一が先です。"),), "違う順です。")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("４．５", 4.5),
        ("－2", -2),
        ("−0.5", -0.5),
        (" 403,200 ", 403_200),
        ("1/7", 1 / 7),
        ("75%", 0.75),
        ("1e-3", 1e-3),
        ("1,5", None),
        ("1/0", None),
        ("inf", None),
        ("nan", None),
        ("二", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_type_them(text: str, value: float | None) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    ("answer", "given", "said"),
    [
        (GAP, 4.05, None),
        (GAP, np.float32(4), None),
        (GAP, "４", None),
        (GAP, math.nextafter(4.05, 5), "違います。"),
        (GAP, 2, "半分です。"),
        (GAP, -1, "負です。"),
        (GAP, math.nan, "違います。"),
        (GAP, " ", BLANK),
        (GAP, "よん", "数で答えてください。"),
        (GAP, [4, 5], "数で答えてください。"),
        (PAIR, (2, 6), None),
        (PAIR, np.array([2, 6]), None),
        (PAIR, (6, 2), "逆です。"),
        (PAIR, (3, 6), "段です。"),
        (PAIR, (2, 5), "他。"),
        (PAIR, (2, ...), BLANK),
        (PAIR, 3, "二つの数を (段, 列) の形で答えてください。"),
        (PAIR, (1, 2, 3), "二つの数を (段, 列) の形で答えてください。"),
        (ONE, "S", None),
        (ONE, " ｐ", "音です。"),
        (ONE, "q", "q は選べません。s，p の中から答えてください。"),
        (SET, {"ア", "ウ"}, None),
        (SET, ["ア", "イ", "ウ"], "二は違います。"),
        (SET, "ア", "足りません。"),
        (SET, ["ア", "エ"], "エ は選べません。ア，イ，ウ の中から答えてください。"),
        (SET, [], BLANK),
        (ROW, ["ア", "イ", "ウ"], None),
        (ROW, "アイウ", None),
        (ROW, ["イ", "ア", "ウ"], "一が先です。"),
        (ROW, ["ア", "ウ", "イ"], "違う順です。"),
        (ROW, ["ア", "イ"], "ア，イ，ウ を一つずつ，順に並べてください。"),
        (ROW, 3, "ア，イ，ウ を一つずつ，順に並べてください。"),
    ],
)
def test_declarations_judge(answer: Answer, given: Any, said: str | None) -> None:
    assert answer.problem() is None
    assert answer.hint(given) == said


def test_open_ends_leave_the_end_out() -> None:
    level = number(
        inside(1, 3),
        ((1, 3), "同じ高さです。"),
        (above(3), "高い。"),
        otherwise="低い。",
    )
    said = [level.hint(value) for value in (0.5, 1, 1.001, 2.999, 3, 3.001)]
    assert said == ["低い。", "同じ高さです。", None, None, "同じ高さです。", "高い。"]


def test_close_names_are_offered() -> None:
    said = choice({"probe": "違います。", "finetune": None}).hint("finetuen")
    assert said is not None
    assert "近い名前：finetune。" in said


BAD: list[tuple[Answer, str]] = [
    (number(near(4, 1), (near(4.5, 0.1), "近い。"), otherwise="他。"), "正解の中"),
    (number(1, (2, "句点がない"), otherwise="他。"), "「。」で終わる文"),
    (number(1, otherwise=""), "「。」で終わる文"),
    (number(Span(3, 1), otherwise="他。"), "数の幅 3 から 1"),
    (number(math.inf, otherwise="他。"), "数の幅 inf"),
    (number("x", otherwise="他。"), "数か幅で"),  # type: ignore[arg-type]
    (numbers(("r", "r"), (1, 2), otherwise="他。"), "違う label"),
    (numbers(("r", "j"), (1,), otherwise="他。"), "欄の数（2）だけ"),
    (choice({"a": None}), "選択肢を二つ以上"),
    (choice({"a": "違う。", "b": "違う。"}), "正解がありません"),
    (Fields((Choice(LETTERS),), ((("エ",), None),), "他。"), "選択肢にありません"),
    (Fields((), (), "他。"), "欄は 1 から"),
    (Fields((Number(),), (((2,), "違う。"),), "他。"), "正解がありません"),
    (Several(LETTERS, {"エ": "違う。"}, 1, "他。"), "選択肢にありません"),
    (Several(LETTERS, {"ア": "違う。"}, 3, "他。"), "least は 1 から 2"),
    (Order({"ア": "一", "イ": "二"}, (), "他。"), "三つ以上"),
    (Order(LETTERS, (("ウ", "ア", "違う。"),), "他。"), "先に来る物"),
    (Order(LETTERS, (("ア", "エ", "違う。"),), "他。"), "並べる物にありません"),
]


@pytest.mark.parametrize(("answer", "said"), BAD)
def test_bad_declarations_are_refused(answer: Answer, said: str) -> None:
    with pytest.raises(ValueError, match=rf"練習 'x/y'：.*{said}"):
        Exercise("x/y", answer=answer, solution=1, praise="はい。")


def test_an_exercise_has_one_way_to_be_judged() -> None:
    for ways in ({}, {"answer": GAP, "judge": GAP.hint}):
        with pytest.raises(ValueError, match=r"練習 'x/y'：answer.*どちらか一方"):
            Exercise("x/y", solution=4, praise="はい。", **ways)  # type: ignore[arg-type]


def test_the_file_of_a_bad_declaration_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(name: str) -> None:
        raise ValueError("練習 'softmax/level'：だめです。")

    monkeypatch.setattr(exercises.importlib, "import_module", broken)
    with pytest.raises(ValueError, match=r"lessons\.basics\.softmax\.exercises: 練習 "):
        exercises_of("softmax")


def test_most_exercises_can_be_answered_on_the_page() -> None:
    every = all_exercises().values()
    declared = [one for one in every if one.answer is not None]
    assert len(every) > 100
    assert len(declared) / len(every) > 0.5
    kinds = {type(one.answer) for one in declared}
    assert kinds == {Fields, Several, Order}


def test_the_page_gets_the_declaration_but_no_printed_answer() -> None:
    exercise = exercises_of("fpn")["fpn/order"]
    page = to_html(exercise, "△ まだ")
    plan = json.loads(unescape(page.partition('data-plan="')[2].partition('"')[0]))
    assert isinstance(exercise.answer, Order)
    assert plan["right"] == list(exercise.answer.options)
    assert [name for name, _ in plan["options"]] != plan["right"]
    assert plan["praise"] == exercise.praise
    shown = page.partition(">")[2]
    assert shown == (
        '<p class="answer-off">△ まだ</p><p class="answer-notebook">'
        '<a href="notebook:" rel="noopener">ノートブックで解く</a></p></div>'
    )
    code = to_html(exercises_of("fpn")["fpn/merge"], "△")
    assert "data-plan" not in code


def test_only_a_blank_answer_of_the_book_becomes_a_field(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    monkeypatch.delenv(page_files.ASSETS, raising=False)
    check("softmax/level", ...)
    assert capsys.readouterr().out.startswith("△ まだ答えが入っていません")
    monkeypatch.setenv(page_files.ASSETS, "somewhere")
    check("softmax/level", 2)
    assert capsys.readouterr().out.startswith("◯ 正解です")
    check("softmax/level", ...)
    ((data,),) = [shown]
    assert 'data-exercise="softmax-level"' in data["text/html"]
    assert data["text/plain"].startswith("△ まだ")
