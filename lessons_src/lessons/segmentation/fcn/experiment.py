"""図と地の実験：凸の側は，領域が増えるほど，図に見えるか。"""

from __future__ import annotations

import numpy as np

from lessons.experiments import Experiment, Response, Trial
from lessons.experiments.pictures import SIDE, picture

COUNTS = (2, 4, 8)
PEOPLE = {"4 領域": 62.0, "8 領域": 79.0}
"""白黒どちらが図かを直接答えた人の割合（%）。Peterson & Salvagio (2008)，実験 1 の予備実験。"""
POOL, REPEATS = 6, 4
"""領域の数と，凸の側の色ごとに，用意する絵と使う絵。"""
GRAYS = {"black": "rgb(30,30,30)", "white": "rgb(235,235,235)"}


def figure(count: int, convex: str, g: np.random.Generator) -> str:
    """縦に分けた ``count`` 個の領域。``convex`` の色の領域が，左右へふくらむ。"""
    width = 0.86 * SIDE / count
    left = (SIDE - width * count) / 2
    first = int(g.integers(2))  # 凸の領域が，左端から始まるか
    concave = "black" if convex == "white" else "white"
    drawn = (
        f'<rect width="{SIDE}" height="{SIDE}" fill="gray"/>'
        f'<path d="M{left:.0f} 22h{width * count:.0f}v180h-{width * count:.0f}z" '
        f'fill="{GRAYS[concave]}"/>'
    )
    for k in range(first, count, 2):
        x, path = left + k * width, ""
        edges = ((k + 1 < count, x + width, 22, 1), (k > 0, x, 202, -1))
        for inner, at, top, way in edges:  # 右の縁を下へ，左の縁を上へ
            path += f"{'L' if path else 'M'}{at:.1f} {top}"
            if inner:
                path += _bumps(0.28 * width * way, 180 * way, g)
            else:
                path += f"v{180 * way}"
        drawn += f'<path d="{path}z" fill="{GRAYS[convex]}"/>'
    return drawn


def _bumps(out: float, height: float, g: np.random.Generator) -> str:
    """高さ ``height`` を三つに分けた，外へ ``out`` だけふくらむ弧の連なり。"""
    parts = g.uniform(0.7, 1.3, 3)
    return "".join(
        f"c{1.33 * out:.1f} 0 {1.33 * out:.1f} {h:.1f} 0 {h:.1f}"
        for h in height * parts / parts.sum()
    )


def experiment(seed: int = 0) -> Experiment:
    """図と地の実験。答えの正しさはなく，凸の側を図と答えた割合を数える。"""
    g = np.random.default_rng(seed)
    trials = [
        Trial(f"{count} 領域", convex, picture(figure(count, convex, g)), count)
        for count in COUNTS
        for convex in GRAYS
        for _ in range(POOL)
    ]
    return Experiment(
        name="figure-ground",
        title="図と地の実験",
        instructions=(
            "縦の縞が出ます。手前にある「物」に見えるのは，黒ですか，白ですか。見えたとおりに押します。正しい答えはありません。",
            "全部で 24 回，1 分半ほどです。",
        ),
        example=trials[-1].stimulus,
        responses=(Response("black", "黒", "f"), Response("white", "白", "j")),
        trials=trials,
        repeats=REPEATS,
        score="share",
        unit="%",
        measure="凸の側を図と答えた割合",
        shown=1000,
        graded=False,
        others={"人間": PEOPLE},
    )
