"""リハーサル：動かないノートブックは，ファイルと行と直し方が分かる形で見つかる。"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as nbf
import pytest

from bookkit.arguments import UsageError
from bookkit.execution import schedule
from bookkit.execution.cache import Cache, CellResult, Entry
from bookkit.execution.outcome import Failure, Outcome
from bookkit.notebooks.rehearsal import run
from bookkit.notebooks.rehearsal.outputs import problem
from bookkit.notebooks.rehearsal.reader import install_lessons
from bookkit.notebooks.rehearsal.run import KEPT, Rehearsal, describe, rehearse

ROOT = Path(__file__).resolve().parents[3]

CODES = {
    "good": "from lessons import figures\nfigures.use_style()\nprint('日本語')",
    "error": "x = 1\nprint(x / 0)",
    "missing-name": "print(features)",
    "repository-file": "open('book/references.bib')",
    "package-file": "import pathlib, lessons\n"
    "open(pathlib.Path(lessons.__file__).parents[2] / 'book/index.md')",
    "empty-folder": "import os\nprint(os.listdir('.'), os.getcwd())",
    "stderr": "import warnings\nwarnings.warn('古い書き方です')",
    "wide": "print('あ' * 40)",
    "not-wide": "print('あ' * 39)",
    "wide-figure": "from IPython.display import SVG\n"
    'SVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="900"/>\')',
    "endless": "while True: pass",
    "where": "import lessons, sys\nassert 'lessons-' in lessons.__file__\n"
    "assert sys.path.index(lessons.__file__.rpartition('/lessons/')[0]) < 3",
}


def write_notebook(path: Path, chapter: str, code: str) -> Path:
    """章 ``chapter`` の 42 行めにセル ``code`` のあるノートブックを書く。"""
    notebook = nbf.new_notebook(
        cells=[
            nbf.new_markdown_cell("# 題", id="text-00"),
            nbf.new_code_cell("print('準備')", id="setup"),
            nbf.new_code_cell(code, id="line-42"),
        ],
        metadata={"bookkit": {"chapter": chapter}},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook), "utf8")
    return path


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """いろいろなノートブックを，まとめて一度だけリハーサルする。"""
    folder = tmp_path_factory.mktemp("notebooks")
    for name, code in CODES.items():
        write_notebook(folder / f"{name}.ipynb", f"book/part/{name}", code)
    made = Rehearsal(ROOT, tmp_path_factory.mktemp("kept"))
    chapters = run.read_notebooks(folder, [])
    made.run([made.state(chapter) for chapter in chapters], timeout=15)
    assert len(made.problems) == len(CODES)
    return made


def entry_of(rehearsed: Rehearsal, name: str) -> Entry | None:
    return next(rehearsed.cache.entries(f"book/part/{name}"), None)


@pytest.mark.parametrize("name", ["good", "empty-folder", "not-wide", "where"])
def test_good_notebook_leaves_a_record(rehearsed: Rehearsal, name: str) -> None:
    assert rehearsed.problems[f"book/part/{name}"] == []
    entry = entry_of(rehearsed, name)
    assert entry is not None
    python = re.escape(sys.version.split()[0])
    assert re.fullmatch(
        rf"20\d\d-\d\d-\d\d・Python {python}・torch [\d.]+・CPU・\d+ 秒",
        describe(entry),
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("error", ["ZeroDivisionError", "print(x / 0)"]),
        ("missing-name", ["NameError", "features"]),
        ("repository-file", ["FileNotFoundError", "book/references.bib"]),
        ("package-file", ["FileNotFoundError", "book/index.md"]),
        ("stderr", ["警告が出ます", "古い書き方です"]),
        ("wide", ["半角 80 字分", "79"]),
        ("wide-figure", ["縮みません", "figures.show"]),
        ("endless", ["15 秒たっても終わりません"]),
    ],
)
def test_bad_notebook_is_named_with_its_line(
    rehearsed: Rehearsal, name: str, words: list[str]
) -> None:
    (found,) = rehearsed.problems[f"book/part/{name}"]
    line = 43 if name in ("error", "package-file") else 42
    assert found.startswith(f"book/part/{name}.md:{line}: ")
    for word in words:
        assert word in found
    assert entry_of(rehearsed, name) is None


def test_lessons_are_installed_like_a_reader_installs_them(tmp_path: Path) -> None:
    """データも入る。置き場所へのリンクではない。"""
    install_lessons(ROOT, tmp_path / "installed")
    installed = tmp_path / "installed" / "lessons"
    source = ROOT / "lessons_src" / "lessons"
    data = {
        p.relative_to(source)
        for p in source.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts and p.name != ".gitkeep"
    }
    made = {p.relative_to(installed) for p in installed.rglob("*") if p.is_file()}
    assert data - made == set()
    assert not list((tmp_path / "installed").glob("*.pth"))


def test_a_broken_package_is_reported(tmp_path: Path) -> None:
    for name in ("README.md", "LICENSE", "pyproject.toml"):
        (tmp_path / name).write_text("[project", "utf8")
    (tmp_path / "lessons_src").mkdir()
    with pytest.raises(RuntimeError, match="lessons を入れられません"):
        install_lessons(tmp_path, tmp_path / "installed")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"output_type": "stream", "name": "stdout", "text": "あ" * 40}, "半角 80 字"),
        ({"output_type": "stream", "name": "stdout", "text": "x" * 79}, ""),
        (
            {"output_type": "stream", "name": "stderr", "text": "注意"},
            "警告が出ます：注意",
        ),
        ({"output_type": "stream", "name": "stdout", "text": "あ" * 50 + "。"}, ""),
        ({"data": {"text/plain": ["a\n", "b" * 80]}}, "半角 80 字"),
        (
            {"data": {"image/svg+xml": '<svg width="9">', "text/plain": "x" * 99}},
            "縮み",
        ),
        ({"data": {"image/svg+xml": ["<svg style=", '"max-width: 100%">']}}, ""),
        ({"data": {"application/papermill.record/text/plain": "x" * 99}}, ""),
    ],
)
def test_outputs_that_trouble_a_phone(output: dict[str, Any], words: str) -> None:
    found = problem(output)
    assert (words in found) if words else (found == "")


@pytest.fixture
def stage_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ノートブックが二つある本。リハーサルは，動かしたことにする。"""
    folder = tmp_path / "_build" / "html" / "notebooks"
    for name in ("part/one", "part/two"):
        write_notebook(folder / f"{name}.ipynb", f"book/{name}", "x = 1")

    def pretend(states: Any, timeout: int, workers: int, say: Any, *rest: Any) -> None:
        on_done, _ = rest
        for state in states:
            name = state.chapter.name
            played.append((name, state.seconds))
            said = {"output_type": "stream", "text": "Python 3・torch 2・CPU"}
            bad = Failure(0, 42, "困る") if name in broken else None
            cells = [CellResult([], 1, 1.0), CellResult([], 2, 1.0)]
            cells.append(CellResult([dict(said)], 3, 3.0))
            report = dict.fromkeys(("cpu_seconds", "memory", "gpu_memory"), 0)
            report |= {"downloads": {}, "hosts": [], "trace": {}}
            on_done(state, Outcome(cells, 5.0, report, failure=bad))

    played.clear()
    broken.clear()
    monkeypatch.setattr(schedule, "run_all", pretend)
    return tmp_path


played: list[tuple[str, float | None]] = []
broken: set[str] = set()


def test_unchanged_notebooks_are_not_played_again(stage_book: Path) -> None:
    said: list[str] = []
    assert rehearse(stage_book, say=said.append) == []
    assert played == [("book/part/one", None), ("book/part/two", None)]
    played.clear()
    assert rehearse(stage_book, say=said.append) == []
    assert played == []
    assert said[-1].startswith("変わりません book/part/two：20")
    assert said[-1].endswith("・Python 3・torch 2・CPU・5 秒")
    assert rehearse(stage_book, ["part/two"], again=True) == []
    assert played == [("book/part/two", 5.0)]


def test_other_code_is_played_again(stage_book: Path) -> None:
    rehearse(stage_book)
    played.clear()
    notebook = stage_book / "_build/html/notebooks/part/one.ipynb"
    write_notebook(notebook, "book/part/one", "x = 2")
    rehearse(stage_book)
    assert [name for name, _ in played] == ["book/part/one"]


def test_other_versions_are_played_again(
    stage_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearse(stage_book)
    played.clear()
    monkeypatch.setattr(run, "pins", lambda root: {"torch": "0.1"})
    rehearse(stage_book)
    assert len(played) == 2


@pytest.mark.parametrize("options", [{"folder": "notebooks"}, {"python": "python3"}])
def test_other_folders_and_pythons_leave_nothing(
    stage_book: Path, options: dict[str, Any]
) -> None:
    if "folder" in options:
        options = {"folder": stage_book / "_build/html/notebooks"}
    assert rehearse(stage_book, **options) == []
    assert len(played) == 2
    assert not (stage_book / "_build" / KEPT).exists()


def test_a_failure_removes_the_old_record(stage_book: Path) -> None:
    rehearse(stage_book)
    broken.add("book/part/one")
    assert rehearse(stage_book, again=True) == ["book/part/one.md:42: 困る"]
    kept = Cache(stage_book / "_build" / KEPT)
    assert [*kept.entries("book/part/one")] == []
    assert len([*kept.entries("book/part/two")]) == 1
    played.clear()
    rehearse(stage_book)
    assert played == [("book/part/one", None)]


def test_unknown_chapter_is_named(stage_book: Path) -> None:
    with pytest.raises(UsageError, match=r"part/x.*ある章: part/one，part/two"):
        rehearse(stage_book, ["part/x"])
    with pytest.raises(UsageError, match="make book"):
        rehearse(stage_book / "nowhere")
