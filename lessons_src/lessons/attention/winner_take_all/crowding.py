"""混み合い：窓の中の特徴を足し合わせてから競わせると，隣の文字が邪魔をする。

窓の大きさは，視野の中心からの距離（偏心度）に比例させる。
比例の係数 0.46 は，Freeman & Simoncelli (2011) が，人間が見分けられない絵から求めた値。
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SCALING = 0.46
"""窓の直径 ÷ 偏心度。"""
ECCENTRICITIES = (4.0, 8.0, 12.0, 16.0)
"""標的を置く偏心度（度）。"""
RATIOS = np.linspace(0.0, 1.2, 25)
"""標的と隣の文字の間隔 ÷ 偏心度。"""
SIZE = 0.4
"""文字の広がり（標準偏差，度）。偏心度によらず同じ。"""
STROKES, CHANNELS = 6, 8


def alphabet(letters: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """無作為な線でできた文字を作る。

    Returns:
        線の位置 ``(letters, 6, 2)``（度）と，傾きのチャンネルの応答 ``(letters, 6, 8)``。
    """
    places = rng.normal(0, SIZE / 2, (letters, STROKES, 2))
    tilts = rng.uniform(0, np.pi, (letters, STROKES, 1))
    likes = np.pi * np.arange(CHANNELS) / CHANNELS
    return places, np.clip(np.cos(tilts - likes), 0, None) ** 4 + (
        np.clip(np.cos(tilts - likes + np.pi), 0, None) ** 4
    )


def diameter(eccentricity: float, scaling: float, window: str) -> float:
    """窓の直径（度）。

    Args:
        eccentricity: 偏心度（度）。
        scaling: 窓の直径 ÷ 偏心度。
        window: ``"grows"`` なら偏心度に比例，``"fixed"`` なら偏心度 4 度の大きさのまま，
            ``"none"`` なら文字がちょうど入る大きさ。

    Raises:
        ValueError: 知らない窓のとき。
    """
    sizes = {
        "grows": scaling * eccentricity,
        "fixed": scaling * ECCENTRICITIES[0],
        "none": 3 * SIZE,
    }
    if window not in sizes:
        raise ValueError(f"窓 {window!r} はありません。使える名前: {'，'.join(sizes)}")
    return sizes[window]


def accuracy(
    spacing: float,
    eccentricity: float,
    rng: np.random.Generator,
    *,
    scaling: float = SCALING,
    window: str = "grows",
    letters: int = 8,
    noise: float = 0.5,
    trials: int = 400,
) -> float:
    """標的の文字が競争に勝つ割合。標的の内と外に，一つずつ隣の文字がある。

    窓は，標的の中心を含むように，無作為な所に置く。窓に入った線の応答を足し，
    文字ごとの合い方を比べて，いちばん合う文字を勝者とする。

    Args:
        spacing: 標的と隣の文字の，中心の間隔（度）。``inf`` なら，隣の文字はない。
        eccentricity: 標的の偏心度（度）。
        rng: 乱数。
        scaling, window: ``diameter`` と同じ。
        letters: 文字の種類の数。
        noise: 足した応答に加わる雑音の標準偏差。
        trials: くり返す回数。
    """
    places, responses = alphabet(letters, rng)
    known = responses.sum(1)  # (letters, 8)：窓に一つだけ入ったときの応答
    radius = diameter(eccentricity, scaling, window) / 2
    target, *around = rng.integers(letters, size=(3, trials))
    angle, far = rng.uniform(0, 2 * np.pi, trials), np.sqrt(rng.random(trials))
    center = radius * far * np.stack([np.cos(angle), np.sin(angle)])  # (2, trials)
    pooled = known[target] + rng.normal(0, noise, (trials, CHANNELS))
    for letter, side in zip(around, (-1, 1), strict=True):
        if np.isfinite(spacing):
            at = places[letter] + np.array([side * spacing, 0])  # (trials, 6, 2)
            inside = np.linalg.norm(at - center.T[:, None], axis=2) <= radius
            pooled += (inside[..., None] * responses[letter]).sum(1)
    match = -((known - pooled[:, None]) ** 2).sum(2)  # (trials, letters)
    return float((match.argmax(1) == target).mean())  # いちばん合う文字が勝つ


def critical_spacing(
    eccentricity: float, rng: np.random.Generator, **options: Any
) -> float:
    """成績が，いちばん狭いときと隣がないときの中間に届く，間隔（度）。"""
    alone = accuracy(np.inf, eccentricity, rng, **options)
    found = np.array(
        [accuracy(r * eccentricity, eccentricity, rng, **options) for r in RATIOS]
    )
    middle = (alone + found[0]) / 2
    return eccentricity * float(RATIOS[np.flatnonzero(found < middle)[-1] + 1])


def bouma(seed: int, control: str = "", **options: Any) -> float:
    """偏心度が 1 度増えると，邪魔されない間隔が何度広がるか（ボーマの係数）。

    Args:
        seed: 文字と乱数の種。
        control: 空でなければ，窓の種類（``diameter`` の ``window``）。
        options: ``accuracy`` に渡す値。
    """
    rng = np.random.default_rng(seed)
    if control:
        options["window"] = control
    spacings = [critical_spacing(e, rng, **options) for e in ECCENTRICITIES]
    return float(np.polyfit(ECCENTRICITIES, spacings, 1)[0])
