"""頁が文で述べる判定と大小は，記録のとおりか。"""

import pytest

from lessons.effects.record import named

STATED = {
    "構造": ("carry_errors", "carry_readout"),
    "向きだけ": ("carry_errors_matched", "carry_push"),
}


@pytest.mark.parametrize("word", STATED)
def test_page_states_the_recorded_verdicts(word: str) -> None:
    assert {one.word for one in named(*STATED[word])} == {word}


def test_the_raw_index_is_like_people_but_xor_shows_it_too() -> None:
    (raw,) = named("carry_errors")
    assert raw.verdict is not None
    assert raw.verdict.ratio[0] == pytest.approx(1, abs=0.1)
    assert raw.verdict.passing == ("xor",)


def test_matching_the_columns_leaves_xor_behind() -> None:
    (matched,) = named("carry_errors_matched")
    assert matched.verdict is not None
    assert matched.verdict.passing == ()
    assert matched.verdict.robust == 1
    assert matched.verdict.model.low > 3 * matched.verdict.controls["xor"].mean


def test_untrained_networks_are_readable_but_cannot_be_pushed() -> None:
    readout, push = named("carry_readout", "carry_push")
    assert readout.verdict is not None
    assert readout.verdict.passing == ("untrained",)
    assert push.verdict is not None
    assert push.verdict.passing == ()
    assert push.verdict.controls["untrained"].high < 0.01


def test_the_size_of_the_raw_index_depends_on_where_learning_stops() -> None:
    """「人とそっくり」な値は，止める所と，隠れ状態の数で大きく変わる。"""
    (raw,) = named("carry_errors")
    by_goal = {
        goal: [
            cell["mean"]
            for cell in raw.record["grid"]
            if cell["parameters"]["goal"] == goal
        ]
        for goal in (0.85, 0.9, 0.95)
    }
    early, middle, late = (sum(cells) / len(cells) for cells in by_goal.values())
    assert early < 0.65 < middle < late
    assert late > 0.9
    small = [
        cell["mean"]
        for cell in raw.record["grid"]
        if cell["parameters"]["goal"] == 0.9 and cell["parameters"]["hidden"] == 6
    ]
    assert min(small) > 0.95  # 0.9 で止めても，6 個なら人の 0.81 より大きい
