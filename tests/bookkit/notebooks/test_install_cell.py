"""``lessons`` を入れるセル：実行先でだけ，torch を替えずに入れる。古いものは入れ直す。"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bookkit.notebooks.publish import fill_template

SHA = "0123abc"
PARTS = f"git+https://github.com/someone/lecture@{SHA}"
CODE = fill_template("install_cell.txt", parts=PARTS, revision=SHA)
LOCAL = fill_template("install_cell.txt", parts=PARTS.partition("@")[0], revision="")
HOSTS = ["COLAB_RELEASE_TAG", "BINDER_SERVICE_HOST", "KAGGLE_URL_BASE"]


class World(SimpleNamespace):
    """実行先。pip は，呼ばれたことを覚え，``target`` に教材を置く。"""

    target: Path
    called: list[list[str]]

    def put(self, origin: dict[str, Any] | None) -> None:
        """教材を入れる。``origin`` は，pip が残す，入れた元の記録。"""
        info = self.target / "dl_psychology-0.1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Name: dl-psychology\nVersion: 0.1.0\n")
        if origin is not None:
            (info / "direct_url.json").write_text(json.dumps(origin))
        package = self.target / "lessons"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
        (package / "hints.py").write_text("def start():\n    print('手がかりの用意')\n")
        importlib.invalidate_caches()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """教材のない実行先。"""
    for host in HOSTS:
        monkeypatch.delenv(host, raising=False)
    for name in [n for n in sys.modules if n.partition(".")[0] == "lessons"]:
        monkeypatch.delitem(sys.modules, name)
    state = World(target=tmp_path, called=[], code=0, kept=[])

    def pip(command: list[str], **options: Any) -> SimpleNamespace:
        state.called.append(command[3:])
        if "install" in command:
            with open(command[command.index("-c") + 1]) as file:
                state.kept = file.read().split()
            if not state.code:
                state.put({"vcs_info": {"commit_id": SHA}})
        return SimpleNamespace(returncode=state.code, stdout="", stderr="網がない")

    monkeypatch.setattr(subprocess, "run", pip)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "meta_path", [*_plain(sys.meta_path)])
    others = {"torch": "2.9.0+cu126", "numpy": "2.0.2"}
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: find(name) if name == "lessons" else others.get(name),
    )
    monkeypatch.setattr(importlib.metadata, "version", lambda name: others[name])
    return state


def _plain(finders: list[Any]) -> list[Any]:
    """編集用に入れた教材を見つける探し手を除く。"""
    return [one for one in finders if "editable" not in str(one).lower()]


def run(code: str = CODE) -> None:
    exec(code, {})


@pytest.mark.parametrize("host", HOSTS)
def test_host_installs_the_parts(world, monkeypatch, capsys, host):
    monkeypatch.setenv(host, "x")
    run()
    (command,) = world.called
    assert command[0] == "install"
    assert command[-1] == PARTS
    assert world.kept == ["torch==2.9.0+cu126", "numpy==2.0.2"], "版を留めていません"
    assert capsys.readouterr().out == "手がかりの用意\n準備ができました。\n"


@pytest.mark.parametrize(
    "origin",
    [{"vcs_info": {"commit_id": SHA}}, {"dir_info": {"editable": True}}, None],
    ids=["同じ版", "編集用", "記録がない"],
)
def test_nothing_is_installed_when_the_parts_are_there(
    world, monkeypatch, capsys, origin
):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    world.put(origin)
    run()
    assert world.called == []
    assert "準備ができました。" in capsys.readouterr().out


def test_old_parts_are_replaced(world, monkeypatch, capsys):
    """版の番号が同じでも，コミットが違えば入れ直す。"""
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    world.put({"vcs_info": {"commit_id": "0ld"}})
    run()
    assert [command[0] for command in world.called] == ["uninstall", "install"]
    assert "準備ができました。" in capsys.readouterr().out


def test_parts_in_use_ask_for_a_restart(world, monkeypatch, capsys):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    world.put({"vcs_info": {"commit_id": "0ld"}})
    importlib.import_module("lessons")
    with pytest.raises(RuntimeError, match="再起動"):
        run()
    assert "準備ができました。" not in capsys.readouterr().out


@pytest.mark.parametrize("commit", ["", "0ld"], ids=["ない", "古い"])
def test_own_computer_is_told_how(world, commit):
    """自分の計算機には，勝手に入れない。"""
    if commit:
        world.put({"vcs_info": {"commit_id": commit}})
    with pytest.raises(ModuleNotFoundError, match="pip install") as error:
        run()
    assert PARTS in str(error.value)
    assert world.called == []


def test_a_local_book_takes_any_version(world, capsys):
    world.put({"vcs_info": {"commit_id": "0ld"}})
    run(LOCAL)
    assert "@" not in LOCAL.partition("PARTS")[2].splitlines()[0]
    assert "準備ができました。" in capsys.readouterr().out


def test_a_folder_of_the_same_name_is_told_apart(world, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    own = tmp_path / "mine"
    (own / "lessons").mkdir(parents=True)
    (own / "lessons" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(own), str(tmp_path)])
    with pytest.raises(ImportError, match=r"教材ではない lessons.*mine.*名前を変えて"):
        run()
    assert "準備ができました。" not in capsys.readouterr().out


def test_failure_shows_what_pip_said(world, monkeypatch, capsys):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    world.code = 1
    with pytest.raises(RuntimeError, match="もう一度"):
        run()
    assert "網がない" in capsys.readouterr().out


def test_cell_fits_a_phone() -> None:
    assert max(map(len, CODE.splitlines())) <= 79
    assert CODE.startswith("# @title ")
