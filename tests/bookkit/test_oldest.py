"""下限の版を読む。"""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / ".ci" / "oldest.py"
oldest = runpy.run_path(str(SCRIPT))["oldest"]


def test_lower_bounds_become_exact_versions(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(
        '[project]\ndependencies = ["torch>=2.2", "a-b.c >= 1.0.1, <2"]\n', "utf8"
    )
    assert oldest(path) == ["torch==2.2", "a-b.c==1.0.1"]


@pytest.mark.parametrize("line", ["torch", "torch<3", "torch~=2.2"])
def test_a_package_without_lower_bound_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(f'[project]\ndependencies = ["{line}"]\n', "utf8")
    with pytest.raises(ValueError, match=r"下限がありません.*>="):
        oldest(path)


def test_runs_as_a_plain_file() -> None:
    """作業（oldest.yml）が呼ぶ形。bookkit が入っていなくても動く。"""
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert any(line.startswith("torch==") for line in done.stdout.splitlines())
