"""人間のデータ：``human.csv`` の一行ずつを確かめ，誤りをファイルと行で言う。"""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import lessons
from lessons import human

ROOT = Path(__file__).parents[2]
ROOMS = sorted(
    path.parent.relative_to(Path(lessons.__file__).parent).as_posix()
    for path in Path(lessons.__file__).parent.glob("*/*/human.csv")
)
HEAD = "effect,condition,value,low,high,unit,n,source,reading\n"


def test_a_row_is_read():
    (found,) = human.read(HEAD + "a,b,0.5,0.4,0.6,割合,20,someone2000,原典\n", "x.csv")
    assert (found.value, found.low, found.high) == (0.5, 0.4, 0.6)
    (found,) = human.read(HEAD + "a,b,0.5,,,,,someone2000,二次\n", "x.csv")
    assert math.isnan(found.low)
    assert (found.unit, found.n) == ("", "")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,b,半分,,,割合,20,s,原典", "value の '半分' を数に"),
        ("a,b,,,,割合,20,s,原典", "value の欄を埋めて"),
        (",b,1,,,割合,20,s,原典", "effect の欄を埋めて"),
        ("a,b,1,,,割合,20,,原典", "source の欄を埋めて"),
        ("a,b,1,,,割合,20,s,記憶", "原典，二次，図から読み取り，再計算 のどれか"),
        ("a,b,1,2,3,割合,20,s,原典", "区間の中にありません"),
        ("a,b,1,0,0.5,割合,20,s,原典", "区間の中にありません"),
        ("a,b,nan,,,割合,20,s,原典", "区間の中にありません"),
        ("a,b,1,,割合,20,s,原典", "欄が 8 個です"),
        ("a,b,1,,,割合,20,s,原典,余り", "欄が 10 個です"),
    ],
)
def test_mistakes_are_told_with_the_line(row, said):
    with pytest.raises(human.HumanDataError) as error:
        human.read(HEAD + "a,b,1,,,割合,20,s,原典\n" + row + "\n", "部屋/human.csv")
    assert str(error.value).startswith("部屋/human.csv:3: ")
    assert said in str(error.value)


def test_missing_columns_are_told():
    with pytest.raises(human.HumanDataError, match=r"^x.csv:1: 列 unit, n を足して"):
        human.read(HEAD.replace("unit,n,", ""), "x.csv")


def test_unknown_effect_and_room_are_told():
    with pytest.raises(human.HumanDataError, match=r"human.csv がありません"):
        human.numbers("basics/nothing")
    with pytest.raises(human.HumanDataError, match="の行がありません。ある行: "):
        human.numbers(ROOMS[0], "何もない")


@pytest.mark.parametrize("room", ROOMS)
def test_every_number_of_the_book_names_a_known_source(room):
    bib = (ROOT / "book" / "references.bib").read_text("utf8")
    known = set(re.findall(r"^@\w+\{([^,]+),", bib, re.MULTILINE))
    numbers = human.numbers(room)
    assert numbers
    assert {number.source for number in numbers} <= known
