"""ソフトマックスの章の，人の選択への当てはめ。"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons import human
from lessons.basics.softmax import choices, typical, yours
from lessons.basics.softmax.fitting import paired_preferences
from lessons.basics.softmax.mixed_people import mixed_people
from lessons.basics.softmax.model import entropy, sigmoid, softmax


def test_celebrities_are_the_published_table():
    names, share = choices.celebrity_choices()
    assert names == ["LBJ", "HW", "CDG", "JU", "CY", "AJF", "BB", "ET", "SL"]
    assert share + share.T == pytest.approx(np.ones((9, 9)))
    assert share[1, 0] * choices.PEOPLE == pytest.approx(159)  # LBJ を HW より選んだ人
    assert choices.same_field().sum() == 9


@given(st.floats(0.2, 3))
def test_pair_temperature_is_found_again(beta):
    gap = np.linspace(-2, 2, 9)
    assert choices.pair_temperature(gap, sigmoid(gap / beta)) == pytest.approx(
        beta, rel=1e-3
    )


def test_people_choose_more_sharply_between_similar_ones_than_softmax():
    """人では温度の比の対数がはっきり正で，human.csv の値。一つの温度のモデルでは 0 の近く。"""
    _, share = choices.celebrity_choices()
    (told,) = human.numbers("basics/softmax", "choice_similar_pairs")
    assert choices.temperature_ratio(share) == pytest.approx(told.value, abs=1e-3)
    rng = np.random.default_rng(0)
    again = [
        choices.temperature_ratio(choices.resampled(share, 234, rng))
        for _ in range(200)
    ]
    low, high = np.quantile(again, [0.025, 0.975])
    assert (low, high) == pytest.approx((told.low, told.high), abs=0.06)
    flat = [
        choices.temperature_ratio(
            choices.softmax_people(share, np.random.default_rng(s))
        )
        for s in range(10)
    ]
    assert abs(np.mean(flat)) < 0.1


def test_tastes_that_differ_between_people_look_like_a_lower_temperature():
    """全員が温度 1 でも，分野の好みが人で違えば，同じ分野の温度は人の表（0.55）まで下がる。"""
    _, share = choices.celebrity_choices()
    near = [
        np.mean(
            [
                choices.two_temperatures(mixed_people(share, spread, s))[0]
                for s in range(100, 110)
            ]
        )
        for spread in (0, 2)
    ]
    assert near == pytest.approx([1.04, 0.51], abs=0.08)
    single = [mixed_people(share, 2, s, "abcdefghi") for s in range(100, 110)]
    alone = np.mean([choices.two_temperatures(one)[0] for one in single])
    assert alone > 0.95  # 分野と関わりのない好みの違いでは，下がらない
    with pytest.raises(ValueError, match="分野が 2 人分です。9 人分に"):
        mixed_people(share, 1, 0, "ab")
    with pytest.raises(ValueError, match="好みの違い -1 は，0 以上に"):
        mixed_people(share, -1, 0)


def test_unseen_pairs_are_guessed_and_controls_are_not():
    _, share = paired_preferences()
    rows, columns = np.triu_indices(9, 1)
    (told,) = human.numbers("basics/softmax", "choice_unseen_pairs")
    people = np.abs(share[rows, columns] - 0.5).mean()
    assert people == pytest.approx(told.value, abs=1e-3)
    settings = {"left": 6, "people": 0, "data": "vegetables"}
    means = {
        control: np.mean(
            [choices.unseen_pairs(s, control, **settings) for s in range(12)]
        )
        for control in ("", "shuffled", "values")
    }
    assert means[""] == pytest.approx(people, abs=0.04)
    assert abs(means["shuffled"]) < 0.08
    assert abs(means["values"]) < 0.1


def test_hesitation_is_the_entropy_of_the_softmax():
    x = np.array([[3.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    found = typical.hesitation(x, 0.7)
    assert found == pytest.approx([entropy(softmax(row, 0.7)) for row in x])


def test_bad_pairs_are_told():
    with pytest.raises(ValueError, match="同じ数"):
        choices.pair_temperature(np.zeros(2), np.zeros(3))


def test_yours_reads_a_temperature():
    lines = yours.graded([7, 5, 3], [8, 4, 2])
    assert lines[0] == "あなたの温度 2.89（選択 14 回）"
    assert "まだ答え" in yours.graded(..., [1])[0]
    with pytest.raises(ValueError, match="好みが 2 個，回数が 3 個"):
        yours.graded([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="好みがすべて同じ"):
        yours.graded([2, 2], [1, 2])
