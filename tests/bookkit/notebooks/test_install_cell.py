"""``lessons`` を入れるセル：Colab や Binder でだけ，torch を替えずに，部品を入れる。"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bookkit.notebooks.publish import fill_template

CODE = fill_template(
    "install_cell.txt",
    repository="https://github.com/someone/lecture",
    revision="0123abc",
)
PARTS = "git+https://github.com/someone/lecture@0123abc"
HOSTS = ["COLAB_RELEASE_TAG", "BINDER_SERVICE_HOST", "KAGGLE_URL_BASE"]
Pip = Callable[..., SimpleNamespace]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """``lessons`` のない実行先。pip は呼ばれたことだけを覚える。"""
    for host in HOSTS:
        monkeypatch.delenv(host, raising=False)
    state = SimpleNamespace(
        installed={"torch": "2.9.0+cu126", "numpy": "2.0.2"}, called=[], code=0
    )

    def pip(command: list[str], **options: Any) -> SimpleNamespace:
        state.called.append(command)
        with open(command[command.index("-c") + 1]) as file:
            state.kept = file.read().split()
        return SimpleNamespace(returncode=state.code, stdout="", stderr="網がない")

    monkeypatch.setattr(subprocess, "run", pip)
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: state.installed.get(name)
    )
    monkeypatch.setattr(importlib.metadata, "version", lambda n: state.installed[n])
    return state


@pytest.mark.parametrize("host", HOSTS)
def test_host_installs_the_parts(
    world: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    host: str,
) -> None:
    monkeypatch.setenv(host, "x")
    exec(CODE, {})
    (command,) = world.called
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert command[-1] == PARTS
    assert world.kept == ["torch==2.9.0+cu126", "numpy==2.0.2"], "版を留めていません"
    assert capsys.readouterr().out == "準備ができました。\n"


def test_nothing_is_installed_when_the_parts_are_there(world: SimpleNamespace) -> None:
    world.installed["lessons"] = "1"
    exec(CODE, {})
    assert world.called == []


def test_own_computer_is_told_how(world: SimpleNamespace) -> None:
    """自分の計算機には，勝手に入れない。"""
    with pytest.raises(ModuleNotFoundError, match="pip install") as error:
        exec(CODE, {})
    assert PARTS in str(error.value)
    assert world.called == []


def test_failure_shows_what_pip_said(
    world: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    world.code = 1
    with pytest.raises(RuntimeError, match="もう一度"):
        exec(CODE, {})
    assert "網がない" in capsys.readouterr().out


def test_cell_fits_a_phone() -> None:
    assert max(map(len, CODE.splitlines())) <= 79
    assert CODE.startswith("# @title ")
