"""ビルドの節目：変わった章だけを書き直し，なくなった章を消し，配る形を作る。"""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

from bookkit.chapter import Cell
from bookkit.execution import keys
from bookkit.execution.cache import Cache, CellResult, Entry, Run
from bookkit.execution.machine import Machine, lessons_root
from bookkit.execution.trace import Trace
from bookkit.notebooks.rehearsal.run import KEPT, read_notebook

from .conftest import FRONT, REPOSITORY, Built, Maker

CELL = "```{code-cell} ipython3\nx = 1\n```"
BOX = ":::{lesson}\n- 一\n- 二\n- 三\n:::\n\n"


def times(built: Built) -> dict[str, int]:
    """配るファイルの，書かれた時刻。"""
    files = [*built.out.rglob("*.ipynb"), built.out / "notebooks.zip"]
    return {p.relative_to(built.out).as_posix(): p.stat().st_mtime_ns for p in files}


def test_unchanged_build_writes_nothing(make_book: Maker) -> None:
    before = times(make_book())
    assert times(make_book()) == before


def test_only_the_changed_chapter_is_written(make_book: Maker) -> None:
    before = times(make_book())
    after = times(make_book("文を直しました。"))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"notebooks/attention/cam.ipynb", "notebooks.zip"}


def test_text_does_not_change_the_code_key(make_book: Maker) -> None:
    path = make_book(f"文です。\n\n{CELL}").out / "notebooks/attention/cam.ipynb"
    before = read_notebook(path).cells
    make_book(f"直した文です。\n\n{CELL}")
    assert read_notebook(path).cells == before
    make_book(f"直した文です。\n\n{CELL.replace('1', '2')}")
    assert read_notebook(path).cells != before


def test_a_lost_notebook_is_written_again(make_book: Maker) -> None:
    path = make_book().out / "notebooks/attention/cam.ipynb"
    text = path.read_text("utf8")
    path.unlink()
    make_book()
    assert path.read_text("utf8") == text


def test_the_notebook_of_a_removed_chapter_disappears(make_book: Maker) -> None:
    built = make_book()
    (built.root / "book/basics/first.md").unlink()
    again = make_book(
        files={
            "book/index.md": "# 表紙\n\n```{toctree}\nattention/cam\nglossary\n```\n"
        }
    )
    assert not (again.out / "notebooks/basics/first.ipynb").exists()
    assert (again.out / "notebooks/attention/cam.ipynb").exists()


def test_the_same_chapter_gives_the_same_file(make_book: Maker) -> None:
    path = make_book(CELL).out / "notebooks/attention/cam.ipynb"
    before = path.read_bytes()
    path.unlink()
    make_book()
    assert path.read_bytes() == before


def test_zip_holds_every_notebook(make_book: Maker) -> None:
    built = make_book()
    with zipfile.ZipFile(built.out / "notebooks.zip") as bundle:
        assert bundle.namelist() == [
            "dl-psychology/README.txt",
            "dl-psychology/attention/cam.ipynb",
            "dl-psychology/basics/first.ipynb",
        ]
        readme = bundle.read("dl-psychology/README.txt").decode()
        one = bundle.read("dl-psychology/attention/cam.ipynb")
    assert f"git+{REPOSITORY}" in readme
    assert one == (built.out / "notebooks/attention/cam.ipynb").read_bytes()


def test_zip_depends_only_on_its_contents(make_book: Maker) -> None:
    out = make_book().out
    before = (out / "notebooks.zip").read_bytes()
    for path in (out / "notebooks").rglob("*.ipynb"):
        path.touch()
    make_book()
    assert (out / "notebooks.zip").read_bytes() == before


def test_branch_holds_what_colab_and_binder_need(make_book: Maker) -> None:
    built = make_book(
        files={
            ".binder/requirements.txt": "torch\n",
            ".binder/runtime.txt": "python-3.11\n",
        }
    )
    branch = built.root / "_build" / "notebooks"
    assert {
        p.relative_to(branch).as_posix() for p in branch.rglob("*") if p.is_file()
    } == {
        ".binder/requirements.txt",
        ".binder/runtime.txt",
        "README.md",
        "attention/cam.ipynb",
        "basics/first.ipynb",
    }
    requirements = (branch / ".binder/requirements.txt").read_text("utf8")
    assert requirements == f"torch\ngit+{REPOSITORY}\n"
    readme = (branch / "README.md").read_text("utf8")
    assert "| [地図](attention/cam.ipynb) | [Colab](https://colab." in readme


def test_outputs_are_left_out(make_book: Maker) -> None:
    """頁には出力があっても，ノートブックには残さない。"""
    code = "```{code-cell} ipython3\nprint('出力')\n```"
    built = make_book(code, nb_execution_mode="force")
    assert "出力\n" in built.page("book/attention/cam")
    assert built.notebook().cells[-1].outputs == []


def kept(built: Built) -> Cache:
    return Cache(built.root / "_build" / KEPT)


def record_of(built: Built, code: str = "", **parts: list[str]) -> None:
    """リハーサルで最後まで動いたことにする。``code`` は最後のセル，``parts`` は足あと。"""
    chapter = read_notebook(built.out / "notebooks/attention/cam.ipynb")
    if code:
        chapter = replace(chapter, cells=(*chapter.cells[:-1], Cell(code)))
    said = {"output_type": "stream", "text": "Python 3.11.7・torch 2.14.1・CPU"}
    entry = Entry(
        chapter.name,
        keys.components(chapter, Machine()),
        Trace.of(lessons_root(built.root), parts),
        [CellResult([], 1, 11.6), CellResult([said], 2, 0.2)],
        Run(20.0, when="2026-11-24T01:02:03+09:00"),
    )
    kept(built).store(entry)


BADGE = '<p class="rehearsed">2026-11-24・Python 3.11.7・torch 2.14.1・CPU・12 秒</p>'


def test_badge_comes_from_the_record(make_book: Maker) -> None:
    built = make_book(BOX + CELL)
    assert "rehearsed" not in built.page("book/attention/cam")
    record_of(built)
    assert BADGE in make_book().page("book/attention/cam")
    assert "rehearsed" not in built.page("book/basics/first")
    assert "動作確認" not in built.text()


def test_badge_disappears_when_the_code_changes(make_book: Maker) -> None:
    built = make_book(BOX + CELL)
    record_of(built)
    assert BADGE in make_book("文を直す。\n\n" + BOX + CELL).page("book/attention/cam")
    changed = make_book(BOX + CELL.replace("1", "2"))
    assert "rehearsed" not in changed.page("book/attention/cam")


def test_badge_disappears_when_a_part_changes(make_book: Maker) -> None:
    """頁を書き直す理由がほかになくても，古い「動作確認」は消える。"""
    built = make_book(BOX + CELL)
    part = built.root / "lessons_src/lessons/__init__.py"
    part.parent.mkdir(parents=True)
    part.write_text("x = 1\n", "utf8")
    record_of(built, modules=["lessons/__init__.py"])
    part.write_text("x = 1  # 注釈\n", "utf8")
    assert BADGE in make_book().page("book/attention/cam")
    part.write_text("x = 2\n", "utf8")
    assert "rehearsed" not in make_book().page("book/attention/cam")


def test_badge_disappears_with_the_record(make_book: Maker) -> None:
    built = make_book(BOX + CELL)
    record_of(built)
    make_book()
    kept(built).forget("book/attention/cam")
    assert "rehearsed" not in make_book().page("book/attention/cam")


def test_a_record_of_other_code_is_not_shown(make_book: Maker) -> None:
    built = make_book(BOX + CELL)
    record_of(built, code="something else")
    assert "rehearsed" not in make_book().page("book/attention/cam")


def test_notebook_is_readable_json(make_book: Maker) -> None:
    """日本語は、そのままの文字で入る（差分が読める）。"""
    path: Path = make_book(FRONT and "文です。").out / "notebooks/attention/cam.ipynb"
    text = path.read_text("utf8")
    assert "文です。" in text
    assert json.loads(text)["nbformat_minor"] >= 5
