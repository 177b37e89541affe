"""正しさが先：どんな順に書き換えても，残した結果は，初めから動かした結果と同じ。"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.execution import schedule
from bookkit.execution.book import Runner
from bookkit.execution.machine import Machine

from .conftest import Project, text_of
from .fast import Fast, runner

SEQUENCES = 42

CHAPTERS = {
    "calls": ["from lessons import a\nprint(a.f())", "print(a.g(2))"],
    "reads": ["from lessons.data import load", "print(load('x.txt'))"],
    "lists": ["from lessons.data import names\nprint(names())"],
    "tries": [
        "try:\n    from lessons.extra import VALUE\nexcept ImportError:\n    VALUE = None\n"
        "print(VALUE)"
    ],
    "looks": [
        "from lessons.data import HERE\n"
        "print([(HERE / n).exists() for n in ('x.txt', 'y.txt', 'z')])"
    ],
    "asks": [
        "import lessons.b, os\nprint(os.path.basename(lessons.b.__file__), lessons.b.V)"
    ],
}
FILES = {
    "a.py": "from lessons.b import V\ndef f():\n    return V\ndef g(x):\n    return x * 10\n",
    "b.py": "V = 1\n",
    "data.py": "from pathlib import Path\nHERE = Path(__file__).parent / 'files'\n"
    "def load(name):\n    return (HERE / name).read_text()\n"
    "def names():\n    return sorted(p.name for p in HERE.iterdir())\n",
    "unused.py": "X = 1\n",
    "files/x.txt": "x1",
    "files/y.txt": "y1",
}
NAMES = [*FILES, "extra.py", "extra/__init__.py", "b/__init__.py", "files/z", "c.py"]
CODE = [name for name in NAMES if name.endswith(".py")]
BODIES = [
    "V = VALUE = 1\n",
    "V = VALUE = 2\n",
    "from lessons.a import g\nV = VALUE = 3\n",
    "1 +",
]

EDIT = st.one_of(
    st.tuples(st.just("comment"), st.sampled_from(CODE), st.integers(0, 9)),
    st.tuples(st.just("docstring"), st.sampled_from(CODE), st.integers(0, 9)),
    st.tuples(st.just("body"), st.sampled_from(CODE), st.sampled_from(BODIES)),
    st.tuples(st.just("number"), st.sampled_from(NAMES), st.integers(0, 9)),
    st.tuples(
        st.just("data"), st.sampled_from(NAMES[-6:]), st.sampled_from(["1", "22"])
    ),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("revert"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("text"), st.sampled_from([*CHAPTERS]), st.integers(0, 9)),
    st.tuples(st.just("cell"), st.sampled_from([*CHAPTERS]), st.integers(0, 1)),
)


@pytest.fixture(scope="module")
def fast() -> Iterator[Fast]:
    with runner() as made:
        yield made


def place(root: Path, name: str) -> Path:
    return root / "lessons_src/lessons" / name


def parses(path: Path) -> bool:
    """コードとして読めるファイルか（読めなければ，注釈だけを除くこともできない）。"""
    try:
        ast.parse(path.read_text("utf8") if path.is_file() else "")
    except SyntaxError:
        return False
    return True


def write(root: Path, name: str, text: str) -> None:
    """ファイルを書く。同じ名前のフォルダーやファイルが邪魔なら，先に消す。"""
    path = place(root, name)
    for folder in [path, *path.parents][:2]:
        if folder.is_file() and folder != path:
            folder.unlink()
    if path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf8")


def edit(project: Project, what: str, name: str, value: object) -> None:
    """書き換えを一つ行う。"""
    root, path = project.root, place(project.root, name)
    old = path.read_text("utf8") if path.is_file() else None
    if what == "text":
        project.chapter(name, *CHAPTERS[name], text=f"文章 {value}")
    elif what == "cell":
        project.chapter(name, *CHAPTERS[name], *[f"print({value})"])
    elif what in ("body", "data"):
        write(root, name, str(value))
    elif what == "revert":
        if name in FILES:
            write(root, name, FILES[name])
    elif old is None:
        return
    elif what == "comment":
        write(root, name, f"{old.rstrip()}\n# 注釈 {value}\n")
    elif what == "docstring":
        write(root, name, f'"""説明 {value}"""\n{old}' if old[:3] != '"""' else old)
    elif what == "number":
        write(root, name, old.replace("1", str(value)))
    elif what == "delete":
        path.unlink()
    elif what == "rename":
        path.unlink()
        write(root, str(value), old)


@pytest.fixture
def ran() -> dict[str, int]:
    """実行した回数と，残した結果を使った回数。"""
    return {"ran": 0, "kept": 0, "sequences": 0}


def test_kept_results_equal_a_cold_run(tmp_path_factory, fast, ran) -> None:
    @settings(
        max_examples=SEQUENCES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(edits=st.lists(EDIT, min_size=2, max_size=3))
    def check(edits: list[tuple[str, str, object]]) -> None:
        project = Project(tmp_path_factory.mktemp("book"))
        project.write("book/index.md", "# 表紙\n")
        project.module("lessons/__init__.py", "")
        for name, text in FILES.items():
            write(project.root, name, text)
        for name, cells in CHAPTERS.items():
            project.chapter(name, *cells)
        chapters = Book(project.root).chapters
        results(project, chapters)
        for one in edits:
            harmless = one[0] == "text" or (
                one[0] in ("comment", "docstring")
                and parses(place(project.root, one[1]))
            )
            edit(project, *one)
            if one[0] in ("text", "cell"):
                chapters = Book(project.root).chapters
            shown = results(project, chapters)
            fresh = project.ran()
            assert not (harmless and fresh), one
            for chapter in chapters:
                if chapter.name not in fresh:
                    cold = fast.run(project.root, chapter)["outputs"]
                    assert shown[chapter.name] == "".join(cold), (one, chapter.name)
            ran["ran"] += len(fresh)
            ran["kept"] += len(shown) - len(fresh)
        ran["sequences"] += 1

    def results(project: Project, chapters: list[Chapter]) -> dict[str, str]:
        project.said.clear()
        book = Runner(project.root, Machine(), project.said.append)
        found = book.results(chapters)
        return {name: text_of(result) for name, result in found.items()}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "run_all", fast.run_all)
        check()
    assert ran["sequences"] >= 40
    assert ran["kept"] > ran["ran"] > 40  # どちらも，たくさん試した
