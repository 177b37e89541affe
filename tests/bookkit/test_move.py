"""章を移す・消す：本物の本の写しで，移した後も決まりを守り，戻すともとのままになる。"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bookkit import move
from bookkit.arguments import UsageError
from bookkit.cli import main
from bookkit.lint import check_book

ROOT = Path(__file__).parents[2]
WRITTEN = {".md", ".py", ".toml", ".yml", ".bib", ".csv", ".json", ".txt"}


def written(root: Path) -> dict[str, bytes]:
    """書き換わりうるファイルの中身。"""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for top in ("book", "lessons_src", "tests", "_toc.yml", "_config.yml")
        for path in [root / top, *(root / top).rglob("*")]
        if path.is_file() and path.suffix in WRITTEN
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """本の写し（重みや写真は除く）。"""
    root = tmp_path_factory.mktemp("book")

    def heavy(folder: str, names: list[str]) -> list[str]:
        return [
            name
            for name in names
            if name == "__pycache__"
            or (Path(folder, name).is_file() and Path(name).suffix not in WRITTEN)
        ]

    for name in ("book", "lessons_src", "tests"):
        shutil.copytree(ROOT / name, root / name, ignore=heavy)
    for name in ("_toc.yml", "_config.yml", "README.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, root)
    return root


def findings(root: Path) -> list[str]:
    """決まりの指摘。写さなかったファイルがない，というものは除く。"""
    kept = {path.suffix for path in root.rglob("*")}
    missing = {".png", ".svg", ".zip", ".webp", ".safetensors"} - kept
    return [
        str(one)
        for one in check_book(root)
        if not any(suffix in one.message for suffix in missing)
    ]


@pytest.mark.parametrize(
    ("old", "new", "following"),
    [
        ("attention/cam", "recognition/class_map", "attention/grad_cam"),
        ("segmentation/pose", "segmentation/body", ""),  # pose_transfer は動かない
    ],
)
def test_moved_and_moved_back_is_the_same_book(whole, old, new, following):
    before, found = written(whole), findings(whole)
    move.move(whole, old, new)
    moved = written(whole)
    assert f"book/{new}.md" in moved
    assert f"book/{old}.md" not in moved
    assert findings(whole) == found
    assert f"book/{old}: /book/{new}.html" in (whole / "_config.yml").read_text("utf8")
    part, _, name = old.partition("/")
    texts = {
        name: text.decode("utf8")
        for name, text in moved.items()
        if not name.startswith("tests/bookkit") and not name.endswith(".json")
    }
    for where, text in texts.items():
        assert f"lessons.{part}.{name} " not in text, where
        assert f"lessons.{part}.{name}." not in text, where
    move.move(whole, new, old, following)
    assert written(whole) == before


def test_records_and_bare_names_are_listed(whole):
    left = move.move(whole, "attention/cam", "attention/class_map")
    try:
        assert any(
            line.startswith("lessons_src/lessons/attention/class_map/protocols/")
            and "bookkit effects cam_named_side" in line
            for line in left
        )
        assert any(line.startswith("tests/lessons/test_rooms.py:") for line in left)
    finally:
        move.move(whole, "attention/class_map", "attention/cam")


def test_a_second_move_keeps_the_first_address(whole):
    before = written(whole)
    move.move(whole, "basics/softmax", "basics/choosing")
    move.move(whole, "basics/choosing", "basics/deciding")
    config = (whole / "_config.yml").read_text("utf8")
    assert "      book/basics/softmax: /book/basics/deciding.html\n" in config
    assert "      book/basics/choosing: /book/basics/deciding.html\n" in config
    move.move(whole, "basics/deciding", "basics/choosing")
    move.move(whole, "basics/choosing", "basics/softmax")
    assert written(whole) == before


@pytest.mark.parametrize(
    ("old", "new", "before", "message"),
    [
        ("attention/kam", "attention/x", "", "もしかすると 'attention/cam'"),
        ("attention/cam", "attention/grad_cam", "", "もうあります"),
        ("attention/cam", "attention/class", "", "'attention/class' は使えません"),
        ("attention/cam", "vision/cam", "", "部: basics, recognition"),
        ("attention/cam", "attention/Cam", "", "英小文字"),
        ("attention/cam", "attention/x", "attention/kam", "'attention/cam'"),
    ],
)
def test_bad_names_change_nothing(whole, old, new, before, message):
    kept = written(whole)
    with pytest.raises(UsageError, match=message):
        move.move(whole, old, new, before)
    assert written(whole) == kept


def test_removing_tells_what_still_points_there(whole, monkeypatch, capsys):
    monkeypatch.chdir(whole)
    kept = written(whole)
    assert main(["remove", "attention/kam"]) == 2
    assert written(whole) == kept
    assert main(["remove", "attention/cam"]) == 1
    said = capsys.readouterr().out
    assert "消しました: book/attention/cam.md" in said
    assert "消しました: tests/lessons/attention/test_cam.py" in said
    lines = (whole / "book/attention/grad_cam.md").read_text("utf8").splitlines()
    where = next(n for n, line in enumerate(lines, 1) if "{doc}`cam`" in line)
    assert f"book/attention/grad_cam.md:{where}: 章 'cam' がありません" in said
    assert "attention/cam" not in (whole / "_toc.yml").read_text("utf8")
    for path, text in written(whole).items():
        if path.startswith("book/"):
            assert not any(
                line.startswith(b":requires:") and b"attention/cam" in line.split()
                for line in text.splitlines()
            ), path
