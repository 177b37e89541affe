"""本を作る時間を，もとの Jupyter Book と並べて測り，比の表を出す。

::

    python tests/bench/builds.py              この本と，40 章の作りものの本
    python tests/bench/builds.py generated --chapters 10

もとの Jupyter Book は ``execute_notebooks: cache`` で，この本の実行の部品だけを外して動かす。
比は「この本 ÷ もと」で，1 より小さければ速い。順番の影響をならすため，場面ごとに交互に測る。
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

import bookkit

ROOT = Path(__file__).resolve().parents[2]
EXECUTION = ("bookkit.unfinished", "bookkit.execution.extension")
"""実行の部品。"""
BUILD = "from jupyter_book.cli.main import main; main()"
COPIED_NOT = ("_build", ".git", ".venv", "node_modules", "__pycache__", ".*_cache")
GROUP = 5
"""作りものの本で，一つの部品を使う章の数。"""


@dataclass
class Side:
    """測る本一冊：この本のやり方か，もとのやり方。"""

    root: Path
    ran: re.Pattern[str]
    """一章を実行したときに出る行。"""
    env: dict[str, str] = field(default_factory=dict)

    def build(self) -> tuple[float, int]:
        """ビルドし，``(秒, 実行した章の数)`` を返す。"""
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", BUILD, "build", "."],
            cwd=self.root,
            env={**os.environ, **self.env, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            encoding="utf8",
        )
        seconds = time.perf_counter() - begun
        if done.returncode:
            sys.exit(f"{self.root}: ビルドに失敗しました\n{done.stderr[-3000:]}")
        return seconds, len(self.ran.findall(done.stdout + done.stderr))


OURS = re.compile(r"^実行 \S+：", re.MULTILINE)
STOCK = re.compile(r"Executed notebook in")


def configure(root: Path, extensions: list[str], execute: str) -> None:
    """``_config.yml`` の拡張と実行のしかたを変える。"""
    path = root / "_config.yml"
    config = yaml.safe_load(path.read_text("utf8"))
    config["execute"]["execute_notebooks"] = execute
    sphinx = config["sphinx"]
    if "extensions" in sphinx["config"]:
        sphinx["config"]["extensions"] = extensions
    else:
        sphinx["extra_extensions"] = extensions
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf8")


def real(folder: Path) -> tuple[Side, Side]:
    """この本の写しを二つ。片方は，実行の部品だけを外す。"""
    sides = []
    for name in ("ours", "stock"):
        root = folder / name
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*COPIED_NOT))
        env = {"PYTHONPATH": str(root / "lessons_src")}
        sides.append(Side(root, OURS if name == "ours" else STOCK, env))
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))
    others = [n for n in config["sphinx"]["config"]["extensions"] if n != "bookkit"]
    ours = [n for n in bookkit.EXTENSIONS if n not in EXECUTION]
    configure(sides[1].root, [*others, *ours], "cache")
    status = sides[1].root / "book" / "status.md"
    status.write_text("# この本の状態\n", "utf8")  # 状態の表は，実行の部品のもの
    return sides[0], sides[1]


CONFIG = {
    "title": "作りものの本",
    "author": "測る人",
    "only_build_toc_files": True,
    "execute": {"execute_notebooks": "off", "timeout": 180},
    "sphinx": {"extra_extensions": [], "config": {"language": "ja"}},
}
MODULE = '''\
"""小さなネットワークを学習する。"""
import numpy as np
import torch
from torch import nn

def losses(seed, steps=150):
    torch.manual_seed(seed)
    x = torch.randn(64, 3, 32, 32)
    y = (x.mean((1, 2, 3)) > 0).long()
    layers = [nn.Conv2d(3, 16, 3, 2), nn.ReLU(), nn.Conv2d(16, 16, 3, 2), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(2))
    model(x)
    optimizer = torch.optim.Adam(model.parameters())
    found = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return np.array(found)
'''
CHAPTER = """\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3, language: python}}
---
# 章 {number}

文章です。

```{{code-cell}} ipython3
import matplotlib.pyplot as plt
from lessons import {module}
curve = {module}.losses({number})
```

```{{code-cell}} ipython3
fig, ax = plt.subplots()
ax.plot(curve)
fig
```

```{{code-cell}} ipython3
print(curve[-1])
```
"""


def generated(folder: Path, chapters: int) -> tuple[Side, Side]:
    """``chapters`` 章の本を二つ。部品一つを ``GROUP`` 章が使う。"""
    sides = []
    for name in ("ours", "stock"):
        root = folder / name
        package = root / "lessons_src" / "lessons"
        package.mkdir(parents=True)
        (root / "book").mkdir()
        (package / "__init__.py").touch()
        shutil.copy(ROOT / "lessons_src/lessons/runtime.py", package)
        toc = ["format: jb-book", "root: book/index", "chapters:"]
        (root / "book/index.md").write_text("# 表紙\n", "utf8")
        for number in range(chapters):
            module = f"part{number // GROUP}"
            (package / f"{module}.py").write_text(MODULE, "utf8")
            text = CHAPTER.format(number=number, module=module)
            (root / f"book/c{number:02}.md").write_text(text, "utf8")
            toc.append(f"- file: book/c{number:02}")
        (root / "_toc.yml").write_text("\n".join(toc), "utf8")
        depends = (
            '[project]\nname = "x"\ndependencies = ["numpy", "matplotlib", "torch"]\n'
        )
        (root / "pyproject.toml").write_text(depends, "utf8")
        text = yaml.safe_dump(CONFIG, allow_unicode=True)
        (root / "_config.yml").write_text(text, "utf8")
        paths = [str(root / "lessons_src"), str(ROOT / "lessons_src")]
        env = {"PYTHONPATH": os.pathsep.join(paths)}
        sides.append(Side(root, OURS if name == "ours" else STOCK, env))
    configure(sides[0].root, [*EXECUTION], "off")
    configure(sides[1].root, [], "cache")
    return sides[0], sides[1]


def append(name: str, text: str) -> Callable[[Path], None]:
    """ファイルの終わりに文を足す変更。"""

    def change(root: Path) -> None:
        with (root / name).open("a", encoding="utf8") as file:
            file.write(text)

    return change


def measure(
    ours: Side, stock: Side, page: str, module: str, users: int | None = None
) -> None:
    """五つの場面を測り，表の行を出す。

    Args:
        users: ``module`` を使う章の数。分かっていれば，ちょうどその数が実行されたかを確かめる。
    """
    scenes: list[tuple[str, Callable[[Path], None], int, int | None]] = [
        ("初めてのビルド", lambda root: None, 1, None),
        ("何も変えない", lambda root: None, 3, 0),
        ("文を一つ直す", append(page, "\n一文を足しました。\n"), 1, 0),
        ("部品に注釈を足す", append(module, "\n# 注釈\n"), 1, 0),
        (f"部品を一つ直す（{module}）", append(module, "\nCHANGED = 1\n"), 1, users),
    ]
    print("| 場面 | この本 秒（実行した章） | もと 秒（実行した章） | 比 |")
    print("|---|--:|--:|--:|")
    for title, change, times, wanted in scenes:
        found: dict[str, list[tuple[float, int]]] = {"ours": [], "stock": []}
        for side in (ours, stock):
            change(side.root)
        for _ in range(times):
            found["ours"].append(ours.build())
            found["stock"].append(stock.build())
        (mine, ran), (theirs, other) = min(found["ours"]), min(found["stock"])
        if wanted is not None and {count for _, count in found["ours"]} != {wanted}:
            sys.exit(f"{title}：{wanted} 章のはずが，{found['ours']} 章を実行しました")
        ratio = f"{mine / theirs:.2f}"
        if ran != other:
            ratio += "（もとは古いまま）" if ran > other else ""
        print(f"| {title} | {mine:.1f}（{ran}） | {theirs:.1f}（{other}） | {ratio} |")
        sys.stdout.flush()


def main() -> int:
    """引数を読み，測る。"""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("book", nargs="?", choices=["real", "generated"])
    parser.add_argument("--chapters", type=int, default=40)
    wanted = parser.parse_args()
    assert isinstance(sys.stdout, io.TextIOWrapper)
    sys.stdout.reconfigure(line_buffering=True)  # 途中の行も，すぐに読める
    cores = len(os.sched_getaffinity(0))
    print(f"核 {cores}，はじめの負荷 {os.getloadavg()[0]:.1f}")
    if wanted.book in (None, "generated"):
        with tempfile.TemporaryDirectory() as folder:
            print(
                f"\n作りものの本（{wanted.chapters} 章，部品一つを {GROUP} 章が使う）\n"
            )
            sides = generated(Path(folder), wanted.chapters)
            users = min(GROUP, wanted.chapters)
            measure(*sides, "book/c00.md", "lessons_src/lessons/part0.py", users)
    if wanted.book in (None, "real"):
        with tempfile.TemporaryDirectory() as folder:
            print("\nこの本\n")
            name = "lessons_src/lessons/attention/saliency/model.py"
            measure(*real(Path(folder)), "book/attention/saliency.md", name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
