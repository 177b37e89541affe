"""写真の切れ端から，独立成分分析（ICA）でフィルターを学ぶ。

Bell & Sejnowski (1997) は，自然の写真を独立な成分に分けると，縁に応じるフィルターが
できることを示した。ここでは scikit-learn の FastICA を使う。対照では，切れ端か学習を壊す。
"""

from __future__ import annotations

import warnings
from functools import lru_cache

import numpy as np
from scipy import ndimage
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning

from lessons.stimuli import photos

PHOTOS = (
    "astronaut", "camera", "chelsea", "coffee", "rocket", "brick", "grass", "gravel",
)  # fmt: skip
"""切れ端を取る写真。"""
USED = 5
"""一度の学習に使う写真の数。種ごとに選び直す。"""

CONTROLS = {
    "shuffled": "切れ端ごとに，画素の場所をでたらめに入れ替える",
    "noise": "写真の代わりに，白色雑音を見せる",
    "phase": "写真の細かさの配分だけを残し，位相をでたらめにする",
    "untrained": "白色化だけして，ICA の回転をでたらめに決める（学習しない）",
    "turned": "写真を，でたらめな角度に回してから切り取る",
}
"""対照の名前と，何をするか。"""


@lru_cache(maxsize=16)
def grey(name: str) -> np.ndarray:
    """白黒にした写真の，明るさの対数 ``(H, W)``。目の細胞も，明るさを対数に近い形で伝える。"""
    return np.log1p(photos.load(name).mean(axis=2))


def patches(
    seed: int, kind: str = "", *, number: int = 8000, side: int = 12
) -> np.ndarray:
    """正方形の切れ端を，写真のでたらめな場所から取る。

    Args:
        seed: 写真と場所を選ぶ種。
        kind: 空なら写真のまま。ほかは ``CONTROLS`` のどれか（``untrained`` は写真のまま）。
        number: 切れ端の数。
        side: 切れ端の一辺（画素）。

    Returns:
        ``(number, side × side)``。一枚ごとに平均を引いてある。

    Raises:
        ValueError: 知らない対照か，切れ端が小さすぎるか大きすぎるとき。
    """
    if kind and kind not in CONTROLS:
        raise ValueError(
            f"対照 {kind!r} はありません。使える名前: {'，'.join(CONTROLS)}"
        )
    if not 4 <= side <= 32:
        raise ValueError(f"切れ端の一辺 {side} を，4 から 32 の間にしてください。")
    g = np.random.default_rng(seed)
    if kind == "noise":
        found = g.normal(size=(number, side * side))
    else:
        chosen = g.choice(len(PHOTOS), USED, replace=False)
        sources = [_source(grey(PHOTOS[i]), kind, g) for i in chosen]
        found = np.stack([_cut(sources[i % USED], side, g) for i in range(number)])
    if kind == "shuffled":
        found = g.permuted(found, axis=1)
    return found - found.mean(axis=1, keepdims=True)


def _source(photo: np.ndarray, kind: str, g: np.random.Generator) -> list[np.ndarray]:
    """切れ端を取る絵。対照では，位相を壊すか，いくつもの角度に回す。"""
    if kind == "phase":
        noise = np.fft.rfft2(g.normal(size=photo.shape))
        spectrum = np.abs(np.fft.rfft2(photo - photo.mean())) * noise / np.abs(noise)
        return [np.fft.irfft2(spectrum, s=photo.shape)]
    if kind == "turned":
        return [_turned(photo, angle) for angle in g.uniform(0, 180, 8)]
    return [photo]


def _turned(photo: np.ndarray, angle: float) -> np.ndarray:
    """回した写真の，まんなかの正方形（どの角度でも，写真の中に収まる大きさ）。"""
    turned = ndimage.rotate(photo, angle, reshape=False, order=1, mode="nearest")
    half = int(min(photo.shape) / 2 / np.sqrt(2))
    y, x = (n // 2 for n in photo.shape)
    return turned[y - half : y + half, x - half : x + half]


def _cut(sources: list[np.ndarray], side: int, g: np.random.Generator) -> np.ndarray:
    source = sources[int(g.integers(len(sources)))]
    y, x = (int(g.integers(n - side + 1)) for n in source.shape)
    return source[y : y + side, x : x + side].ravel()


def independent_filters(
    x: np.ndarray, filters: int = 64, seed: int = 0, *, steps: int = 60
) -> np.ndarray:
    """切れ端を独立な成分に分けるフィルターを学ぶ。

    はじめに白色化で相関を消し，次に，どの成分の値もなるべく尖った分布になる向きへ回す。

    Args:
        x: 切れ端 ``(N, 画素)``。
        filters: フィルターの数。
        seed: 回し始めの向きの種。
        steps: 回す回数。0 なら回さず，でたらめな向きのままにする。

    Returns:
        ``(filters, 画素)``。一つを切れ端に掛けて足すと，その成分の値になる。
    """
    g = np.random.default_rng(seed)
    start = np.linalg.qr(g.normal(size=(filters, filters)))[0]
    ica = FastICA(
        filters, whiten="unit-variance", max_iter=max(steps, 1), tol=1e-3, w_init=start
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ica.fit(x)
    if steps == 0:
        return start @ ica.whitening_
    return ica.components_


@lru_cache(maxsize=8)
def learned(
    seed: int, kind: str = "", *, side: int = 12, number: int = 8000, filters: int = 64
) -> np.ndarray:
    """切れ端を取り，フィルターを学ぶ ``(filters, side, side)``。

    引数は ``patches`` と ``independent_filters`` と同じ。``untrained`` では回さない。
    """
    x = patches(seed, kind, number=number, side=side)
    steps = 0 if kind == "untrained" else 60
    w = independent_filters(x, filters, seed, steps=steps)
    return w.reshape(filters, side, side)
