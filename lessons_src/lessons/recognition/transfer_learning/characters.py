"""一度だけ見た文字を見分ける：でたらめな画でできた文字と，その書き手。

Lake, Salakhutdinov & Tenenbaum (2015) の課題の形にならい，絵はこの本で描く。
"""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageDraw
from scipy.interpolate import splev, splprep

from lessons.recognition.networks import inputs, network

SIDE = 112
"""文字の絵の一辺（画素）。"""
KINDS = 20
"""一度に見分ける文字の数。"""

Strokes = list[np.ndarray]
"""画の並び。一つの画は，通る点 ``(点, 2)``，0〜1。"""


def invent(rng: np.random.Generator) -> Strokes:
    """文字を一つ作る。二つか三つの画を持つ。"""
    return [
        rng.uniform(0.15, 0.85, (rng.integers(2, 5), 2))
        for _ in range(rng.integers(2, 4))
    ]


def _curve(points: np.ndarray) -> np.ndarray:
    """点を通る，なめらかな曲線 ``(24, 2)``。"""
    if len(points) == 2:
        return np.linspace(points[0], points[1], 24)
    spline, _ = splprep(points.T, s=0, k=min(3, len(points) - 1))
    return np.array(splev(np.linspace(0, 1, 24), spline)).T


def write(
    strokes: Strokes, rng: np.random.Generator, amount: float = 1.0
) -> np.ndarray:
    """文字を，ある書き手の癖で書く ``(112, 112)``，uint8。地は白，線は黒。

    Args:
        strokes: 文字。
        rng: 書き手の癖（傾き，大きさ，ゆがみ，点の揺れ）のくじ。
        amount: 癖の大きさの倍率。
    """
    angle, shear = rng.normal(0, (0.12 * amount, 0.15 * amount))
    across, down = 1 + rng.normal(0, 0.1 * amount, 2)
    place = 0.5 + rng.normal(0, 0.04 * amount, 2)
    cos, sin = np.cos(angle), np.sin(angle)
    lean = np.array([[cos, -sin], [sin, cos]]) @ [[across, shear], [0, down]]
    paper = Image.new("L", (2 * SIDE, 2 * SIDE), 255)
    pen = ImageDraw.Draw(paper)
    for points in strokes:
        shaken = points + rng.normal(0, 0.03 * amount, points.shape)
        at = (_curve(shaken) - 0.5) @ lean.T + place
        path = [(float(x), float(y)) for x, y in at * 2 * SIDE]
        pen.line(path, fill=0, width=7, joint="curve")
    return np.asarray(paper.resize((SIDE, SIDE), Image.Resampling.BOX))


def sheet(
    rng: np.random.Generator, kinds: int = KINDS, amount: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """``kinds`` 個の文字を，二人の書き手が書いた絵。どちらも ``(kinds, 112, 112)``。"""
    invented = [invent(rng) for _ in range(kinds)]
    first, second = (
        np.stack([write(strokes, rng, amount) for strokes in invented])
        for _ in range(2)
    )
    return first, second


@torch.no_grad()
def seen(images: np.ndarray, control: str = "", seed: int = 0) -> np.ndarray:
    """絵の表現 ``(N, 次元)``。目の最後の特徴か，``pixels`` なら 14 × 14 に縮めた画素。"""
    if control == "pixels":
        small = [
            np.asarray(Image.fromarray(image).resize((14, 14), Image.Resampling.BOX))
            for image in images
        ]
        return 255.0 - np.stack(small).reshape(len(images), -1)
    found = network(control, seed).features(inputs(images))
    return found.mean(dim=(2, 3)).numpy()


def nearest(known: np.ndarray, new: np.ndarray) -> np.ndarray:
    """新しい表現のそれぞれに，いちばん向きの近い（コサイン）見本の番号 ``(M,)``。"""
    mean = known.mean(axis=0)
    a, b = (
        v / np.linalg.norm(v, axis=1, keepdims=True) for v in (known - mean, new - mean)
    )
    return (b @ a.T).argmax(axis=1)


def one_shot(
    seed: int,
    control: str = "",
    *,
    kinds: int = KINDS,
    amount: float = 1.0,
    sheets: int = 2,
) -> np.ndarray:
    """文字ごとの，当たり（1）か外れ（0）から，偶然を引いた値 ``(sheets × kinds,)``。

    対照は ``pixels``，``untrained``，``shuffled``。
    """
    rng = np.random.default_rng(seed)
    right = []
    for _ in range(sheets):
        first, second = sheet(rng, kinds, amount)
        both = seen(np.concatenate([first, second]), control, seed)
        right.append(nearest(both[:kinds], both[kinds:]) == np.arange(kinds))
    return np.concatenate(right) - 1 / kinds
