"""すべての章の練習：正解は通り，白紙は通らず，よくある間違いにはヒントが出る。"""

import pytest

from lessons.exercises import all_exercises, judge

EXERCISES = sorted(all_exercises().items())


@pytest.mark.parametrize(("name", "exercise"), EXERCISES)
def test_solution_passes(name, exercise):
    passed, message = judge(name, exercise.solution)
    assert passed, message
    assert message.startswith("正解です。")


@pytest.mark.parametrize(("name", "exercise"), EXERCISES)
def test_blank_fails(name, exercise):
    passed, message = judge(name, ...)
    assert not passed
    assert "まだ答えが入っていません" in message


@pytest.mark.parametrize(("name", "exercise"), EXERCISES)
def test_known_wrong_answer_gets_its_hint(name, exercise):
    assert exercise.known_wrong, f"{name} に，よくある間違いの例がありません"
    for wrong, expected in exercise.known_wrong:
        passed, message = judge(name, wrong)
        assert not passed
        assert message.startswith("ヒント")
        assert expected in message


def test_unknown_exercise_names_the_valid_ones():
    with pytest.raises(ValueError, match="章"):
        judge("nothing/here", 1)
