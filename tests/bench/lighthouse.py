"""すべての頁を Lighthouse（電話）で三回ずつ測り，中央値を表にする。``make lighthouse``。

Node.js と npm と Chromium が要る。Lighthouse は ``_build/tools`` に入れる。
一つでも 100 に届かない頁があれば，終了コード 1 で終わる。
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from serving import ROOT, browser_path, documents, serve

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


def tool() -> Path:
    """Lighthouse の場所。なければ入れる。"""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(
            "npm がありません。Node.js を入れてから，もう一度動かしてください。"
        )
    folder = ROOT / "_build" / "tools"
    command = folder / "node_modules" / ".bin" / "lighthouse"
    package = folder / "node_modules" / "lighthouse" / "package.json"
    if not package.is_file() or json.loads(package.read_text())["version"] != VERSION:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n')
        subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", f"lighthouse@{VERSION}"],
            cwd=folder,
            check=True,
        )
    return command


def measure(command: Path, address: str) -> tuple[dict[str, float], list[str]]:
    """一度測る。四つの点と，満点でなかった項目を返す。"""
    done = subprocess.run(
        [
            str(command),
            address,
            "--quiet",
            "--output=json",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={FLAGS}",
        ],
        env={**os.environ, "CHROME_PATH": browser_path()},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    if not done.stdout.strip():
        raise SystemExit(f"{address} を測れません。\n{done.stderr[-2000:]}")
    report = json.loads(done.stdout)
    scores = {
        name: 100 * (report["categories"][name]["score"] or 0) for name in CATEGORIES
    }
    weak = [
        f"{audit['id']}（{audit.get('displayValue') or audit['title']}）"
        for name in CATEGORIES
        for ref in report["categories"][name]["auditRefs"]
        if ref["weight"]
        for audit in [report["audits"][ref["id"]]]
        if audit["score"] is not None and audit["score"] < 0.995
    ]
    return scores, weak


def main() -> int:
    """表を出す。"""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="測る回数")
    parser.add_argument("pages", nargs="*", help="文書の名前（なければすべて）")
    options = parser.parse_args()
    command, failed = tool(), False
    print(
        "| 頁 | 性能 | 見やすさ | 作法 | 検索 | 満点でない項目 |\n|---|--:|--:|--:|--:|---|"
    )
    with serve() as base:
        for name in [*(options.pages or [*documents(), "search"])]:
            runs = [measure(command, f"{base}{name}.html") for _ in range(options.runs)]
            medians = [
                statistics.median(scores[kind] for scores, _ in runs)
                for kind in CATEGORIES
            ]
            failed |= min(medians) < 100
            cells = " | ".join(f"{score:.0f}" for score in medians)
            weak = "，".join(sorted({w for _, many in runs for w in many}))
            print(f"| {name} | {cells} | {weak} |", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
