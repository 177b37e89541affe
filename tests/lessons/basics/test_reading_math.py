"""章 basics/reading_math：記号の表，式の木，空きの練習。"""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from bookkit.book import Book
from bookkit.directives.symbols import TOKEN, used_in
from lessons.basics.reading_math import model, trees, yours
from lessons.exercises import judge

ROOT = Path(__file__).resolve().parents[3]
LAYOUT = "書き方"
"""声に出さない印の種類。"""


@pytest.fixture(scope="module")
def used() -> dict[str, list[str]]:
    return used_in(Book(ROOT))


def test_every_symbol_of_the_book_is_in_the_table(used: dict[str, list[str]]) -> None:
    known = {tex for row in model.table() for tex in row.tex}
    assert sum(bool(symbols) for symbols in used.values()) > 20
    lost = [
        f"book/{page}.md の式の記号 {tex} が，表にありません。"
        for page, symbols in used.items()
        for tex in symbols
        if tex not in known
    ]
    advice = (
        "lessons_src/lessons/basics/reading_math/symbols.csv に一行を足してください。"
        "列は，種類，TeX（空白で区切る），見せ方，読み，意味，一行のコード，その値です。"
        "ほかの書き方がもう表にあれば，その行の TeX の列に足すだけです。"
    )
    assert not lost, "\n".join([*lost, advice])


def test_no_symbol_has_two_rows() -> None:
    every = [tex for row in model.table() for tex in row.tex]
    assert sorted(every) == sorted(set(every))


@pytest.mark.parametrize(
    "row", [row for row in model.table() if row.code], ids=lambda row: row.tex[0]
)
def test_code_gives_the_written_value(row: model.Symbol) -> None:
    assert model.value(row.code) == row.result


def test_every_spoken_symbol_has_reading_meaning_and_code() -> None:
    for row in model.table():
        assert row.reading, row.tex
        assert row.meaning.endswith("。"), row.tex
        assert bool(row.code) is (row.kind != LAYOUT), row.tex
        assert not row.code or len(row.code) <= 50, row.tex


def test_page_lists_every_kind() -> None:
    page = (ROOT / "book/basics/reading_math.md").read_text("utf8")
    for kind in {row.kind for row in model.table()}:
        assert f":kind: {kind}\n" in page


def test_table_knows_a_few_symbols() -> None:
    assert model.find(r"\sum").reading.startswith("シグマ")
    assert model.find(r"\partial").reading.startswith("ラウンド・ディー")
    assert "ハット" in model.find(r"\hat").reading
    with pytest.raises(ValueError, match=r"symbols\.csv に"):
        model.find(r"\aleph")


def test_symbols_are_read_from_every_place(used: dict[str, list[str]]) -> None:
    assert r"\bigoplus" in used["attention/saliency"]  # $$ の式
    assert r"\frac" in used["basics/softmax"]  # {math}
    assert r"\theta" in used["basics/softmax"]  # 文の中
    assert r"\dots" in used["attention/cam"]  # 図のキャプション
    tex = r"\operatorname*{arg\,min}_k \begin{cases}1\end{cases}"
    assert TOKEN.findall(tex) == [
        r"\operatorname*{arg\,min}",
        "_",
        r"\begin{cases}",
        r"\end{cases}",
    ]


def test_tree_follows_precedence_not_spaces() -> None:
    wanted = trees.Chunk(
        "足す",
        (
            trees.Chunk("2"),
            trees.Chunk("掛ける", (trees.Chunk("3"), trees.Chunk("4"))),
        ),
    )
    assert trees.tree("2+3 * 4") == trees.tree("2  +  3*4") == wanted
    assert trees.depth(wanted) == 3
    assert trees.tree("(2+3)*4").label == "掛ける"
    assert trees.tree("-x.sum()") == trees.Chunk(
        "符号を変える", (trees.Chunk("合計", (trees.Chunk("x"),)),)
    )


@pytest.mark.parametrize("code", ["2 +", "x[0]", "[1, 2]"])
def test_tree_refuses_what_it_cannot_read(code: str) -> None:
    with pytest.raises(ValueError, match="ください"):
        trees.tree(code)


def test_spaced_items_are_what_they_say() -> None:
    for one in yours.ITEMS:
        plain = one.shown.replace("×", "*").replace(" ", "")
        assert eval(plain) == one.right
        left, _, right = one.shown.replace("×", "*").partition("  ")
        near, far = sorted((left, right[2:].strip()), key=len, reverse=True)
        sign = right.strip()[0]
        pair = (near, far) if near == left else (far, near)
        assert eval(f"({pair[0]}){sign}({pair[1]})") == one.grouped
    assert sum(one.congruent for one in yours.ITEMS) == 3


def test_counting_the_readers_answers() -> None:
    right = [one.right for one in yours.ITEMS]
    near = [one.grouped for one in yours.ITEMS]
    assert yours.counted(right) == [
        "空きが順番と合う式：3 / 3 正解",
        "空きが順番と合わない式：3 / 3 正解",
        "近い字を先に計算した答え：0 個",
    ]
    assert yours.counted(near)[1:] == [
        "空きが順番と合わない式：0 / 3 正解",
        "近い字を先に計算した答え：3 個",
    ]
    assert "まだ" in yours.counted(...)[0]
    with pytest.raises(ValueError, match="6 個の整数"):
        yours.counted([1])


def test_exercises_accept_other_right_answers() -> None:
    assert judge("reading_math/spread", lambda x: x.var())[0]
    assert judge("reading_math/distance", math.dist)[0]
    assert not judge("reading_math/spread", lambda x: (x - x.mean()).mean() ** 2)[0]


def test_reading_from_the_left_makes_the_same_mistake_in_two_of_the_items():
    """空きを見ずに左から計算しても，一つめと五つめでは，近い字から計算した答えになる。"""
    same = []
    for number, one in enumerate(yours.ITEMS, start=1):
        first, *rest = re.split(r"([+×])", one.shown.replace(" ", ""))
        value = int(first)
        for sign, digit in zip(rest[::2], rest[1::2], strict=True):
            value = value + int(digit) if sign == "+" else value * int(digit)
        if value == one.grouped != one.right:
            same.append(number)
    assert same == [1, 5]
