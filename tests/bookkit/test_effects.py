"""命令 effects：約束をコミットしてから測り，約束か，測りに使ったものが変われば古いと言う。"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bookkit.cli import main
from bookkit.effects import recorded

MAIN = """\
import hashlib, json, sys
from lessons import human
from lessons.basics.trial.effects import MEASURES

name = sys.argv[1]
content = human.here(f"basics/trial/protocols/{name}.toml").read_bytes()
print("途中の印字")
model = [[MEASURES[name](seed)] for seed in (1000, 1001)]
print(json.dumps({"protocol": hashlib.sha256(content).hexdigest(), "model": model}))
"""
FILES = {
    "_config.yml": "title: 試し\n",
    "_toc.yml": "root: index\n",
    "lessons_src/lessons/__init__.py": "",
    "lessons_src/lessons/human.py": (
        "from pathlib import Path\n"
        "def here(name):\n    return Path(__file__).parent / name\n"
        "here('basics/trial/human.csv').read_text()\n"
    ),
    "lessons_src/lessons/effects/__init__.py": "",
    "lessons_src/lessons/effects/__main__.py": MAIN,
    "lessons_src/lessons/basics/__init__.py": "",
    "lessons_src/lessons/basics/trial/__init__.py": "",
    "lessons_src/lessons/basics/trial/human.csv": "effect\n",
    "lessons_src/lessons/basics/trial/weights.txt": "2",
    "lessons_src/lessons/basics/trial/effects.py": (
        "from pathlib import Path\n"
        "weight = float(Path(__file__).with_name('weights.txt').read_text())\n"
        "MEASURES = {'trial': lambda seed: seed * weight, 'broken': lambda s: 1 / 0}\n"
    ),
    "lessons_src/lessons/basics/trial/protocols/trial.toml": "name = '試し'\n",
}
ROOM = "lessons_src/lessons/basics/trial"


def git(root: Path, *arguments: str) -> None:
    options = ("-c", "user.name=a", "-c", "user.email=a@b.invalid")
    subprocess.run(["git", *options, *arguments], cwd=root, check=True)


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf8")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """約束が一つある，小さな本。"""
    for name, text in FILES.items():
        write(tmp_path, name, text)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "約束")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def why(book: Path) -> str:
    (one,) = recorded(book)
    return "，".join(one.why)


def test_values_and_trace_are_recorded(book, capfd):
    assert main(["effects", "--check"]) == 1
    assert "trial：まだ測っていません" in capfd.readouterr().out
    assert main(["effects"]) == 0
    record = json.loads((book / ROOM / "records" / "trial.json").read_text("utf8"))
    assert record["model"] == [[2000.0], [2002.0]]
    seen = {name for names in record["trace"].values() for name in names}
    assert seen == {
        "lessons/__init__.py",
        "lessons/basics/__init__.py",
        "lessons/basics/trial/__init__.py",
        "lessons/basics/trial/effects.py",
        "lessons/basics/trial/weights.txt",
        "lessons/basics/trial/protocols/trial.toml",
    }
    assert main(["effects", "--check"]) == 0


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("protocols/trial.toml", "name = '別'\n", "測った後に約束が変わりました"),
        ("weights.txt", "3", "weights.txt が変わりました"),
        ("effects.py", "MEASURES = {}\n", "effects.py が変わりました"),
        ("effects.py", FILES[f"{ROOM}/effects.py"] + "# 注釈\n", ""),
        ("human.csv", "effect\nほか\n", ""),
        ("../../effects/__main__.py", MAIN + "\nx = 1\n", ""),
        ("other.py", "", ""),
    ],
)
def test_a_record_is_stale_only_when_its_values_may_change(book, name, text, said):
    assert main(["effects"]) == 0
    write(book / ROOM, name, text)
    found = why(book)
    assert found.endswith(said) if said else found == ""


def test_an_uncommitted_protocol_is_refused(book, capfd):
    write(book / ROOM, "protocols/trial.toml", "name = '変えた'\n")
    assert main(["effects"]) == 2
    said = capfd.readouterr().err
    assert "protocols/trial.toml: 約束がコミットされていません" in said
    assert not (book / ROOM / "records").exists()
    git(book, "commit", "-qam", "変えた")
    assert main(["effects"]) == 0


def test_commits_of_protocol_and_record_are_known(book):
    (one,) = recorded(book)
    assert one.promised is not None
    assert one.measured is None
    main(["effects"])
    git(book, "add", "-A")
    git(book, "commit", "-qm", "記録")
    (after,) = recorded(book)
    assert after.promised == one.promised
    assert after.measured not in (None, one.promised)


@pytest.mark.parametrize("changed", [False, True])
def test_a_withdrawn_protocol_counts_as_changed_only_when_it_comes_back_changed(
    book: Path, changed: bool
) -> None:
    """消したことは，約束の変更に数えない。前と違う形で戻せば，戻したコミットで変えたことになる。"""
    file = book / ROOM / "protocols" / "trial.toml"
    (one,) = recorded(book)
    git(book, "rm", "-q", str(file))
    write(book / ROOM, "protocols/other.toml", "name = 'ほか'\n")
    git(book, "add", "-A")
    git(book, "commit", "-qm", "外す")
    git(book, "checkout", "-q", "-b", "kept", "HEAD~1")
    if changed:
        file.write_text("name = '変えた'\n", "utf8")
        git(book, "commit", "-qam", "変えた")
    else:
        git(book, "commit", "-q", "--allow-empty", "-m", "ほかのこと")
    merge = ["git", "merge", "-q", "--no-commit", "-"]
    subprocess.run(merge, cwd=book, check=False, capture_output=True)
    git(book, "checkout", "-q", "kept", "--", str(file))  # 外した約束を戻す
    git(book, "commit", "-qm", "合わせる")
    after = next(each for each in recorded(book) if each.id == one.id)
    assert (after.promised == one.promised) is not changed


def test_without_git_the_rest_works(book):
    (book / ".git").rename(book / "gone")
    assert main(["effects"]) == 0
    (one,) = recorded(book)
    assert (one.promised, one.measured, one.why) == (None, None, ())


def test_failures_and_unknown_names_are_told(book, capfd):
    assert main(["effects", "trail"]) == 2
    assert "約束 trail はありません。ある名前: trial" in capfd.readouterr().err
    write(book / ROOM, "protocols/broken.toml", "name = '壊'\n")
    git(book, "add", "-A")
    git(book, "commit", "-qm", "約束")
    assert main(["effects", "broken"]) == 2
    said = capfd.readouterr().err
    assert "ZeroDivisionError" in said
    assert "効果 broken を測れませんでした" in said
    assert not (book / ROOM / "records" / "broken.json").exists()
