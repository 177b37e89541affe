"""JavaScript の検査：壊れた書き方を見つけ，道具がないときは，そう言う。"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OXLINT = Path(sys.executable).with_name("oxlint")
BROKEN = {
    "no-undef": "(() => { later(); })();",
    "no-unused-vars": "(() => { const forgotten = 1; })();",
    "no-implicit-globals": "leaked = 1;",
    "no-var": "(() => { var old = 1; document.title = old; })();",
    "eqeqeq": "(() => { if (document.title == 1) location.reload(); })();",
    "no-unreachable": "(() => { return; location.reload(); })();",
    "no-dupe-keys": "document.data = { a: 1, a: 2 };",
    "no-const-assign": "(() => { const a = 1; a = 2; document.title = a; })();",
    "no-use-before-define": "(() => { document.title = a; const a = 1; })();",
    "Expected `}`": "(() => {",
}


def lint(*paths: Path) -> subprocess.CompletedProcess[str]:
    """本と同じ決まりで調べる。道具がなければ，CI では落ち，手もとではとばす。"""
    if not OXLINT.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("oxlint がありません")
    config = ROOT / ".oxlintrc.json"
    return subprocess.run(
        [OXLINT, "-c", config, "--format=unix", *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_script_of_the_book_is_clean() -> None:
    scripts = sorted((ROOT / "lessons_src").rglob("*.js"))
    assert {"book.js", "search.js", "sw.js"} <= {path.name for path in scripts}
    done = lint(*scripts)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("rule", "code"), BROKEN.items(), ids=BROKEN)
def test_broken_script_is_found(tmp_path: Path, rule: str, code: str) -> None:
    path = tmp_path / "broken.js"
    path.write_text(code + "\n", "utf8")
    done = lint(path)
    assert done.returncode == 1
    assert rule in done.stdout


@pytest.mark.parametrize(("name", "code"), [("sw.js", 0), ("page.js", 1)])
def test_only_the_service_worker_knows_its_names(
    tmp_path: Path, name: str, code: int
) -> None:
    path = tmp_path / name
    path.write_text("clients.claim();\n", "utf8")
    assert lint(path).returncode == code


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 2)])
def test_missing_linter_is_said_and_fails_only_in_ci(ci: str, code: int) -> None:
    done = subprocess.run(
        ["make", "javascript", "VENV=nowhere"],
        cwd=ROOT,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "oxlint がないので" in done.stdout + done.stderr


def test_folder_without_scripts_does_not_pass(tmp_path: Path) -> None:
    assert lint(tmp_path).returncode == 1
