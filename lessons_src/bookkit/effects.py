"""効果の記録：約束（``protocols/*.toml``）のとおりに測り，足あととともに残す。

測るのは ``python -m lessons.effects``（別のプロセス）。ここは，何が古いかを調べ，記録を置く。
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bookkit.arguments import UsageError
from bookkit.execution.machine import lessons_root, look
from bookkit.execution.trace import Trace
from bookkit.execution.workplace import workplace
from bookkit.writing import write_atomically

RUN = """\
import json, runpy, sys, _bookkit_probe
try:
    runpy.run_module("lessons.effects", run_name="__main__", alter_sys=True)
except SystemExit as stop:
    if stop.code:
        raise
print(json.dumps(json.loads(_bookkit_probe.report())["trace"]))
"""
"""測って記録を印字し，次の行に足あとを印字するプログラム。"""
KINDS = ("modules", "files")
"""記録の足あとに残すもの。約束を探しただけのフォルダーは数えない。"""
NOT_MEASURED = re.compile(
    r"lessons/(effects/(?!measure\.py).+|human\.py|.+/human\.csv|palette\.json)"
)
"""開いても，測る値には関わらないもの：約束の読み方，判定，人間の数，色。"""


class Commit(NamedTuple):
    """コミットの番号と日（2026-11-24 の形）。"""

    key: str
    date: str


@dataclass(frozen=True)
class Recorded:
    """約束一つと，その記録の新しさ。

    Attributes:
        id: 名前。
        protocol: 約束のファイル。
        why: 記録が古い訳。空なら新しい。
        promised, measured: 約束と記録を最後に変えたコミット。git の記録がなければ None。
    """

    id: str
    protocol: Path
    why: tuple[str, ...] = ()
    promised: Commit | None = None
    measured: Commit | None = None

    @property
    def title(self) -> str:
        """約束に書いてある，効果の名前。"""
        named = tomllib.loads(self.protocol.read_text("utf8"))
        return str(named.get("name", self.id))

    @property
    def path(self) -> Path:
        """記録のファイル。"""
        return self.protocol.parents[1] / "records" / f"{self.id}.json"


def recorded(root: Path) -> Iterator[Recorded]:
    """本のすべての約束と，記録が古ければその訳。"""
    lessons = lessons_root(root)
    commits = last_commits(lessons)
    for protocol in sorted(lessons.glob("lessons/*/*/protocols/*.toml")):
        one = Recorded(protocol.stem, protocol)
        names = (path.relative_to(lessons).as_posix() for path in (protocol, one.path))
        why = tuple(_why(lessons, one))
        yield Recorded(one.id, protocol, why, *map(commits.get, names))


def _why(lessons: Path, one: Recorded) -> list[str]:
    if not one.path.is_file():
        return ["まだ測っていません"]
    record = json.loads(one.path.read_text("utf8"))
    if record["protocol"] != hashlib.sha256(one.protocol.read_bytes()).hexdigest():
        return ["測った後に約束が変わりました"]
    seen = {
        kind: {name: before[name] for name in _measured(before)}
        for kind, before in record["trace"].items()
    }
    return Trace(seen).changes(lessons)


def last_commits(lessons: Path) -> dict[str, Commit]:
    """``{約束か記録のファイル: それを最後に変えたコミット}``。git の記録がなければ空。"""
    said = _git(
        lessons,
        *("log", "--relative", "--name-only", "--diff-filter=d"),
        *("--format=%x00%H %cs", "--"),
        *("lessons/*/protocols/*", "lessons/*/records/*"),
    )
    found: dict[str, Commit] = {}
    for entry in said.split("\0")[1:]:
        head, *names = entry.split("\n")
        for name in names:
            found.setdefault(name, Commit(*head.split()))
    return found


def _git(lessons: Path, *arguments: str) -> str:
    """git の答え。git か，その記録がなければ空。"""
    try:
        return subprocess.run(
            ["git", "-c", "core.quotepath=off", *arguments],
            cwd=lessons,
            capture_output=True,
            text=True,
            encoding="utf8",
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _refuse_unpromised(lessons: Path, one: Recorded) -> None:
    """コミットしていない約束では測らない（結果を見てから変えられるため）。"""
    where = str(one.protocol.relative_to(lessons))
    if _git(lessons, "status", "--porcelain", "--", where):
        raise UsageError(
            f"{where}: 約束がコミットされていません。先に約束だけをコミットしてから測ってください。"
        )


def measure(root: Path, one: Recorded) -> None:
    """約束のとおりに測り，記録を置く。測れなければ，前の記録を残す。

    Raises:
        UsageError: 測る途中で失敗したとき。
    """
    lessons = lessons_root(root)
    _refuse_unpromised(lessons, one)
    with workplace(root, threads=1) as place:
        folder = place.folder / "trace"
        folder.mkdir()
        done = subprocess.run(
            [place.python, "-c", RUN, one.id],
            env={**place.env, "BOOKKIT_TRACE": str(folder)},
            cwd=place.folder,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf8",
        )
    if done.returncode:
        raise UsageError(f"効果 {one.id} を測れませんでした（上の文を見てください）。")
    record, seen = (json.loads(line) for line in done.stdout.splitlines()[-2:])
    record["cpu"] = look(root).cpu
    used = {kind: _measured(seen.get(kind, ())) for kind in KINDS}
    record["trace"] = Trace.of(lessons, used).seen
    lines = [
        f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in record.items()
    ]
    text = ",\n".join(lines)
    write_atomically(one.path, f"{{\n{text}\n}}\n".encode())


def _measured(names: Iterable[str]) -> list[str]:
    """測る値に関わる名前だけ。"""
    return [name for name in names if not NOT_MEASURED.fullmatch(name)]


def effects(root: Path, names: Sequence[str], *, check: bool) -> int:
    """効果を，約束のとおりに測って記録する。

    名前を省くと，記録が古い効果すべてを測ります。
    記録は，約束と同じ部屋の records/ に残ります。

    Args:
        root: 本のフォルダー。
        names: 約束の名前。
        check: 古いものを言うだけで，測らない。
    """
    every = list(recorded(root))
    unknown = sorted({*names} - {one.id for one in every})
    if unknown:
        known = "，".join(one.id for one in every)
        raise UsageError(f"約束 {'，'.join(unknown)} はありません。ある名前: {known}")
    chosen = [one for one in every if one.id in names or (not names and one.why)]
    for one in chosen:
        print(f"{one.id}：{'，'.join(one.why) or '新しい'}", flush=True)
        if not check:
            measure(root, one)
            print(f"記録しました: {one.path.relative_to(lessons_root(root))}")
    if not chosen:
        print("効果の記録は，すべて新しいです。")
    return int(check and bool(chosen))
