"""鍵：何が変われば実行し直すか。なぜかを言えるか。"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bookkit.book import Book
from bookkit.execution.machine import look

USES = "from lessons.a.x import f\nf()"


@pytest.fixture
def ran(project):
    """章 one（lessons.a.x を使う）と two（使わない）を実行した本。"""
    project.module("lessons/a/x.py", "from lessons.a.deep import g\ndef f(): g()\n")
    project.module("lessons/a/deep.py", "def g(): print('深い所')\n")
    project.chapter("one", USES, "print(2)", text="本文")
    project.chapter("two", "print('別の章')")
    project.results()
    assert project.ran() == {"one", "two"}
    return project


def test_nothing_changed_runs_nothing(ran):
    ran.results()
    assert ran.ran() == set()
    assert ran.reasons("one") == []


def test_text_and_captions_and_cosmetic_tags_run_nothing(ran):
    ran.chapter(
        "one",
        ":tags: [hide-input, remove-output]\n\n" + USES,
        "---\nmystnb:\n  figure: {caption: 新しい説明}\n"
        "  image: {alt: 新しい代替文}\n---\nprint(2)",
        text="新しい本文",
    )
    ran.results()
    assert ran.ran() == set()


def change_cell(project):
    project.chapter("one", USES, "print(3)")
    return r"2 番めのセル（\d+ 行）が変わりました"


def add_cell(project):
    project.chapter("one", USES, "print(2)", "print(3)")
    return r"コードのセルの数が変わりました（2 → 3）"


def tag_cell(project):
    project.chapter("one", USES, ":tags: [raises-exception]\n\nprint(2)")
    return r"2 番めのセル（\d+ 行）の札が変わりました"


def swap_cells(project):
    project.chapter("one", "print(2)", USES)
    return r"1 番めのセル（\d+ 行）が変わりました"


def change_module(project):
    project.module("lessons/a/x.py", "def f(): print('変えた')\n")
    return "lessons/a/x.py が変わりました"


def change_deep_module(project):
    project.module("lessons/a/deep.py", "def g(): print('変えた')\n")
    return "lessons/a/deep.py が変わりました"


def change_package(project):
    project.module("lessons/a/__init__.py", "VALUE = 1\n")
    return "lessons/a/__init__.py が変わりました"


CHANGES = [
    change_cell,
    add_cell,
    tag_cell,
    swap_cells,
    change_module,
    change_deep_module,
    change_package,
]


@pytest.mark.parametrize("change", CHANGES)
def test_change_reruns_just_its_chapter_and_says_why(ran, change):
    expected = change(ran)
    (reason, *_) = ran.reasons("one")
    assert re.fullmatch(expected, reason)
    assert ran.reasons("two") == []
    ran.results()
    assert ran.ran() == {"one"}
    assert ran.reasons("one") == []


def test_going_back_finds_the_old_result(ran):
    old = (ran.root / "lessons_src/lessons/a/x.py").read_text("utf8")
    change_module(ran)
    ran.results()
    ran.module("lessons/a/x.py", old)
    ran.results()
    assert ran.ran() == set()


def test_pins_and_device_and_cpu_are_part_of_the_key(ran, monkeypatch):
    book = ran.book()
    (one, _) = Book(ran.root).chapters
    pins = {**book.machine.pins, "ipykernel": "0.1"}
    here = book.machine
    book.machine = replace(here, pins=pins)
    (reason,) = book.state(one).reasons
    assert reason.startswith("ipykernel の版が変わりました（")
    book.machine = replace(here, cpu="ほかの CPU")
    assert book.state(one).reasons == [
        "CPU の型が変わりました（にせの CPU → ほかの CPU）"
    ]
    monkeypatch.setenv("LESSONS_DEVICE", "cuda")
    assert ran.reasons("one") == ["装置が変わりました（cpu → cuda）"]


def test_pins_come_from_the_project_file(project):
    project.write(
        "pyproject.toml",
        '[project]\nname = "x"\ndependencies = ["numpy>=1", "no-such-package [a] ~= 2"]\n',
    )
    pins = look(project.root).pins
    assert pins["numpy"][0].isdigit()
    assert pins["no-such-package"] == "なし"
    assert pins["python"].count(".") == 1


def test_wrong_device_name_is_one_sentence(project, monkeypatch):
    monkeypatch.setenv("LESSONS_DEVICE", "gpu")
    project.module("lessons/runtime.py", "raise ValueError('gpu は使えません')\n")
    project.chapter("one", "print(1)")
    done = project.build()
    assert done.returncode != 0
    assert "装置を調べられません" in done.stderr
    assert "gpu は使えません" in done.stderr
