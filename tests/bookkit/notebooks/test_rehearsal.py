"""リハーサル：動かないノートブックは，ファイルと行と直し方が分かる形で見つかる。"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as nbf
import pytest

from bookkit.execution.closure import Library
from bookkit.execution.keys import Observed
from bookkit.notebooks.rehearsal import book, guard
from bookkit.notebooks.rehearsal.outputs import problem
from bookkit.notebooks.rehearsal.reader import install_lessons
from bookkit.notebooks.rehearsal.record import Record, load, save
from bookkit.notebooks.rehearsal.run import Notebook, Rehearsed, rehearse

ROOT = Path(__file__).resolve().parents[3]

CODES = {
    "good": "from lessons import figures\nfigures.use_style()\nprint('日本語')",
    "error": "x = 1\nprint(x / 0)",
    "missing-name": "print(features)",
    "repository-file": f"open({str(ROOT / 'pyproject.toml')!r})",
    "repository-folder": f"import os\nos.listdir({str(ROOT / 'book')!r})",
    "empty-folder": "import os\nprint(os.listdir('.'), os.getcwd())",
    "stderr": "import warnings\nwarnings.warn('古い書き方です')",
    "wide": "print('あ' * 40)",
    "not-wide": "print('あ' * 39)",
    "wide-figure": "from IPython.display import SVG\n"
    'SVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="900"/>\')',
    "endless": "while True: pass",
    "where": "import lessons, sys\nassert 'lessons-' in lessons.__file__\n"
    f"assert not [p for p in sys.path if p.startswith({str(ROOT / 'lessons_src')!r})]",
}


def write_notebook(path: Path, chapter: str, code: str) -> Path:
    """章 ``chapter`` の 42 行めにセル ``code`` のあるノートブックを書く。"""
    notebook = nbf.new_notebook(
        cells=[
            nbf.new_markdown_cell("# 題", id="text-00"),
            nbf.new_code_cell("print('準備')", id="setup"),
            nbf.new_code_cell(code, id="line-42"),
        ],
        metadata={"bookkit": {"chapter": chapter, "code": f"code of {chapter}"}},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook), "utf8")
    return path


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rehearsed]:
    """いろいろなノートブックを，まとめて一度だけリハーサルする。"""
    folder = tmp_path_factory.mktemp("notebooks")
    notebooks = [
        Notebook.read(
            write_notebook(folder / f"{name}.ipynb", f"book/part/{name}", code)
        )
        for name, code in CODES.items()
    ]
    done: list[str] = []
    found = rehearse(
        ROOT,
        [(notebook, None) for notebook in notebooks],
        timeout=15,
        done=lambda one: done.append(one.chapter),
    )
    assert sorted(done) == sorted(one.chapter for one in found)
    return dict(zip(CODES, found, strict=True))


@pytest.mark.parametrize("name", ["good", "empty-folder", "not-wide", "where"])
def test_good_notebook_leaves_a_record(
    rehearsed: dict[str, Rehearsed], name: str
) -> None:
    one = rehearsed[name]
    assert one.problems == []
    assert one.record is not None
    assert one.record.code == f"code of book/part/{name}"
    assert one.record.python == sys.version.split()[0]
    assert one.record.device == "CPU"
    assert one.record.seconds > 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("error", ["ZeroDivisionError", "print(x / 0)"]),
        ("missing-name", ["NameError", "features"]),
        ("repository-file", ["PermissionError", "pyproject.toml", "lessons"]),
        ("repository-folder", ["PermissionError", "lessons の関数から"]),
        ("stderr", ["警告が出ます", "古い書き方です"]),
        ("wide", ["半角 80 字分", "79"]),
        ("wide-figure", ["縮みません", "figures.show"]),
        ("endless", ["15 秒たっても終わりません"]),
    ],
)
def test_bad_notebook_is_named_with_its_line(
    rehearsed: dict[str, Rehearsed], name: str, words: list[str]
) -> None:
    (found,) = rehearsed[name].problems
    line = 43 if name in ("error", "repository-folder") else 42
    assert found.startswith(f"book/part/{name}.md:{line}: ")
    for word in words:
        assert word in found
    assert rehearsed[name].record is None


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
    ("path", "forbidden"),
    [
        ("/repo/book/x.md", True),
        (b"/repo/book/x.md", True),
        (Path("/repo"), True),
        ("/repo/../repo/x", True),
        ("/repository/x", False),
        ("/repo/.venv/lib/x.py", False),
        ("/tmp/x", False),
        (3, False),
        (None, False),
    ],
)
def test_guard_knows_the_repository(path: object, forbidden: bool) -> None:
    assert guard.is_forbidden(path, "/repo", ("/repo/.venv",)) == forbidden


USED = Observed(files={"lessons/a.py": "0" * 64})
RECORD = Record("abc", "2026-11-24", "3.11.7", "2.14.1", "CPU", 11.6, "p", USED)


def test_record_reads_as_a_sentence() -> None:
    assert str(RECORD) == "2026-11-24・Python 3.11.7・torch 2.14.1・CPU・12 秒"


def test_records_survive_a_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "_build" / "x.json"
    records = {"book/b": RECORD, "book/a": RECORD}
    save(path, records)
    assert load(path) == records


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": {"x": 1}}'])
def test_a_broken_record_is_no_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, "utf8")
    assert load(path) == {}
    assert load(tmp_path / "missing.json") == {}


def test_record_is_true_only_of_the_same_code_and_parts(tmp_path: Path) -> None:
    module = tmp_path / "lessons" / "a.py"
    module.parent.mkdir()
    module.write_text("x = 1\n", "utf8")
    library = Library(tmp_path)
    used = Observed.of(library, ["lessons/a.py"], [])
    one = Record("abc", "2026-11-24", "3.11.7", "2.14.1", "CPU", 1.0, "p", used)
    assert one.is_true_of("abc", library)
    assert not one.is_true_of("abd", library)
    module.write_text("x = 22\n", "utf8")
    assert not one.is_true_of("abc", library)


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

    def pretend(
        root: Path,
        notebooks: list[tuple[Notebook, float | None]],
        *,
        done: Callable[[Rehearsed], None],
        **rest: object,
    ) -> list[Rehearsed]:
        found = []
        for notebook, expected in notebooks:
            name = notebook.chapter.name
            played.append((name, expected))
            here = book.packages(root)
            one = Record(notebook.code, "2026-11-24", "3", "2", "CPU", 5.0, here)
            bad = name in broken
            found.append(Rehearsed(name, ["困る"] * bad, None if bad else one))
            done(found[-1])
        return found

    played.clear()
    broken.clear()
    monkeypatch.setattr(book, "rehearse", pretend)
    return tmp_path


played: list[tuple[str, float | None]] = []
broken: set[str] = set()


def test_unchanged_notebooks_are_not_played_again(stage_book: Path) -> None:
    said: list[str] = []
    assert book.rehearse_book(stage_book, say=said.append) == []
    assert played == [("book/part/one", None), ("book/part/two", None)]
    played.clear()
    assert book.rehearse_book(stage_book, say=said.append) == []
    assert played == []
    assert said[-1].startswith("変わりません book/part/two：2026-11-24")
    assert book.rehearse_book(stage_book, ["part/two"], again=True) == []
    assert played == [("book/part/two", 5.0)]


def test_other_versions_are_played_again(
    stage_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.rehearse_book(stage_book)
    played.clear()
    monkeypatch.setattr(book, "packages", lambda root: "another")
    book.rehearse_book(stage_book)
    assert len(played) == 2


def test_a_failure_removes_the_old_record(stage_book: Path) -> None:
    book.rehearse_book(stage_book)
    broken.add("book/part/one")
    assert book.rehearse_book(stage_book, again=True) == ["困る"]
    records = load(stage_book / "_build" / ".rehearsal.json")
    assert list(records) == ["book/part/two"]
    played.clear()
    book.rehearse_book(stage_book)
    assert played == [("book/part/one", None)]


def test_unknown_chapter_is_named(stage_book: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"part/x.*ある章: part/one，part/two"):
        book.rehearse_book(stage_book, ["part/x"])
    with pytest.raises(FileNotFoundError, match="make book"):
        book.rehearse_book(stage_book / "nowhere")
