"""場所のソフトマックス：特徴地図から，目を向ける場所の確率をつくる。

どの地図も同じ順に使う：特徴地図 ``A`` に重みを掛けて一枚の地図 ``M`` にし，
温度 ``beta`` のソフトマックス関数で場所の確率 ``p`` にし，くじで目を動かすか，平均して見る。
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from lessons.attention.cam.model import class_activation_map
from lessons.basics.softmax.model import entropy, softmax
from lessons.weights import efficientnet_lite0
from lessons.weights.classifier import Classifier
from lessons.weights.efficientnet_lite0 import EfficientNetLite0

Array = NDArray[np.float64]


def standardize(M: ArrayLike) -> Array:
    """地図の目盛りをそろえる：平均 0，標準偏差 1。平らな地図は，どこも 0 にする。"""
    values = np.asarray(M, float)
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 1e-9 else 1.0)


def gaze(M: ArrayLike, beta: float = 1.0) -> Array:
    """地図を，目を向ける場所の確率にする（目盛りをそろえてから，ソフトマックス関数）。

    Args:
        M: 地図 ``(h, w)``。大きいほど，目が向きやすい。
        beta: 温度。0 より大きい数。地図の標準偏差を 1 とした大きさ。

    Returns:
        場所の確率 ``(h, w)``。正の数で，合計は 1。
    """
    values = standardize(M)
    if values.ndim != 2:
        raise ValueError(
            f"地図は (縦, 横) の二次元にしてください（受け取った形: {values.shape}）。"
        )
    return softmax(values.ravel(), beta).reshape(values.shape)


def spotlight(shape: tuple[int, int], center: tuple[float, float], sd: float) -> Array:
    """場所の手がかり：``center`` に近いほど目を向ける，丸い光のような確率。

    中心からの距離の二乗 ``d²`` に負の符号を付けた地図 ``−d²`` を，
    温度 ``2 sd²`` のソフトマックス関数に入れると，ガウス分布になる。

    Args:
        shape: 地図の大きさ ``(h, w)``。
        center: 光の中心 ``(行, 列)``。ますを単位とし，左上のますの中心が ``(0, 0)``。
        sd: 光の広がり（標準偏差，ます）。0 より大きい数。

    Returns:
        場所の確率 ``(h, w)``。
    """
    row, column = np.indices(shape)
    squared = (row - center[0]) ** 2 + (column - center[1]) ** 2
    return softmax(-squared.ravel(), 2 * sd**2).reshape(shape)


def places(p: ArrayLike) -> float:
    """実質何か所に迷っているか：``2^H``。H は場所の確率のエントロピー（ビット）。"""
    return float(2 ** entropy(np.asarray(p, float).ravel()))


def fixations(
    p: ArrayLike, count: int, rng: np.random.Generator, *, repeat: bool = True
) -> NDArray[np.int64]:
    """場所の確率に従うくじで，目を向ける場所を順に選ぶ。

    Args:
        p: 場所の確率 ``(h, w)``。
        count: 選ぶ回数。
        rng: 乱数。
        repeat: 偽なら，一度見たますは，くじから外す（復帰の抑制の極端な形）。

    Returns:
        ``(count, 2)``。列は行番号と列番号。

    Raises:
        ValueError: ``repeat=False`` で，ますの数より多く選ぼうとしたとき。
    """
    chance = np.asarray(p, float)
    if not repeat and count > np.count_nonzero(chance):
        raise ValueError(
            f"見られるますは {np.count_nonzero(chance)} 個です。"
            f"count をそれ以下にしてください（受け取った値: {count}）。"
        )
    chosen = rng.choice(chance.size, size=count, replace=repeat, p=chance.ravel())
    return np.column_stack(np.unravel_index(chosen, chance.shape))


def look(A: Tensor, p: ArrayLike) -> Tensor:
    """場所の確率で特徴地図を平均する：``a_k = Σ_xy p(x, y) A_k(x, y)``。

    ``p`` がどこも等しければ，全域平均プーリング（GAP）と同じになる。

    Args:
        A: 特徴地図 ``(K, h, w)``。
        p: 場所の確率 ``(h, w)``。

    Returns:
        見えた特徴 ``(K,)``。
    """
    chance = torch.as_tensor(np.asarray(p), dtype=A.dtype, device=A.device)
    if A.shape[1:] != chance.shape:
        raise ValueError(
            "特徴地図と場所の確率の，縦と横をそろえてください"
            f"（特徴地図 {tuple(A.shape)}，確率 {tuple(chance.shape)}）。"
        )
    return (A * chance).sum(dim=(1, 2))


@lru_cache(maxsize=1)
def network() -> tuple[Classifier, EfficientNetLite0]:
    """この章のネットワーク：学習ずみの EfficientNet-Lite0 と，その中身。"""
    net = efficientnet_lite0.pretrained()
    assert isinstance(net.model, EfficientNetLite0)
    return net, net.model


@torch.no_grad()
def feature_maps(picture: np.ndarray) -> Tensor:
    """EfficientNet-Lite0 の最後の特徴地図 ``(1280, H/32, W/32)``。

    Args:
        picture: 絵 ``(H, W, 3)``，0〜1。``net.view(写真)`` を並べたもの。
    """
    net, model = network()
    return model.features(net.eyes.tensor(picture))[0]


@torch.no_grad()
def name(a: Tensor) -> Array:
    """見えた特徴 ``(1280,)`` から，1,000 個の名前の確率を求める。"""
    _, model = network()
    return model._fc(a).softmax(0).cpu().double().numpy()


@torch.no_grad()
def named_map(A: Tensor, c: int) -> Array:
    """クラス ``c`` の CAM ``(h, w)``。「c を探す」という目的がつくる地図。"""
    _, model = network()
    return class_activation_map(A, model._fc.weight[c]).cpu().double().numpy()
