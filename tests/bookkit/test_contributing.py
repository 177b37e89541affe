"""CONTRIBUTING の「例でたどる」を，書いてあるとおりに，小さな本の写しで実行する。

どの段の後でも，指摘は「まだ書いていません」だけ。終わりに，章のセル・練習・効果・重みを動かす。
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookkit.book import PART_TITLES
from bookkit.cli import main
from bookkit.lint import check_book

ROOT = Path(__file__).resolve().parents[2]
PLACE = re.compile(
    r"`(?P<file>[\w./]+)` ?(?:（新しいファイル）|の終わりに足します.*"
    r"|の `(?P<anchor>[^`]+)` (?P<how>の上に足します|の下に足します|を替えます))：$"
)
FENCE = re.compile(r"(`{3,})(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
STEPS = (
    *("新しい章", "文", "図", "用語", "引用", "練習", "人間のデータと効果", "実験"),
    *("動かせる図", "GPU 用のセル", "新しいモデルと重み", "新しい写真", "新しい部"),
    "新しい年度",
)


def steps() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """``(段の見出し, [(すぐ前の行, 言語, 中身)])``。"""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf8")
    section = text.partition("## 例でたどる\n")[2]
    section = re.split(r"^## (?=下書き|章を移す)", section, flags=re.MULTILINE)[0]
    for part in re.split(r"^### ", section, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        blocks = [
            (body[: found.start()].rstrip().split("\n")[-1], found[2], found[3])
            for found in FENCE.finditer(body)
        ]
        yield title, blocks


def follow(root: Path, place: str, content: str) -> None:
    """すぐ前の行に書いてある所に，中身を書く。"""
    found = PLACE.search(place)
    assert found, f"どこに書くのか読めません：{place}"
    path = root / found["file"]
    if "新しいファイル" in place:
        assert not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf8")
        return
    text = path.read_text("utf8")
    if found["anchor"] is None:
        path.write_text(text + content, "utf8")
        return
    before, line, after = text.rpartition(f"\n{found['anchor']}\n")
    assert line, f"{found['file']} に {found['anchor']} の行がありません"
    gap = "\n" if found["anchor"].startswith("## ") else ""
    new = {
        "の上に足します": f"\n{content}{gap}{line[1:]}",
        "の下に足します": f"{line}{content}",
        "を替えます": f"\n{content}",
    }[found["how"]]
    path.write_text(before + new + after, "utf8")


@pytest.fixture
def small(book: Path) -> Path:
    """小さな本に，本物の部品（部屋のほか）と，授業の頁と，出どころの頁を加える。"""
    lessons = book / "lessons_src" / "lessons"
    (lessons / "answers.py").unlink()
    inner = {"room": {*PART_TITLES, "__pycache__"}}

    def unwanted(folder: str, names: list[str]) -> list[str]:
        top = Path(folder) == ROOT / "lessons_src" / "lessons"
        heavy = {".safetensors", ".png", ".zip", ".npz", ".webp", ".jpg"}
        return [
            name
            for name in names
            if name == "__pycache__"
            or (top and name in inner["room"])
            or Path(name).suffix in heavy
        ]

    shutil.copytree(
        ROOT / "lessons_src" / "lessons", lessons, ignore=unwanted, dirs_exist_ok=True
    )
    (lessons / "weights" / "scenes").mkdir(exist_ok=True)
    (book / "lessons_src" / "bookkit").mkdir()
    shutil.copy(ROOT / "lessons_src/bookkit/book.py", book / "lessons_src/bookkit")
    for name, text in {
        "lecture.md": "# 授業\n",
        "credits.md": "# 出どころ\n\n| 名前 | 何 | ライセンス |\n|---|---|---|\n",
        "classes/2026.yml": "page: lecture\ncourse: 授業\ndate: 2026-06-05\n"
        'submission: ""\npracticals:\n  - {chapter: basics/first}\n',
    }.items():
        (book / "book" / name).parent.mkdir(exist_ok=True)
        (book / "book" / name).write_text(text, "utf8")
    with (book / "_toc.yml").open("a", encoding="utf8") as toc:
        toc.write("      - file: book/lecture\n      - file: book/credits\n")
    return book


def test_path_by_example(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small)
    assert check_book(small) == []
    taken = []
    for title, blocks in steps():
        assert blocks, title
        for place, language, content in blocks:
            if language == "bash":
                for command in content.splitlines():
                    words = shlex.split(command)
                    assert words[:3] == [".venv/bin/python", "-m", "bookkit"]
                    assert main(words[3:]) == 0
            else:
                follow(small, place, content)
            parts = (small / "lessons_src/bookkit/book.py").read_text("utf8")
            for name, part in parts_in(parts).items():
                monkeypatch.setitem(PART_TITLES, name, part)
        wrong = [str(one) for one in check_book(small) if not one.todo]
        assert not wrong, f"「{title}」の後：{wrong}"
        taken.append(title)
    assert tuple(taken) == STEPS
    script = small / "run.py"
    script.write_text(RUN, "utf8")
    done = subprocess.run(
        [sys.executable, str(script), str(small)],
        cwd=small,
        env={**os.environ, "PYTHONPATH": f"{small / 'lessons_src'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-3000:]
    made = [*small.glob("lessons_src/lessons/attention/example/*.py")]
    assert len(made) == 6
    shutil.copy(ROOT / "pyproject.toml", small)
    for command in (["format", "--check", "--diff"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *map(str, made)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def parts_in(text: str) -> dict[str, str]:
    """``book.py`` の ``PART_TITLES``。"""
    for node in ast.parse(text).body:
        if isinstance(node, ast.AnnAssign) and "PART_TITLES" in ast.unparse(node):
            return ast.literal_eval(ast.unparse(node.value))
    raise AssertionError("PART_TITLES がありません")


RUN = f"""
import sys, pathlib
import numpy as np, torch
root = pathlib.Path(sys.argv[1])
sys.path.append({str(ROOT / "lessons_src")!r})
import shutil; shutil.rmtree(root / "lessons_src" / "bookkit")  # 本物の道具を使う
from bookkit.book import Book
from lessons.effects import protocol
from lessons.exercises import judge
from lessons.stimuli import photos
from lessons.attention.example import effects, exercises, model, train
assert str(root) in train.__file__
scope = {{}}
for cell in Book(root).documents["book/attention/example"].cells:
    exec(cell.source, scope)
assert scope["count"] == 1000
for one in exercises.EXERCISES:
    assert judge(one.name, one.solution)[0]
    for wrong, hint in one.known_wrong:
        passed, said = judge(one.name, wrong)
        assert not passed and hint in said, (one.name, wrong, said)
(promise,) = protocol.all_protocols()
assert promise.human.value == 0.33
(found,) = effects.MEASURES[promise.id](0)
assert abs(found - 0.5) < 1e-6
train.main()
assert abs(model.pretrained()(torch.tensor([[-1.0]])).item() + 0.5) < 0.05
assert photos.load("cell").shape[-1] == 3
"""
