"""結果の置き場所：壊れたもの，別の版，空きがないとき。"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookkit.book import Book
from bookkit.execution import cache as cache_module
from bookkit.execution.cache import (
    KEEP_DAYS,
    KEEP_RUNS,
    Cache,
    CellResult,
    Entry,
    Run,
    write_atomically,
)
from bookkit.execution.keys import Components
from bookkit.execution.trace import Trace


def entry(text: str = "出力") -> Entry:
    outputs = [{"output_type": "stream", "name": "stdout", "text": text}]
    return Entry(
        "part/one",
        Components([["abc", []]]),
        Trace.of(Path("lessons_src"), {}),
        [CellResult(outputs, 1, 0.5)],
        Run(1.5, when="2026-01-02T03:04:05+09:00"),
    )


@pytest.fixture
def said():
    return []


@pytest.fixture
def cache(tmp_path, said):
    return Cache(tmp_path / "cache", said.append)


def only_file(cache: Cache):
    (path,) = (cache.root / "runs").rglob("*.json")
    return path


def load(cache: Cache, key: str = "") -> Entry | None:
    return next(cache.entries("part/one", key), None)


@given(text=st.text())
def test_round_trip(tmp_path_factory, text):
    cache = Cache(tmp_path_factory.mktemp("cache"))
    made = entry(text)
    cache.store(made)
    assert load(cache, made.key) == made
    assert load(cache) == made


def test_nothing_there(cache, said):
    assert load(cache, "0" * 32) is None
    assert load(cache) is None
    assert said == []


@pytest.mark.parametrize("kept", [0, 1, 20, 200, -1])
def test_truncated_result_is_ignored_with_one_line(cache, said, kept):
    made = entry()
    cache.store(made)
    path = only_file(cache)
    path.write_bytes(path.read_bytes()[:kept])
    assert load(cache, made.key) is None
    (line,) = said
    assert "壊れている" in line
    assert path.name in line


def test_flipped_letter_is_noticed(cache, said):
    made = entry()
    cache.store(made)
    path = only_file(cache)
    path.write_bytes(path.read_bytes().replace("出力".encode(), "出カ".encode()))
    assert load(cache, made.key) is None
    assert len(said) == 1


@pytest.mark.parametrize(
    "content", [b"null\n{}", b"[1]\n", b"\xff\xfe\n", b'{"a":1}\n']
)
def test_strange_file_is_ignored(cache, said, content):
    made = entry()
    cache.store(made)
    only_file(cache).write_bytes(content)
    assert load(cache, made.key) is None
    assert len(said) == 1


def test_other_version_is_ignored_with_one_line(cache, said, monkeypatch):
    made = entry()
    monkeypatch.setattr(cache_module, "VERSION", 99)
    cache.store(made)
    monkeypatch.undo()
    assert load(cache, made.key) is None
    (line,) = said
    assert "別の版（99）" in line


def test_broken_result_is_run_again(project):
    project.chapter("one", "print('作り直す')")
    project.results()
    (path,) = (project.root / "_build/.execution/runs").rglob("*.json")
    path.write_bytes(path.read_bytes()[:50])
    project.results()
    assert project.ran() == {"one"}
    assert sum("壊れている" in line for line in project.said) == 1
    project.results()
    assert project.ran() == set()


def test_full_disk_keeps_the_old_entry(tmp_path):
    """書ける大きさを本当に制限し，書けないときに古い中身が残ることを見る。"""
    path = tmp_path / "entry.json"
    write_atomically(path, b"old")
    code = (
        "import resource, sys, pathlib\n"
        "from bookkit.execution.cache import write_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_atomically(pathlib.Path(sys.argv[1]), b'x' * 100000)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True
    )
    assert "OSError" in done.stderr
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]  # 書きかけも残らない


def test_full_disk_still_shows_the_page_and_warns(project, monkeypatch):
    project.chapter("one", "print(1)")

    def no_space(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    book = project.book()
    monkeypatch.setattr(cache_module.os, "replace", no_space)
    results = book.results(Book(project.root).chapters)
    assert results["one"].cells[0].outputs[0]["text"] == "1\n"
    (message,) = book.unsaved
    assert "one の実行結果を残せません（No space left on device）" in message
    assert "空きを確かめて" in message


def test_old_results_and_leftovers_are_removed(cache):
    made = entry()
    cache.store(made)
    path = only_file(cache)
    leftover = path.with_suffix(".tmp")
    leftover.write_bytes(b"")
    cache.prune()
    assert path.exists()
    assert leftover.exists()  # 書いている最中かもしれない
    past = time.time() - (KEEP_DAYS + 1) * 86400
    os.utime(path, (past, past))
    os.utime(leftover, (past, past))
    cache.prune()
    assert not path.exists()
    assert not leftover.exists()


def test_used_results_stay(cache):
    made = entry()
    cache.store(made)
    past = time.time() - (KEEP_DAYS + 1) * 86400
    os.utime(only_file(cache), (past, past))
    cache.used(made)
    cache.prune()
    assert load(cache, made.key) is not None


def test_newest_used_result_comes_first_and_the_number_is_limited(cache):
    made = [entry(str(number)) for number in range(KEEP_RUNS + 2)]
    for number, one in enumerate(made):
        one.components.pins["numpy"] = str(number)
        cache.store(one)
        path = cache._path(one)
        os.utime(path, (time.time() - 1000 + number,) * 2)
    cache.used(made[0])
    assert [one.key for one in cache.entries("part/one")][:2] == [
        made[0].key,
        made[-1].key,
    ]
    cache.prune()
    kept = {one.key for one in cache.entries("part/one")}
    assert kept == {one.key for one in [made[0], *made[3:]]}


def with_asset(name: str) -> Entry:
    one = entry()
    one.cells[0].outputs[0]["metadata"] = {"assets": [name]}
    return one


def test_result_without_its_files_is_not_whole(cache):
    one = with_asset("0123456789.bin")
    cache.store(one)
    assert not cache.has_assets(one)
    cache.assets.mkdir()
    (cache.assets / "0123456789.bin").write_bytes(b"network")
    assert cache.has_assets(load(cache))
    assert cache.has_assets(entry())


def test_files_of_used_results_are_kept(cache):
    cache.assets.mkdir(parents=True)
    old = time.time() - (KEEP_DAYS + 1) * 86400
    for name in ("0000000001.bin", "0000000002.bin"):
        (cache.assets / name).write_bytes(b"network")
        os.utime(cache.assets / name, (old, old))
    one = with_asset("0000000001.bin")
    cache.store(one)
    cache.used(one)
    cache.prune()
    assert [path.name for path in cache.assets.iterdir()] == ["0000000001.bin"]
