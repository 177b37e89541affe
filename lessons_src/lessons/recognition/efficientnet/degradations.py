"""絵を悪くする操作（Geirhos ほか，2018，2019 の条件にならう）。絵は，この本の絵を使う。

どの操作も，絵 ``(224, 224, 3)`` uint8 と乱数を受け取り，同じ形の絵を返す。
コントラストと雑音とぼかしでは，もとの実験と同じく，先に灰色にする。
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.ndimage import gaussian_filter

Degrade = Callable[[np.ndarray, np.random.Generator], np.ndarray]

SIDE = 224
_NOISE_CONTRAST = 0.3  # 雑音を足す前の，コントラスト


def _pixels(image: np.ndarray) -> np.ndarray:
    return np.clip(np.round(image), 0, 255).astype(np.uint8)


def _grey(image: np.ndarray) -> np.ndarray:
    """灰色の絵 ``(224, 224, 3)``，実数。"""
    return np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)


def grey(image: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """色をなくす。"""
    return _pixels(_grey(image))


def rotated(image: np.ndarray, _: np.random.Generator, *, turns: int) -> np.ndarray:
    """反時計回りに ``turns`` × 90 度回す。"""
    return np.rot90(image, turns).copy()


def contrast(image: np.ndarray, _: np.random.Generator, *, level: float) -> np.ndarray:
    """中間の灰色からの隔たりを ``level`` 倍にする。"""
    return _pixels(127.5 + (_grey(image) - 127.5) * level)


def noise(image: np.ndarray, g: np.random.Generator, *, width: float) -> np.ndarray:
    """コントラストを三割にしてから，画素ごとに −width〜width の雑音を足す（1 が白と黒の差）。"""
    low = 127.5 + (_grey(image) - 127.5) * _NOISE_CONTRAST
    return _pixels(low + 255 * g.uniform(-width, width, (*image.shape[:2], 1)))


def low_pass(image: np.ndarray, _: np.random.Generator, *, sd: float) -> np.ndarray:
    """標準偏差 ``sd`` 画素のガウス関数でぼかす。"""
    return _pixels(gaussian_filter(_grey(image), (sd, sd, 0)))


def silhouette(image: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """白い地を残し，物を黒く塗る。"""
    ground = image.min(axis=2, keepdims=True) >= 250
    return np.repeat(np.where(ground, 255, 0).astype(np.uint8), 3, axis=2)


def unchanged(image: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """そのまま。"""
    return image


DEGRADATIONS: dict[str, Degrade] = {
    "カラー": unchanged,
    "灰色": grey,
    "90 度回転": partial(rotated, turns=1),
    "180 度回転": partial(rotated, turns=2),
    "270 度回転": partial(rotated, turns=3),
    "コントラスト 30 %": partial(contrast, level=0.3),
    "コントラスト 10 %": partial(contrast, level=0.1),
    "コントラスト 5 %": partial(contrast, level=0.05),
    "雑音 0.10": partial(noise, width=0.1),
    "雑音 0.35": partial(noise, width=0.35),
    "ぼかし 3": partial(low_pass, sd=3),
    "ぼかし 7": partial(low_pass, sd=7),
    "ぼかし 15": partial(low_pass, sd=15),
    "影絵": silhouette,
}
"""操作の名前から，操作を引く表。名前は ``human.csv`` の条件と同じ。"""
