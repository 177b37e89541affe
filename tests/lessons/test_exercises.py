"""すべての章の練習：正解は通り，白紙は通らず，よくある間違いにはヒントが出る。"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.exercises import all_exercises, judge, rooms

EXERCISES = sorted(all_exercises().items())
PAGES = sorted((Path(__file__).parents[2] / "book").glob("*/*.md"))
CHECK = re.compile(r"^check\(\s*[\"'](.+?)[\"']", re.MULTILINE)
LABEL = re.compile(r"^[:`]{3,}\{exercise\}.*\n:label: *(\S+)$", re.MULTILINE)


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_asks_every_exercise_of_its_room(page: Path) -> None:
    """頁の ``check`` と部屋の練習は，過不足なく対になり，名札も同じ名前を持つ。"""
    text = page.read_text("utf8")
    asked = CHECK.findall(text)
    assert asked
    assert rooms()[page.stem] == f"lessons.{page.parent.name}.{page.stem}"
    mine = [name for name, _ in EXERCISES if name.partition("/")[0] == page.stem]
    assert sorted(asked) == mine
    labels = ["exercise-" + re.sub("[/_]", "-", name) for name in asked]
    assert LABEL.findall(text) == labels


def test_every_room_with_exercises_has_a_page() -> None:
    assert rooms().keys() == {page.stem for page in PAGES}


def test_check_loads_only_the_room_that_is_asked() -> None:
    code = (
        "import sys; from lessons.exercises import judge; judge('softmax/level', 1);"
        "print(sorted(n for n in sys.modules if n.endswith('.exercises')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == (
        "['lessons.basics.softmax.exercises', 'lessons.exercises']"
    ), done.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("softmacs/level", "章 'softmacs' .*もしかして: softmax"),
        ("softmax/levle", "練習 'softmax/levle' .*もしかして: softmax/level"),
        ("nothing/here", "章 'nothing' に練習がありません.*章/練習"),
        ("../softmax", "章 '..' に練習がありません"),
        ("", "章 '' に練習がありません"),
    ],
)
def test_unknown_exercise_names_the_near_ones(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        judge(name, 1)
