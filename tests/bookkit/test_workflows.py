"""GitHub の自動作業：書式が正しく，危ない所がなく，約束どおりの段を踏む。"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def run(*command: str) -> None:
    tool = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def load(path: Path) -> dict[Any, Any]:
    return yaml.safe_load(path.read_text("utf8"))


def steps_of(path: Path) -> list[dict[str, Any]]:
    return [step for job in load(path)["jobs"].values() for step in job["steps"]]


def test_there_are_workflows() -> None:
    names = {path.name for path in WORKFLOWS}
    assert {"book.yml", "gpu.yml", "links.yml"} <= names
    assert not list((GITHUB / "workflows").glob("*.yaml")), "拡張子は .yml にそろえる"


def test_schema_of_workflows() -> None:
    run(
        "check-jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        *map(str, WORKFLOWS),
    )


def test_schema_of_issue_forms() -> None:
    """報告の書式：題名，印，必ず書く所があり，名札が重ならない。"""
    forms = [
        path
        for path in sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
        if path.name != "config.yml"
    ]
    assert {path.stem for path in forms} == {"typo", "notebook", "question"}
    for path in forms:
        run(
            "check-jsonschema",
            "--builtin-schema",
            "vendor.github-issue-forms",
            str(path),
        )
        fields = load(path)["body"]
        names = [field["id"] for field in fields]
        assert len(names) == len(set(names))
        assert any(field.get("validations", {}).get("required") for field in fields)


def test_a_pull_request_can_be_looked_at_before_it_is_taken() -> None:
    """できた本と変わった頁の一覧が残り，よその人のコードに，秘密も書く権利も渡さない。"""
    book = load(GITHUB / "workflows" / "book.yml")
    steps = [step for step in steps_of(GITHUB / "workflows" / "book.yml")]
    mine = [s for s in steps if s.get("if") == "github.event_name == 'pull_request'"]
    assert [s["with"]["path"] for s in mine if "with" in s] == ["_build/html"]
    assert book["jobs"]["book"]["permissions"] == {"contents": "read"}
    assert "secrets." not in (GITHUB / "workflows" / "book.yml").read_text("utf8")
    assert "pull_request_target" not in book[True]


def test_schema_of_dependabot() -> None:
    run(
        "check-jsonschema",
        "--builtin-schema",
        "vendor.dependabot",
        str(GITHUB / "dependabot.yml"),
    )


def test_nothing_dangerous() -> None:
    run("zizmor", "--offline", "--no-progress", "--persona=pedantic", str(GITHUB))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_least_rights_and_limits(path: Path) -> None:
    """権限は仕事ごとに要る分だけ。時間と同時実行にも限りがある。"""
    workflow = load(path)
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 360, name
        assert "write-all" not in str(job.get("permissions", {})), name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned(path: Path) -> None:
    text = path.read_text("utf8")
    used = re.findall(r"uses: *(\S+)(.*)", text)
    for action, comment in used:
        assert PINNED.fullmatch(action), f"{action} を SHA で留める"
        assert re.search(r"# v\d+\.\d+\.\d+", comment), f"{action} に版の注釈"
    assert len(used) == sum("uses" in step for step in steps_of(path))


def test_one_version_of_each_action() -> None:
    """同じ作業部品は，どの作業でも同じ版を使う。"""
    versions: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for step in steps_of(path):
            name, _, version = str(step.get("uses", "")).partition("@")
            owner = "/".join(name.split("/")[:2])
            if name:
                versions.setdefault(owner, set()).add(version)
    assert {name: v for name, v in versions.items() if len(v) > 1} == {}


BOOK = GITHUB / "workflows" / "book.yml"


def test_book_runs_every_stage_of_make_test() -> None:
    """GitHub の段と ``make test`` の段は，同じものを同じ順に呼ぶ。"""
    called = [
        step["run"].removeprefix("make ")
        for step in steps_of(BOOK)
        if str(step.get("run", "")).startswith("make ")
    ]
    makefile = (ROOT / "Makefile").read_text("utf8")
    rule = makefile.split("\ntest:", 1)[1].split("\n\n", 1)[0]
    assert called == re.findall(r"\$\(MAKE\) --no-print-directory (\w+)", rule)
    assert called == ["lint", "unit", "book", "rehearse", "book", "site"]


def test_only_main_publishes_and_saves() -> None:
    """pull request は，公開も，main が使う結果の書き換えもできない。"""
    workflow = load(BOOK)
    assert workflow[True]["push"] == {"branches": ["main"]}  # YAML の on は真と読まれる
    assert workflow["jobs"]["deploy"]["if"] == "github.event_name == 'push'"
    assert workflow["jobs"]["deploy"]["needs"] == "book"
    for step in steps_of(BOOK):
        uses = str(step.get("uses", ""))
        assert not uses.startswith("actions/cache@"), "読むと残すを分ける"
        if uses.startswith(("actions/cache/save@", "actions/upload-pages-artifact@")):
            assert "github.event_name == 'push'" in step["if"]


def test_only_main_writes_the_notebooks_branch() -> None:
    job = load(BOOK)["jobs"]["notebooks"]
    assert job["if"] == "github.event_name == 'push'"
    assert job["needs"] == "book"
    (given,) = [
        step
        for step in steps_of(BOOK)
        if step.get("with", {}).get("path") == "_build/notebooks"
    ]
    assert given["with"]["include-hidden-files"], ".binder が落ちる"
    assert f"--name {given['with']['name']} " in job["steps"][0]["run"]


def test_oldest_versions_are_those_of_pyproject() -> None:
    """いちばん古い版の作業は，版を書き写さず，pyproject.toml から読む。"""
    path = GITHUB / "workflows" / "oldest.yml"
    text = path.read_text("utf8")
    assert ".ci/oldest.py > oldest.txt" in text
    assert not re.findall(r"(?:torch|numpy|matplotlib)[=><]", text)
    project = (ROOT / "pyproject.toml").read_text("utf8")
    (lowest,) = re.findall(r'requires-python = ">=([\d.]+)"', project)
    versions = [
        step["with"]["python-version"]
        for step in steps_of(path)
        if step.get("id") == "oldest"
    ]
    assert versions == [lowest]


def test_a_cold_run_every_week() -> None:
    """週に一度は，前の実行結果を使わずに最初から作る。"""
    assert load(BOOK)[True]["schedule"]
    for step in steps_of(BOOK):
        if str(step.get("uses", "")).startswith("actions/cache/restore@"):
            assert "schedule" not in step["if"]
            assert "github.event_name == 'push'" in step["if"]


GPU = GITHUB / "workflows" / "gpu.yml"


def test_gpu_runs_by_hand_weekly_and_on_main_but_never_on_foreign_code() -> None:
    workflow = load(GPU)
    triggers = workflow[True]
    assert set(triggers) == {"workflow_dispatch", "schedule", "push"}
    assert triggers["push"]["branches"] == ["main"]
    guard = workflow["jobs"]["check"]["if"]
    assert "github.ref == 'refs/heads/main'" in guard
    assert "!github.event.repository.fork" in guard
    assert workflow["jobs"]["record"]["needs"] == "check"
    assert workflow["jobs"]["propose"]["needs"] == "record"


def test_gpu_runner_comes_from_a_variable_and_code_there_cannot_write() -> None:
    jobs = load(GPU)["jobs"]
    assert jobs["record"]["runs-on"] == "${{ vars.GPU_RUNNER }}"
    assert "vars.GPU_RUNNER != ''" in jobs["record"]["if"]
    assert "needs.check.outputs.stale == 'true'" in jobs["record"]["if"]
    assert set(jobs["record"]["permissions"].values()) == {"read"}
    writers = [n for n, job in jobs.items() if "write" in job["permissions"].values()]
    assert writers == ["propose"]
    commands = " ".join(str(step.get("run", "")) for step in jobs["propose"]["steps"])
    assert "python" not in commands


def test_gpu_logs_are_kept_even_after_a_failure() -> None:
    steps = load(GPU)["jobs"]["record"]["steps"]
    kept = [s for s in steps if str(s.get("uses", "")).startswith("actions/upload-")]
    assert {step["with"]["name"] for step in kept} == {"logs", "recorded"}
    assert all(step["if"] == "always()" for step in kept)


def test_gpu_check_installs_no_torch() -> None:
    """鍵を調べるだけの作業は，頁をつくる部品だけを入れる。"""
    text = (ROOT / "requirements.txt").read_text("utf8")
    part = text.split("# 頁をつくる\n", 1)[1].split("\n\n", 1)[0]
    assert "myst-nb==" in part
    assert "nbclient==" in part
    assert "torch" not in part
    commands = str(load(GPU)["jobs"]["check"]["steps"])
    assert "/^# 頁をつくる$/,/^$/p" in commands


def test_windows_gets_the_same_bytes(tmp_path: Path) -> None:
    """``core.autocrlf`` の計算機でも，行の終わりは LF のまま（鍵と .ci/run のため）。"""

    def git(*command: str, cwd: Path = tmp_path) -> None:
        name = ["-c", "user.name=x", "-c", "user.email=x@example.invalid"]
        subprocess.run(["git", *name, *command], cwd=cwd, check=True)

    git("init", "-q", "one")
    names = (".gitattributes", ".ci/run", "book/index.md", "_toc.yml")
    for name in names:
        path = tmp_path / "one" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / name).read_bytes())
    git("add", ".", cwd=tmp_path / "one")
    git("commit", "-qm", "x", cwd=tmp_path / "one")
    git("clone", "-q", "-c", "core.autocrlf=true", "one", "two")
    for name in names:
        assert (tmp_path / "two" / name).read_bytes() == (ROOT / name).read_bytes()
