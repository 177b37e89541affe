"""``python -m bookkit`` の命令。"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bookkit.cli import COMMANDS, main
from bookkit.lint import check_book
from bookkit.new import add_to_toc

from .conftest import change

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "lessons_src"
JAPANESE = re.compile("[ぁ-ん]")


@pytest.fixture
def inside(book: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """小さな本のフォルダーの中で命令を動かす。"""
    monkeypatch.chdir(book)
    return book


def test_usage_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in COMMANDS)
    assert main(["--help"]) == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_japanese_help(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"bookkit {name}" in said
    assert JAPANESE.search(said)


def test_readme_names_only_real_commands() -> None:
    for file in ("README.md", "CONTRIBUTING.md", "Makefile"):
        text = (ROOT / file).read_text("utf8")
        named = set(re.findall(r"-m bookkit ([a-z]+)", text))
        assert named <= set(COMMANDS), file


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], "'check' ですか"),
        (["new"], "部/名前, 題名 が要ります"),
        (["new", "attention/example"], "題名 が要ります"),
        (["new", "attention/example"], '例: python -m bookkit new attention/example "'),
        (["new", "nowhere/example", "題"], "部: basics"),
        (["new", "attention/Example", "題"], "英小文字"),
        (["new", "example", "題"], "「部/名前」"),
        (["new", "attention/../x", "題"], "「部/名前」"),
        (["new", "attention/class", "題"], "予約語"),
        (["new", "attention/example", " "], "題名"),
        (["new", "attention/example", "題", "--force"], "'--force'"),
        (["check", "book/nope.md"], "book/nope.md がありません"),
        (["check", "/"], "外にあります"),
        (["live", "--port"], "--port 8001"),
        (["live", "--port", "x"], "--port 8001"),
        (["live", "--port", "70000"], "0〜65535"),
        (["live", "--prot", "1"], "'--port' ですか"),
        (["status", "--gpu=1"], "--gpu に値は付けられません"),
        (["rehearse", "--in"], "--in の後に値が要ります"),
        (["gpu", "--all"], "'--all' は使えません"),
    ],
)
def test_wrong_use(
    inside: Path,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = sorted(inside.rglob("*"))
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
    assert sorted(inside.rglob("*")) == before


@given(
    st.lists(
        st.sampled_from(
            [
                *COMMANDS,
                "--port",
                "--in",
                "--again=1",
                "-x",
                "--",
                "-h1",
                "a/b",
                "-1",
                "",
            ]
        ),
        min_size=1,
        max_size=5,
    )
)
def test_no_english_reaches_a_person(arguments: list[str]) -> None:
    """どんな引数でも，argparse の英語の文は出ない。"""
    said = StringIO()
    with ExitStack() as idle:
        idle.enter_context(mock.patch("bookkit.cli.find_root"))
        idle.enter_context(mock.patch("bookkit.lint.stopping", return_value=[]))
        for parser in COMMANDS.values():
            idle.enter_context(mock.patch.object(parser, "run", return_value=0))
        idle.enter_context(redirect_stdout(said))
        idle.enter_context(redirect_stderr(said))
        assert main(arguments) in (0, 2)
    english = "usage:|argument|option|invalid|required|expected|show this|error"
    assert not re.search(english, said.getvalue(), re.IGNORECASE), said.getvalue()


def test_broken_chapter_is_named(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """章を実行する命令も，読めない所をファイルと行で言う。"""
    change(inside, "book/attention/good.md", "caption: 直線", "caption: [直線")
    with mock.patch("bookkit.execution.machine.look") as look:
        look.return_value.kind = "cuda"
        assert main(["gpu"]) == 1
    assert re.search(r"good\.md:\d+: セルの設定が YAML", capsys.readouterr().err)


def test_outside_of_a_book(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert "_toc.yml" in capsys.readouterr().err


def test_check_good_book(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "すべて守られています" in capsys.readouterr().out


def test_check_shows_findings_from_any_folder(
    inside: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    change(inside, "book/index.md", "ようこそ。", "ようこそ、皆さん。")
    monkeypatch.chdir(inside / "book" / "attention")
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("book/index.md:3: ")
    assert "指摘 1 件" in said
    assert main(["check", "good.md"]) == 0
    assert main(["check", "../index.md"]) == 1
    assert main(["check", ".."]) == 1


def test_real_book_is_checked_in_a_moment() -> None:
    """命令の全体が，実物の本で動く（指摘の有無は make check が見る）。"""
    done = subprocess.run(
        [sys.executable, "-m", "bookkit", "check"],
        cwd=ROOT / "book",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert not done.stderr


def test_new_chapter_has_only_things_to_write(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "attention/visual_search", "視覚探索"]) == 0
    said = capsys.readouterr().out
    for name in (
        "book/attention/visual_search.md",
        "lessons_src/lessons/attention/visual_search/model.py",
        "lessons_src/lessons/attention/visual_search/exercises.py",
        "tests/lessons/attention/test_visual_search.py",
        "_toc.yml",
    ):
        assert name in said
        assert (inside / name).is_file()
    text = (inside / "book/attention/visual_search.md").read_text("utf8")
    assert "# 視覚探索\n" in text
    assert "@" not in text
    findings = check_book(inside)
    assert len(findings) > 15
    assert [str(finding) for finding in findings if not finding.todo] == []
    assert all("まだ書いていません：" in finding.message for finding in findings)


def test_new_refuses_to_overwrite(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in inside.rglob("*") if path.is_file()}
    assert main(["new", "attention/good", "題"]) == 2
    said = capsys.readouterr().err
    assert "book/attention/good.md" in said
    assert "_toc.yml" in said
    after = {path: path.read_bytes() for path in inside.rglob("*") if path.is_file()}
    assert after == before


def test_new_chapter_runs(inside: Path) -> None:
    """雛形のコードは，書式と型の決まりを守り，セルも練習も検査もそのまま動く。"""
    shutil.rmtree(inside / "lessons_src")
    shutil.copytree(SOURCES / "lessons", inside / "lessons_src/lessons")
    shutil.copy(ROOT / "pyproject.toml", inside)
    assert main(["new", "readings/new_one", "新しい章"]) == 0
    made = [str(path) for path in inside.rglob("*new_one/*.py")]
    made += [str(path) for path in inside.rglob("test_new_one.py")]
    assert len(made) == 4
    for command in (["ruff", "format", "--check"], ["ruff", "check"]):
        done = subprocess.run(
            [sys.executable, "-m", *command, *made],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    script = inside / "run.py"
    script.write_text(RUN, "utf8")
    done = subprocess.run(
        [sys.executable, str(script), str(inside)],
        cwd=inside,
        env={**os.environ, "PYTHONPATH": f"{inside / 'lessons_src'}:{SOURCES}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("まだ答えが入っていません") == 2
    assert "1 passed" in done.stdout


RUN = """
import sys, pathlib, pytest
from bookkit.book import Book
from lessons.exercises import judge
from lessons.readings.new_one import exercises
root = pathlib.Path(sys.argv[1])
scope = {}
for cell in Book(root).documents["book/readings/new_one"].cells:
    exec(cell.source, scope)
for one in exercises.EXERCISES:
    assert judge(one.name, one.solution)[0]
    for wrong, hint in one.known_wrong:
        passed, said = judge(one.name, wrong)
        assert not passed and hint in said
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", str(root / "tests")]))
"""


TOC = """\
# 章の順番
root: book/index
parts:
  - caption: 基礎
    chapters:
      - file: book/basics/first
  - caption: 注意
    numbered: true
    chapters:
      - file: book/attention/good   # 見本
      - file: book/attention/last
  - caption: 巻末
    chapters:
      - file: book/glossary
"""


def parts_of(lines: list[str]) -> list[tuple[str, list[str]]]:
    toc = yaml.safe_load("\n".join(lines))
    return [
        (part["caption"], [chapter["file"] for chapter in part["chapters"]])
        for part in toc["parts"]
    ]


@pytest.mark.parametrize(
    ("part", "place", "caption"),
    [
        ("basics", 0, "基礎"),
        ("attention", 1, "注意"),
        ("recognition", 1, "画像認識"),
        ("neuropsychology", 2, "神経心理"),
    ],
)
def test_toc_entry_goes_to_its_place(part: str, place: int, caption: str) -> None:
    before = TOC.splitlines()
    after = add_to_toc(before, part, "new")
    rest = iter(after)
    assert all(line in rest for line in before), "もとの行が順に残っていません"
    found, files = parts_of(after)[place]
    assert found == caption
    assert files[-1] == f"book/{part}/new"
    assert parts_of(after)[-1] == ("巻末", ["book/glossary"])
