"""字の列の答え：決めた字と数なら通し，ほかは一文で断る。"""

import pytest

from lessons.letters import checked


def test_a_good_answer_comes_back():
    assert checked("左右左", "左右", "「左」か「右」", 3) == "左右左"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            "左右",
            "答え '左右' を，「左」か「右」の 3 字にしてください（いまは 2 字）。",
        ),
        ("左右下", "使えない字: 下）"),
        ("左右上下", "使えない字: 上下）"),
        ("", "いまは 0 字"),
        (213, "答え 213 を.*引用符で囲みます"),
        (["左"] * 3, "引用符で囲みます"),
    ],
)
def test_a_bad_answer_is_refused_in_one_sentence(answer, message):
    with pytest.raises(ValueError, match=message):
        checked(answer, "左右", "「左」か「右」", 3)


def test_the_name_of_the_answer_is_said():
    with pytest.raises(ValueError, match=r"^「全体」の答え 'a' を"):
        checked("a", "左右", "「左」か「右」", 3, name="全体")
