"""配るパッケージ：章が使うファイルはすべて入り，一度きりの道具は入らない。"""

import fnmatch
import tomllib
from pathlib import Path

from setuptools import find_namespace_packages

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["tool"]
SETUPTOOLS = SETTINGS["setuptools"]


def test_only_lessons_and_bookkit_are_packaged() -> None:
    found = find_namespace_packages(
        str(ROOT / "lessons_src"), include=SETUPTOOLS["packages"]["find"]["include"]
    )
    assert {name.partition(".")[0] for name in found} == {"lessons", "bookkit"}
    assert "lessons.weights.entries" in found
    assert "lessons.attention.cam" in found


def test_every_file_of_the_packages_is_shipped() -> None:
    patterns = ["*.py", *SETUPTOOLS["package-data"]["*"]]
    files = [
        path
        for package in ("lessons", "bookkit")
        for path in (ROOT / "lessons_src" / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(files) > 300
    lost = [
        str(path)
        for path in files
        if not any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)
    ]
    assert lost == []
