"""鍵：何が変われば実行し直すか。なぜかを言えるか。"""

from __future__ import annotations

import json
import re

import pytest

from bookkit.book import Book
from bookkit.execution.closure import Library, facts
from bookkit.execution.machine import Machine, look

# 章のコード，モジュールの中身，章がたどり着くはずのモジュール
IMPORTS = {
    "import": "import lessons.a.x",
    "import-as": "import lessons.a.x as x",
    "from": "from lessons.a.x import f",
    "from-as": "from lessons.a.x import f as g, h",
    "module-as": "from lessons.a import x as y",
    "several-lines": "from lessons.a import (\n    x,\n    y as z,\n)",
    "inside-function": "def f():\n    from lessons.a import x",
    "inside-try": "try:\n    import lessons.a.x\nexcept ImportError:\n    pass",
    "import_module": "import importlib\nimportlib.import_module('lessons.a.x')",
    "star": "from lessons.a import *",
    "with-magic": "%matplotlib inline\n!ls\nfrom lessons.a import x",
    "not-python": "これは Python ではない ((",
}


@pytest.mark.parametrize("code", IMPORTS.values(), ids=IMPORTS.keys())
def test_module_is_found_however_it_is_imported(project, code):
    module = project.module("lessons/a/x.py", "")
    project.module("lessons/a/y.py", "")
    found = Library(project.root / "lessons_src").closure([code])
    assert found["lessons.a.x"] == module
    assert {"lessons", "lessons.a"} <= found.keys()  # 途中のパッケージも


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("lessons/a/x.py", "from . import y"),
        ("lessons/a/x.py", "from .y import f as g"),
        ("lessons/a/x.py", "from ..a import y"),
        ("lessons/a/x.py", "from ..a.y import f"),
        ("lessons/a/x.py", "def f():\n    from .y import g"),
        ("lessons/a/__init__.py", "from .y import f"),
        ("lessons/a/__init__.py", "from . import y as z"),
        ("lessons/__init__.py", "from .a.y import f"),
        ("lessons/__init__.py", "import lessons.a.y"),
    ],
)
def test_imports_of_modules_are_followed(project, where, code):
    project.module("lessons/a/x.py", "")
    module = project.module("lessons/a/y.py", "")
    project.module("lessons/other.py", "")
    project.module(where, code)
    found = Library(project.root / "lessons_src").closure(["from lessons.a import x"])
    assert found["lessons.a.y"] == module
    assert "lessons.other" not in found


def test_cycles_end_and_other_packages_are_ignored(project):
    project.module("lessons/a/x.py", "import numpy\nfrom lessons.a import y")
    project.module("lessons/a/y.py", "from lessons.a import x\nimport lessons2.z")
    found = Library(project.root / "lessons_src").closure(["import lessons.a.x, os"])
    assert list(found) == ["lessons", "lessons.a", "lessons.a.x", "lessons.a.y"]


def test_facts_hold_strings():
    assert "cam_small" in facts("load('cam_small')", "").strings


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


def test_pins_and_device_are_part_of_the_key(ran, monkeypatch):
    book = ran.book()
    (one, _) = Book(ran.root).chapters
    pins = {**book.machine.pins, "ipykernel": "0.1"}
    book.machine = Machine("cpu", pins=pins)
    (reason,) = book.state(one).reasons
    assert reason.startswith("ipykernel の版が変わりました（")
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


# 実行してはじめて分かるもの


def test_dynamically_imported_module_is_remembered(project):
    project.module(
        "lessons/exercises/__init__.py",
        "import importlib\n"
        "def check(name): print(importlib.import_module(f'{__name__}.{name}').X)\n",
    )
    mine = project.module("lessons/exercises/one.py", "X = 1\n")
    other = project.module("lessons/exercises/other.py", "X = 2\n")
    project.chapter("one", "from lessons.exercises import check\ncheck('one')")
    project.results()
    other.write_text("X = 22\n")
    assert project.reasons("one") == []
    mine.write_text("X = 11\n")
    assert project.reasons("one") == ["lessons/exercises/one.py が変わりました"]
    project.results()
    assert project.reasons("one") == []


def test_data_files_that_were_read_are_remembered(project):
    project.module(
        "lessons/a/x.py",
        "from pathlib import Path\nHERE = Path(__file__).parent\n"
        "def load(name): return (HERE / name).read_text()\n"
        "def every(): return sorted(p.name for p in HERE.glob('*.txt'))\n",
    )
    used = project.write("lessons_src/lessons/a/used.txt", "1")
    other = project.write("lessons_src/lessons/a/other.txt", "2")
    project.chapter("reads", "from lessons.a.x import load\nprint(load('used.txt'))")
    project.chapter("lists", "from lessons.a.x import every\nprint(every())")
    project.results()
    other.write_text("22")
    assert project.reasons("reads") == []
    project.write("lessons_src/lessons/a/new.txt", "3")
    assert project.reasons("reads") == []
    (reason,) = project.reasons("lists")
    assert reason == "lessons/a の中のファイルが増えたか，なくなりました"
    used.write_text("11")
    assert project.reasons("reads") == ["lessons/a/used.txt が変わりました"]
    used.unlink()
    assert project.reasons("reads") == ["lessons/a/used.txt を使わなくなりました"]


def test_part_edited_while_running_is_not_kept(project):
    module = project.module("lessons/a/x.py", "VALUE = 1\n")
    project.chapter(
        "one",
        "from lessons.a.x import VALUE\nimport pathlib\n"
        f"pathlib.Path({str(module)!r}).write_text('VALUE = 2\\n')\nprint(VALUE)",
    )
    result = project.results()["one"]
    assert result.cells[0].outputs[0]["text"] == "1\n"
    assert any("実行中に部品が変わった" in line for line in project.said)
    assert project.reasons("one") != []


# 重み


@pytest.fixture
def weighted(project):
    project.module("lessons/weights/__init__.py", "def load(name): print(name)\n")
    write_digests(project, lite0="a" * 64, nanodet="b" * 64)
    project.chapter("uses", "from lessons.weights import load\nload('lite0')")
    project.chapter("none", "print('lite0')")
    project.module("lessons/a/small.py", "FILE = 'small.safetensors'\n")
    project.write("lessons_src/lessons/a/small.safetensors", "1")
    project.chapter("trained", "from lessons.a.small import FILE")
    project.results()
    return project


def write_digests(project, **digests):
    table = {name: {"sha256": value, "bytes": 1} for name, value in digests.items()}
    project.write("lessons_src/lessons/weights/digests.json", json.dumps(table))


def test_changed_weights_rerun_the_chapters_that_name_them(weighted):
    write_digests(weighted, lite0="c" * 64, nanodet="b" * 64)
    assert weighted.reasons("uses") == ["重み lite0 が変わりました"]
    assert weighted.reasons("none") == []
    assert weighted.reasons("trained") == []


def test_other_weights_rerun_nothing(weighted):
    write_digests(weighted, lite0="a" * 64, nanodet="c" * 64, new="d" * 64)
    assert weighted.reasons("uses") == []


def test_trained_parameters_in_the_package(weighted):
    weighted.write("lessons_src/lessons/a/small.safetensors", "2")
    (reason,) = weighted.reasons("trained")
    assert reason == "重み lessons/a/small.safetensors が変わりました"
    assert weighted.reasons("uses") == []


def test_weights_of_unknown_name_depend_on_all(project):
    project.module("lessons/weights/__init__.py", "def load(name): print(name)\n")
    write_digests(project, lite0="a" * 64, nanodet="b" * 64)
    project.chapter("one", "from lessons.weights import load\nload('lite' + str(0))")
    project.results()
    write_digests(project, lite0="a" * 64, nanodet="c" * 64)
    assert project.reasons("one") == ["重み nanodet が変わりました"]


def test_registry_that_names_every_weight_is_not_a_use(project):
    project.module("lessons/weights/__init__.py", "NAMES = ['lite0', 'nanodet']\n")
    write_digests(project, lite0="a" * 64, nanodet="b" * 64)
    project.chapter("one", "import lessons.weights\nprint('lite0')")
    project.results()
    write_digests(project, lite0="a" * 64, nanodet="c" * 64)
    assert project.reasons("one") == []
