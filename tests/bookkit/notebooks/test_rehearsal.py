"""リハーサル：動かないノートブックは，ファイルと行と直し方が分かる形で見つかる。"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import nbformat.v4 as nbf
import pytest

from bookkit.notebooks import guard
from bookkit.notebooks.record import Record, load, save
from bookkit.notebooks.rehearsal import Outcome, install_parts, rehearse

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
    "where": "import lessons, sys\nassert 'rehearsal-' in lessons.__file__\n"
    f"assert not [p for p in sys.path if p.startswith({str(ROOT / 'lessons_src')!r})]",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """いろいろなノートブックを，まとめて一度だけリハーサルする。"""
    folder = tmp_path_factory.mktemp("notebooks")
    paths = []
    for name, code in CODES.items():
        about = {"chapter": f"book/part/{name}", "code": f"code of {name}"}
        notebook = nbf.new_notebook(
            cells=[
                nbf.new_markdown_cell("# 題", id="text-00"),
                nbf.new_code_cell("print('準備')", id="setup"),
                nbf.new_code_cell(code, id="line-42"),
            ],
            metadata={"bookkit": about},
        )
        paths.append(folder / f"{name}.ipynb")
        paths[-1].write_text(nbformat.writes(notebook), "utf8")
    reported: list[str] = []
    found = rehearse(
        ROOT, paths, jobs=2, timeout=15, report=lambda one: reported.append(one.chapter)
    )
    assert sorted(reported) == sorted(one.chapter for one in found)
    return dict(zip(CODES, found, strict=True))


@pytest.mark.parametrize("name", ["good", "empty-folder", "not-wide", "where"])
def test_good_notebook_leaves_a_record(outcomes: dict[str, Outcome], name: str) -> None:
    outcome = outcomes[name]
    assert outcome.problems == []
    assert outcome.record is not None
    assert outcome.record.code == f"code of {name}"
    assert outcome.record.python == sys.version.split()[0]
    assert outcome.record.device == "CPU"
    assert outcome.record.seconds > 0


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
        ("endless", ["15 秒で終わりません"]),
    ],
)
def test_bad_notebook_is_named_with_its_line(
    outcomes: dict[str, Outcome], name: str, words: list[str]
) -> None:
    (problem,) = outcomes[name].problems
    assert problem.startswith(f"book/part/{name}.md:42: ")
    for word in words:
        assert word in problem
    assert outcomes[name].record is None


def test_parts_are_installed_like_a_reader_installs_them(tmp_path: Path) -> None:
    """データも入る。置き場所へのリンクではない。"""
    install_parts(ROOT, tmp_path / "parts")
    installed = tmp_path / "parts" / "lessons"
    source = ROOT / "lessons_src" / "lessons"
    data = {
        p.relative_to(source)
        for p in source.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts and p.name != ".gitkeep"
    }
    made = {p.relative_to(installed) for p in installed.rglob("*") if p.is_file()}
    assert data - made == set()
    assert not list((tmp_path / "parts").glob("*.pth"))


def test_a_broken_package_is_reported(tmp_path: Path) -> None:
    for name in ("README.md", "LICENSE", "pyproject.toml"):
        (tmp_path / name).write_text("[project", "utf8")
    (tmp_path / "lessons_src").mkdir()
    with pytest.raises(RuntimeError, match="部品を入れられません"):
        install_parts(tmp_path, tmp_path / "parts")


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


RECORD = Record("abc", "2026-11-24", "3.11.7", "2.14.1", "CPU", 11.6)


def test_record_reads_as_a_sentence() -> None:
    assert str(RECORD) == "2026-11-24・Python 3.11.7・torch 2.14.1・CPU・12 秒"


def test_records_survive_a_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "_build" / "x.json"
    records = {"book/b": RECORD, "book/a": RECORD.made_with("p")}
    save(path, records)
    assert load(path) == records


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": {"x": 1}}'])
def test_a_broken_record_is_no_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, "utf8")
    assert load(path) == {}
    assert load(tmp_path / "missing.json") == {}
