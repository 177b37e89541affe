"""家のつくり：読み込む向き，部屋の分け方，置き場所。"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookkit.book import PART_TITLES

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "lessons_src"
LESSONS = sorted((SOURCES / "lessons").rglob("*.py"))
BOOKKIT = sorted((SOURCES / "bookkit").rglob("*.py"))
SUPPORT = ("stimuli", "weights", "figures")
"""章の部屋が使う，土台の部屋。"""
SITE_TOOLS = {
    "bookkit",
    "docutils",
    "jupyter_book",
    "jupyter_cache",
    "myst_nb",
    "myst_parser",
    "nbclient",
    "nbformat",
    "sphinx",
}
"""頁をつくるための道具。"""


def imported(path: Path) -> set[str]:
    """ファイルが読み込む名前（モジュールと，その中の名前）。"""
    package = path.parent.relative_to(SOURCES).parts
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """``lessons`` の中の部屋の名前。"""
    return path.relative_to(SOURCES / "lessons").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", BOOKKIT, ids=named)
def test_bookkit_knows_nothing_of_lessons(path: Path) -> None:
    tops = {name.partition(".")[0] for name in imported(path)}
    assert not tops & {"lessons", "torch", "torchvision", "matplotlib"}


def test_importing_bookkit_loads_no_torch() -> None:
    names = [
        path.relative_to(SOURCES).with_suffix("").as_posix().replace("/", ".")
        for path in BOOKKIT
        if path.name not in ("__main__.py", "__init__.py")
    ]
    code = (
        f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        "found = {'torch', 'lessons'} & set(sys.modules)\nassert not found, found"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_lessons_know_nothing_of_the_site(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imported(path)} & SITE_TOOLS


@pytest.mark.parametrize(
    "path", [path for path in LESSONS if room_of(path) in SUPPORT], ids=named
)
def test_support_rooms_do_not_use_chapters(path: Path) -> None:
    """土台の部屋は，章の部屋を読み込まない。"""
    rooms = {name.split(".")[1] for name in imported(path) if name.count(".") > 0}
    assert not rooms & set(PART_TITLES), named(path)


def sideways(path: Path) -> Iterator[str]:
    """ほかの部の部屋から，公開された名前ではないものを読み込む文。"""
    here = room_of(path)
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Import):
            names = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "", alias.name) for alias in node.names]
        else:
            continue
        for module, name in names:
            parts = module.split(".")
            other = parts[1] if len(parts) > 1 and parts[0] == "lessons" else ""
            if other in PART_TITLES and other != here:
                is_module = (SOURCES.joinpath(*parts) / f"{name}.py").exists()
                if not name or name.startswith("_") or name == "*" or is_module:
                    yield f"{module} {name}"


@pytest.mark.parametrize(
    "path", [path for path in LESSONS if room_of(path) in PART_TITLES], ids=named
)
def test_parts_share_only_public_names(path: Path) -> None:
    """ある部の章が，ほかの部の部品を使うときは，公開された関数やクラスを名指しする。"""
    assert list(sideways(path)) == []


def test_support_rooms_exist() -> None:
    """土台の部屋の名前が変われば，``SUPPORT`` も変える。"""
    assert {room_of(path) for path in LESSONS} >= set(SUPPORT)


def public_things(path: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    tree = ast.parse(path.read_text("utf8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
            yield node
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef) and inner.name[0] != "_":
                        yield inner


TORCH_METHODS = {"forward"}
"""説明がなくても，約束で意味が決まっている名前。"""


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_public_names_are_explained_in_japanese(path: Path) -> None:
    japanese = re.compile("[ぁ-んァ-ヶ一-龠]")
    assert japanese.search(ast.get_docstring(ast.parse(path.read_text("utf8"))) or "")
    silent = [
        node.name
        for node in public_things(path)
        if node.name not in TORCH_METHODS
        and not japanese.search(ast.get_docstring(node) or "")
    ]
    assert silent == []


TOP = {
    ".binder",
    ".ci",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".oxlintrc.json",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "_config.yml",
    "_toc.yml",
    "book",
    "lessons_src",
    "pyproject.toml",
    "requirements.txt",
    "tests",
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """``.gitignore`` が除かないファイル。git の記録がない写し（zip）でも同じに数える。"""
    empty = tmp_path_factory.mktemp("git")
    subprocess.run(["git", "init", "-q", "--bare", empty], check=True)
    done = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        env={**os.environ, "GIT_DIR": str(empty), "GIT_WORK_TREE": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    names = [Path(name) for name in done.stdout.split("\0") if name]
    return [name for name in names if name.parts[0] != ".git"]


def test_top_level_is_small(kept: list[Path]) -> None:
    assert {path.parts[0] for path in kept} == TOP


def test_book_holds_only_what_readers_read(kept: list[Path]) -> None:
    """``book/`` には原稿と文献，年度の設定，GPU で記録した出力だけを置く。部の名前は決まっている。"""
    for path in kept:
        if path.parts[0] == "book" and path.name != ".gitkeep":
            inside = path.relative_to("book")
            if inside.parts[0] == "classes":
                assert re.fullmatch(r"\d{4}\.yml", inside.name), path
            elif inside.parts[0] != "recorded":
                assert path.suffix in (".md", ".bib"), path
                assert len(inside.parts) == 1 or inside.parts[0] in PART_TITLES, path


def test_nothing_made_is_committed(kept: list[Path]) -> None:
    """作られるもの（頁，ノートブック，実行結果）は，しまっておかない。"""
    for path in kept:
        assert path.suffix not in (".html", ".ipynb") or "bookkit" in path.parts, path
        assert "_build" not in path.parts


def test_pins_are_written_once(kept: list[Path]) -> None:
    """正確な版は requirements.txt にだけある。"""
    for path in kept:
        if path.suffix in (".toml", ".yml", ".md", ".sh") or path.name == "Makefile":
            text = (ROOT / path).read_text("utf8")
            assert not re.search(r"^[^#\n]*\b[\w.-]+==\d", text, re.MULTILINE), path
    pins = (ROOT / "requirements.txt").read_text("utf8")
    for line in pins.splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==[\w.]+", line), line
