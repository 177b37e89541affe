"""CAM：分類の得点を，画像の場所ごとに分ける地図。

Zhou, Khosla, Lapedriza, Oliva & Torralba (2016), CVPR. 記号は論文に合わせ，
最後の特徴地図を ``A``（論文では f），クラス c への重みを ``w``，地図を ``M`` と書く。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lessons import layers, weights
from lessons.stimuli import photos


def class_activation_map(A: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """特徴地図を，重みをかけて足し合わせる（論文の式 2）。

    Args:
        A: 最後の特徴地図 ``(K, H, W)``。
        w: クラス c への重み ``(K,)``。

    Returns:
        CAM ``(H, W)``。平均は，バイアスを除いたクラス c の得点に等しい。
    """
    return torch.einsum("k,khw->hw", w, A)


@dataclass(frozen=True)
class Cam:
    """CAM と，それが説明する得点。"""

    M: torch.Tensor  # (H, W)
    score: float  # ソフトマックスに入る前の得点 S_c
    bias: float  # 線形層のバイアス b_c
    layer: str  # A を取り出した層


@torch.no_grad()
def cam(model: nn.Module, x: torch.Tensor, c: int, layer: str = "") -> Cam:
    """GAP と線形層一枚で終わるネットワークの CAM を求める。

    Args:
        model: 分類器。評価の状態（eval）にしておく。
        x: 入力 ``(1, 3, H, W)``。
        c: クラス番号。
        layer: 特徴地図を取り出す層の名前。省くと，GAP の直前の層。

    Raises:
        ValueError: 層の名前かクラス番号が違うとき，GAP で終わらないとき。使えるものを挙げる。
    """
    fc = _last_linear(model)
    c = layers.check_class(c, fc.out_features)
    if layer:
        layers.find_layer(model, layer)
    maps, logits = _maps_before_gap(model, fc, layers.check_input(x))
    if not maps:
        raise ValueError(
            "このネットワークは GAP と線形層一枚で終わっていないため，CAM を使えません。"
            "lessons.attention.grad_cam.model を使ってください。"
        )
    layer = layer or min(maps, key=len)
    if layer not in maps:
        raise ValueError(
            f"層 {layer!r} は GAP の直前ではありません。CAM に使える層: {', '.join(maps)}"
        )
    A = maps[layer][0]  # (K, H, W)
    bias = 0.0 if fc.bias is None else float(fc.bias[c])
    M = class_activation_map(A, fc.weight[c])  # (H, W)
    return Cam(M, float(logits[0, c]), bias, layer)


def _last_linear(model: nn.Module) -> nn.Linear:
    found = [m for m in model.modules() if isinstance(m, nn.Linear)]
    if not found:
        raise ValueError(
            "このネットワークには線形層がないため，CAM を使えません。"
            "lessons.attention.grad_cam.model を使ってください。"
        )
    return found[-1]


def _maps_before_gap(
    model: nn.Module, fc: nn.Linear, x: torch.Tensor
) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """場所の平均が線形層の入力に等しい特徴地図を，層の名前で引けるようにして返す。"""
    names = [name for name, module in model.named_modules() if name]
    entered: list[torch.Tensor] = []
    hook = fc.register_forward_pre_hook(
        lambda module, inputs: entered.append(inputs[0])
    )
    try:
        with layers.recorded(model, *names) as outputs:
            logits = model(x)
    finally:
        hook.remove()
    found = {
        name: A for name, A in outputs.items() if entered and _is_pooled(A, entered[-1])
    }
    return found, logits


def _is_pooled(A: torch.Tensor, a: torch.Tensor) -> bool:
    """``A`` ``(1, K, H, W)`` の場所の平均が ``a`` ``(1, K)`` に等しいか。"""
    if A.ndim != 4 or A.shape[:2] != a.shape or A[0, 0].numel() == 1:
        return False
    return torch.allclose(A.mean(dim=(2, 3)), a, rtol=1e-4, atol=1e-5)


def share_inside(M: torch.Tensor, region: np.ndarray) -> float:
    """CAM の正の部分のうち，領域の中にある割合を返す。

    Args:
        M: CAM ``(h, w)``。
        region: 領域 ``(H, W)``，bool。CAM のます目に合わせて縮める。

    Returns:
        0〜1。正の部分がなければ 0。
    """
    P = M.detach().cpu().clamp(min=0)  # (h, w)
    inside = torch.from_numpy(np.asarray(region, np.float32))[None, None]
    inside = F.adaptive_avg_pool2d(inside, (P.shape[0], P.shape[1]))[0, 0]  # (h, w)
    total = float(P.sum())
    return float((P * inside).sum()) / total if total > 0 else 0.0


def side_by_side(
    first: np.ndarray, second: np.ndarray, *, stacked: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """同じ大きさの二枚を，一枚に並べる。

    Args:
        first, second: ``(H, W, 3)``。
        stacked: 真なら上下に，偽なら左右に並べる。

    Returns:
        ``(一枚にした絵, 領域 (2, ...))``。領域は，それぞれの絵のある所が True。
    """
    both = np.concatenate([first, second], axis=0 if stacked else 1)
    regions = np.zeros((2, *both.shape[:2]), bool)
    height, width = first.shape[:2]
    regions[0, :height, :width] = True
    regions[1] = ~regions[0]
    return both, regions


class Localisation(NamedTuple):
    """二つの物のうち，名指した方に CAM が向いた程度。"""

    own: float  # 名指した方の領域に入った CAM の割合（偶然なら 0.5）
    hits: float  # CAM の頂点が，名指した方の領域にあった割合


@lru_cache(maxsize=1)
def _lite0() -> tuple[weights.Classifier, weights.EfficientNetLite0]:
    net = weights.efficientnet_lite0()
    assert isinstance(net.model, weights.EfficientNetLite0)
    return net, net.model


SUBJECTS = {"chelsea": 282, "coffee": 967, "camera": 872, "rocket": 657}
"""並べる写真と，名指すクラス（トラ猫，エスプレッソ，三脚，ミサイル）。"""


@lru_cache(maxsize=32)
def localisation_effect(seed: int) -> Localisation:
    """二枚の写真を一枚にし，どちらかを名指して，CAM がそちらに向くかを測る。

    モデルは ImageNet で学習ずみの EfficientNet-Lite0。絵は ``compositions`` が作る。
    """
    return localisation(*_lite0(), seed)


@torch.no_grad()
def localisation(
    net: weights.Classifier, model: weights.EfficientNetLite0, seed: int
) -> Localisation:
    """``localisation_effect`` の測り方を，どの重みのネットワークにも使えるようにしたもの。

    Args:
        net: 絵の切り取り方と入力の作り方。
        model: CAM を作るネットワーク。
        seed: 絵を決める種。
    """
    own, hits = [], []
    for composed in compositions(net, seed):
        A = model.features(net.eyes.tensor(composed.picture))[0]  # (1280, h, w)
        for c, region in zip(composed.classes, composed.regions, strict=True):
            M = class_activation_map(A, model._fc.weight[c])
            own.append(share_inside(M, region))
            row, column = np.unravel_index(int(M.argmax()), M.shape)
            hits.append(region[row * 32 + 16, column * 32 + 16])  # ます目の中心
    return Localisation(float(np.mean(own)), float(np.mean(hits)))


class Composition(NamedTuple):
    """二枚の写真を並べた絵と，その正解。"""

    picture: np.ndarray  # (H, W, 3)，0〜1
    regions: np.ndarray  # (2, H, W) bool
    classes: tuple[int, int]  # それぞれの写真を名指すクラス


def compositions(net: weights.Classifier, seed: int) -> Iterator[Composition]:
    """写真の組 6 通りを，大きさ・切り取る所・左右の向き・並べ方を種で変えて一枚にする。"""
    rng = np.random.default_rng(seed)
    for names in combinations(SUBJECTS, 2):
        first, second = (names[i] for i in rng.permutation(2))
        views = [_varied_view(net, photos.load(n), rng) for n in (first, second)]
        picture, regions = side_by_side(*views, stacked=bool(rng.integers(2)))
        yield Composition(picture, regions, (SUBJECTS[first], SUBJECTS[second]))


def _varied_view(
    net: weights.Classifier, photo: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """写真の八割から全部を切り取り，半分の確率で左右を返し，224 × 224 にする。"""
    height, width = photo.shape[:2]
    side = int(min(height, width) * rng.uniform(0.8, 1.0))
    top = int(rng.integers(0, height - side + 1))
    left = (width - side) // 2 + int((width - side) // 4 * rng.uniform(-1, 1))
    view = net.view(photo[top : top + side, left : left + side])
    return view[:, ::-1] if rng.integers(2) else view
