"""保存してから頁が替わるまでの時間を，もとの sphinx-autobuild と並べて測る。

::

    python tests/bench/saves.py [--chapters 40] [--times 5]

どちらも同じ作りものの本（実行するコードのない章）で，一つの章の文を直しては，新しい文が配られるのを待つ。
もとの側は，この本の拡張を使わない（myst-nb だけの）本で，その分の仕事がない。
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAIN = "extensions = ['myst_nb']\nnb_execution_mode = 'off'\nlanguage = 'ja'\n"


def write_book(root: Path, chapters: int) -> None:
    """``chapters`` 章の本。実物の章から，コードと本の部品を除いた文章を使う。

    指摘のある頁は，直るまで替わらないので，決まりに触れない行だけを残す。
    """
    sources = sorted((ROOT / "book").glob("*/*.md"))
    shutil.copy(ROOT / "_config.yml", root)
    (root / "book").mkdir(parents=True)
    shutil.copy(ROOT / "book/references.bib", root / "book")
    names = [f"c{number:02}" for number in range(chapters)]
    (root / "book/index.md").write_text("# 表紙\n", "utf8")
    for number, name in enumerate(names):
        text = sources[number % len(sources)].read_text("utf8")
        lines = [
            line
            for line in text.splitlines()
            if re.match(r"##+ [^`{$*]+$|[^\W`:$|%-][^`{$|*\[(,;:]*[。？]$", line)
        ]
        body = "\n\n".join(line for line in lines if not line.startswith("# "))
        (root / f"book/{name}.md").write_text(
            f"# 章 {name}\n\n印 0 です。\n\n{body}\n", "utf8"
        )
    toc = ["format: jb-book", "root: book/index", "chapters:"]
    toc += [f"- file: book/{name}" for name in names]
    (root / "_toc.yml").write_text("\n".join([*toc, ""]), "utf8")


def measure(command: list[str], root: Path, base: str, times: int) -> list[float]:
    """保存してから，新しい文が配られるまでの秒。"""
    log = (root / "log.txt").open("w")
    process = subprocess.Popen(command, cwd=root, stdout=log, stderr=log)
    page, found = root / "book/c07.md", []

    def wait(text: str) -> float:
        begun = time.perf_counter()
        while time.perf_counter() - begun < 300:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"{base}/book/c07.html") as got,
            ):
                if text in got.read().decode("utf8"):
                    return time.perf_counter() - begun
            time.sleep(0.02)
        sys.exit(f"{' '.join(command)}: 頁が替わりません（{log.name}）")

    try:
        wait("印 0 です")
        time.sleep(3)
        for number in range(times):
            old = page.read_text("utf8")
            page.write_text(old.replace(f"印 {number} ", f"印 {number + 1} "), "utf8")
            found.append(wait(f"印 {number + 1} です"))
            time.sleep(1)
    finally:
        process.terminate()
        process.wait()
    return found


def main() -> int:
    """引数を読み，測る。"""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chapters", type=int, default=40)
    parser.add_argument("--times", type=int, default=5)
    wanted = parser.parse_args()
    print(f"核 {len(os.sched_getaffinity(0))}，はじめの負荷 {os.getloadavg()[0]:.1f}")
    print(f"{wanted.chapters} 章，{wanted.times} 回の中央値\n")
    print("| | 保存から頁まで（秒） | いちばん遅い回 |\n|---|--:|--:|")
    for name, port in (("bookkit live", 8441), ("sphinx-autobuild", 8442)):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve() / "book"
            root.mkdir()
            write_book(root, wanted.chapters)
            command = [sys.executable, "-m", "bookkit", "live", "--port", str(port)]
            if name != "bookkit live":
                (root / "conf.py").write_text(PLAIN, "utf8")
                listed = "\n".join(f"book/c{n:02}" for n in range(wanted.chapters))
                top = f"# 表紙\n\n```{{toctree}}\nbook/index\n{listed}\n```\n"
                (root / "index.md").write_text(top, "utf8")
                out = str(root.parent / "out")
                program = [sys.executable, "-m", "sphinx_autobuild"]
                command = [*program, "--port", str(port), str(root), out]
            found = measure(command, root, f"http://127.0.0.1:{port}", wanted.times)
            print(f"| {name} | {statistics.median(found):.2f} | {max(found):.2f} |")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
