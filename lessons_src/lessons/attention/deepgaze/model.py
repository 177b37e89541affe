"""DeepGaze の仕組み：物を見分ける特徴から，目を向ける場所の確率を読み出す。

Kümmerer et al. (2015, 2016, 2017) の流れのとおり，凍らせた特徴を 1×1 の畳み込みで
一枚の地図 ``s`` にし，ぼかし，中心バイアスの対数を足し，ソフトマックス関数で確率にする。
論文より小さく，特徴のネットワークも違う（EfficientNet-Lite0）。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch import Tensor, nn

from lessons import hooks, runtime
from lessons.attention.deepgaze.fixation_metrics import information_gain
from lessons.attention.deepgaze.simulated_fixations import GRID
from lessons.attention.saliency.model import fit, saliency
from lessons.weights import efficientnet_lite0
from lessons.weights.classifier import Classifier

Array = NDArray[np.float64]

LAYERS = ("_blocks.10", "_blocks.15")
"""特徴を取り出す層。112 枚と 320 枚，合わせて 432 枚の特徴地図になる。"""
COARSE = GRID // 2
"""特徴地図の一辺。"""
CHECKPOINTS = (5, 10, 15, 20, 25, 30, 40, 60, 80, 100, 150, 200)
"""学習の途中で採点する，更新の回数。"""


@lru_cache(maxsize=1)
def _network() -> Classifier:
    return efficientnet_lite0.pretrained()


def view(photo: np.ndarray) -> np.ndarray:
    """写真 ``(H, W, 3)`` uint8 から，ネットワークに見える範囲 ``(224, 224, 3)``，0〜1。"""
    return _network().view(photo)


@torch.no_grad()
def deep_features(view: np.ndarray) -> Tensor:
    """EfficientNet-Lite0 の途中の特徴地図 ``(432, 14, 14)``。重みは変えない。

    Args:
        view: 絵 ``(224, 224, 3)``，0〜1。写真は ``view`` で切り取る。
    """
    net = _network()
    with hooks.captured(net.model, *LAYERS) as outputs:
        x = net.eyes.tensor(np.asarray(view, np.float32))  # (1, 3, 224, 224)
        net.model(x)  # (1, 112, 14, 14) と (1, 320, 7, 7)
    maps = [
        F.interpolate(outputs[name], size=(COARSE, COARSE), mode="bilinear")
        for name in LAYERS
    ]
    return torch.cat(maps, dim=1)[0]


def low_features(view: np.ndarray) -> Tensor:
    """Itti–Koch モデルの四枚の地図 ``(4, 14, 14)``：明るさ，色，方位，顕著性 S。

    Args:
        view: 絵 ``(224, 224, 3)``，0〜1。
    """
    picture = fit(np.round(np.asarray(view) * 255).astype(np.uint8), 336)
    found = saliency(picture)
    maps = torch.cat([found.I_bar, found.C_bar, found.O_bar, found.S], dim=1)
    return F.adaptive_avg_pool2d(maps, COARSE)[0].to(runtime.device())


def standardizer(features: Tensor) -> tuple[Tensor, Tensor]:
    """学習用の特徴 ``(B, C, h, w)`` から，一枚ごとの平均と標準偏差 ``(C, 1, 1)``。"""
    mean = features.mean(dim=(0, 2, 3))[:, None, None]
    return mean, features.std(dim=(0, 2, 3))[:, None, None].clamp(min=1e-6)


class Readout(nn.Module):
    """特徴地図 ``(B, C, 14, 14)`` → 場所の確率の対数 ``(B, 28, 28)``。"""

    mean: Tensor
    std: Tensor
    log_prior: Tensor

    def __init__(self, features: Tensor, log_prior: Tensor, hidden: int = 8) -> None:
        super().__init__()
        mean, std = standardizer(features)
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.register_buffer("log_prior", log_prior)  # (28, 28)
        self.mix = nn.Conv2d(features.shape[1], hidden, kernel_size=1)
        self.sum = nn.Conv2d(hidden, 1, kernel_size=1)
        self.log_sigma = nn.Parameter(torch.zeros(()))  # ぼかしの広がり（ます）の対数

    def saliency_map(self, features: Tensor) -> Tensor:
        """ぼかした地図 s ``(B, 28, 28)``。中心バイアスはまだ足さない。"""
        x = (features - self.mean) / self.std
        s = self.sum(F.softplus(self.mix(x)))  # (B, 1, 14, 14)
        s = F.interpolate(s, size=(GRID, GRID), mode="bilinear")
        return blur(s, self.log_sigma.exp())[:, 0]

    def forward(self, features: Tensor) -> Tensor:
        s = self.saliency_map(features) + self.log_prior  # (B, 28, 28)
        return s.flatten(1).log_softmax(dim=1).reshape(s.shape)


def blur(s: Tensor, sigma: Tensor) -> Tensor:
    """地図 ``(B, 1, h, w)`` を，標準偏差 σ のガウス関数で縦横にぼかす。

    端の外には，端の値が続くとみなす。
    """
    down, across = (_smoothing(size, sigma) for size in s.shape[-2:])
    return down @ s @ across.mT


def _smoothing(size: int, sigma: Tensor) -> Tensor:
    """長さ ``size`` の列を，左から掛けてぼかす行列 ``(size, size)``。"""
    offsets = torch.arange(-6, 7, device=sigma.device)
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))  # (13,)
    places = torch.arange(size, device=sigma.device)[:, None] + offsets
    return sigma.new_zeros(size, size).scatter_add(
        1, places.clamp(0, size - 1), (kernel / kernel.sum()).expand(size, -1)
    )


def train(
    features: Tensor,
    fixations: Sequence[NDArray[np.int64]],
    center: Array | None = None,
    *,
    steps: int,
    hidden: int = 8,
    decay: float = 1.0,
    seed: int = 0,
    watch: Callable[[int, Readout], None] | None = None,
) -> Readout:
    """固視の場所の確率の対数を大きくするように，読み出しだけを学習する。

    Args:
        features: 学習用の特徴 ``(B, C, 14, 14)``。
        fixations: 絵ごとの固視 ``(n, 2)``。
        center: 中心バイアスの確率 ``(28, 28)``。省くと，どこも同じ確率。
        steps: 更新の回数。多すぎると，学習に使った絵だけに合ってしまう。
            ``learning_curve`` で，学習に使わない絵の成績を見て決める。
        hidden: 読み出しの途中の地図の枚数。
        decay: 重みを小さく保つ強さ。
        seed: 乱数の種。
        watch: 更新のたびに，回数（1 から）と読み出しを渡す関数。

    Raises:
        ValueError: 特徴と固視で，絵の数が違うとき。
    """
    if len(features) != len(fixations):
        raise ValueError(
            f"特徴は絵 {len(features)} 枚分，固視は {len(fixations)} 枚分です。"
            "同じ絵の分を，同じ順番で渡してください。"
        )
    runtime.seed_everything(seed)
    prior = np.ones((GRID, GRID)) if center is None else center
    log_prior = torch.from_numpy(np.log(prior)).to(features)  # (28, 28)
    readout = Readout(features, log_prior, hidden).to(features.device)
    counts = torch.stack([torch.from_numpy(count_map(f)) for f in fixations])
    target = (counts / counts.sum()).to(features)  # (B, 28, 28)
    optimizer = torch.optim.AdamW(readout.parameters(), 1e-2, weight_decay=decay)
    for step in range(1, steps + 1):
        loss = -(target * readout(features)).sum()  # 固視の交差エントロピー
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if watch is not None:
            watch(step, readout)
    return readout.eval()


def learning_curve(
    features: Tensor,
    fixations: Sequence[NDArray[np.int64]],
    groups: Mapping[str, slice],
    *,
    biased: bool = True,
    seed: int = 0,
) -> dict[str, Array]:
    """学習の途中の成績を，絵の組ごとに測る。学習に使うのは，先頭の組だけ。

    Args:
        features: すべての絵の特徴 ``(B, C, 14, 14)``。
        fixations: 絵ごとの固視 ``(n, 2)``。
        groups: 組の名前と，絵の範囲。先頭の組で，読み出しも中心バイアスも学ぶ。
        biased: 偽なら，読み出しに中心バイアスを足さない。採点の基準は，どちらも中心バイアス。
        seed: 乱数の種。

    Returns:
        組の名前から，``CHECKPOINTS`` ごとの情報利得（絵の平均，ビット）を引く表。
    """
    learn = next(iter(groups.values()))
    center = center_bias(fixations[learn])
    found: dict[str, list[float]] = {name: [] for name in groups}

    def watch(step: int, readout: Readout) -> None:
        if step not in CHECKPOINTS:
            return
        p = density(readout, features)
        gains = [
            information_gain(one, center, seen)
            for one, seen in zip(p, fixations, strict=True)
        ]
        for name, group in groups.items():
            found[name].append(float(np.mean(gains[group])))

    train(
        features[learn],
        fixations[learn],
        center if biased else None,
        steps=CHECKPOINTS[-1],
        seed=seed,
        watch=watch,
    )
    return {name: np.array(values) for name, values in found.items()}


def best_steps(validation: Array) -> int:
    """``learning_curve`` の，学習に使わなかった組の成績がいちばんよい，更新の回数。"""
    return CHECKPOINTS[int(np.argmax(validation))]


def count_map(fixations: NDArray[np.int64]) -> Array:
    """固視の回数を，ますごとに数える ``(28, 28)``。"""
    counts = np.zeros((GRID, GRID))
    np.add.at(counts, tuple(np.asarray(fixations).T), 1)
    return counts


def center_bias(fixations: Sequence[NDArray[np.int64]], sd: float = 2.0) -> Array:
    """中心バイアス：学習用の固視を，絵を問わずに重ねて，ぼかした確率 ``(28, 28)``。

    どの場所にも少しの確率（全体の 1 %）を残す。
    """
    p = gaussian_filter(sum(count_map(f) for f in fixations), sd, mode="nearest")
    return 0.99 * p / p.sum() + 0.01 / GRID**2


@torch.no_grad()
def density(readout: Readout, features: Tensor) -> Array:
    """場所の確率 ``(B, 28, 28)``。"""
    return readout(features).exp().cpu().double().numpy()
