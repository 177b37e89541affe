"""知覚の効果を，ネットワークの中の距離に読みかえる（Jacob, Pramod, Katti & Arun, 2021）。

人間にとって違って見える二つの絵は，ネットワークの中でも遠いはずだ，と考える。
効果一つは「この対は，あの対より遠い」という予想で，指数は次の式で測る。

    I = (d_遠いはず − d_近いはず) / (d_遠いはず + d_近いはず)

0 なら差がなく，正なら人間と同じ向き，負なら逆向き。範囲は −1 から 1。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F

from lessons.recognition.networks import inputs, network
from lessons.stimuli.perception import lines, surfaces
from lessons.weights.efficientnet_lite0 import EfficientNetLite0

LAYERS = ("b10", "b14", "head", "gap", "logit")
"""読み出す層。10 番めと 14 番めの塊，最後の特徴地図，その平均（GAP），1,000 個の得点。"""

METRICS = ("euclidean", "correlation")
"""距離：ユークリッド距離と，1 − 相関係数。"""


Draw = Callable[[np.random.Generator, float], np.ndarray]
"""乱数と倍率から，一組の図形 ``(図形の数, 224, 224)`` を描く関数。"""


@torch.no_grad()
def representations(
    images: np.ndarray, control: str = "", seed: int = 0
) -> dict[str, torch.Tensor]:
    """絵を，層ごとの表現に変える。

    Args:
        images: ``(N, 224, 224)``，uint8。
        control: 空なら学習ずみ。``pixels`` は画素のまま（どの層でも同じ）。
        seed: 対照のネットワークの種。

    Returns:
        層の名前から ``(N, 次元)`` を引く表。
    """
    if control == "pixels":
        pixels = inputs(images).flatten(1)
        return dict.fromkeys(LAYERS, pixels)
    model = network(control, seed)
    batches = [_layers(model, x) for x in inputs(images).split(24)]
    return {name: torch.cat([batch[name] for batch in batches]) for name in LAYERS}


def _layers(model: EfficientNetLite0, x: torch.Tensor) -> dict[str, torch.Tensor]:
    found = {}
    h = F.relu6(model._bn0(model._conv_stem(x)))
    for number, block in enumerate(model._blocks):
        h = block(h)
        if number in (10, 14):
            found[f"b{number}"] = h.flatten(1)
    h = model._act(model._bn1(model._conv_head(h)))
    found["head"] = h.flatten(1)
    found["gap"] = h.mean(dim=(2, 3))
    found["logit"] = model._fc(found["gap"])
    return found


def distance(
    a: torch.Tensor, b: torch.Tensor, metric: str = "euclidean"
) -> torch.Tensor:
    """表現の間の距離 ``(N,)``。``a``，``b`` は ``(N, 次元)``。"""
    if metric == "euclidean":
        return (a - b).norm(dim=1)
    if metric == "correlation":
        a, b = (v - v.mean(dim=1, keepdim=True) for v in (a, b))
        return 1 - F.cosine_similarity(a, b, dim=1)
    raise ValueError(f"距離 {metric!r} はありません。使える名前: {'，'.join(METRICS)}")


def index(farther: torch.Tensor, nearer: torch.Tensor) -> np.ndarray:
    """指数 I ``(N,)``。どちらの距離も 0 なら 0。"""
    total = farther + nearer
    return ((farther - nearer) / total.clamp_min(1e-12)).numpy()


@dataclass(frozen=True)
class Comparison:
    """一つの効果：どの図形を描き，どの対がどの対より遠いはずか。"""

    draw: Draw
    farther: tuple[int, int]
    nearer: tuple[int, int]


COMPARISONS = {
    "mirror_confusion": Comparison(lines.random_lines, (0, 2), (0, 1)),
    "configural_superiority": Comparison(lines.parts_in_context, (2, 3), (0, 1)),
    "configural_superiority_far": Comparison(lines.parts_in_context, (4, 5), (0, 1)),
    "non_accidental": Comparison(lines.curve_and_parallel, (0, 1), (1, 2)),
    "oblique": Comparison(lines.gratings, (0, 1), (2, 3)),
    "solid": Comparison(lines.solid_corners, (0, 1), (2, 3)),
    "solid_against_frame": Comparison(lines.solid_corners, (0, 1), (4, 5)),
    "occlusion": Comparison(surfaces.occlusion, (0, 2), (0, 1)),
    "global_advantage": Comparison(surfaces.global_and_local, (0, 1), (0, 2)),
    "thatcher": Comparison(surfaces.faces, (0, 1), (2, 3)),
    "thatcher_cheeks": Comparison(surfaces.faces, (0, 4), (2, 5)),
}
"""効果の名前から，比べ方を引く表。"""


@lru_cache(maxsize=8)
def shown(
    draw: Draw, seed: int, items: int, size: float = 1.0, control: str = ""
) -> dict[str, torch.Tensor]:
    """``items`` 組の図形の表現 ``(組, 図形, 次元)``。層と距離を変えても計算し直さない。"""
    g = np.random.default_rng(seed)
    sets = np.stack([draw(g, size) for _ in range(items)])  # (組, 図形, 224, 224)
    flat = representations(sets.reshape(-1, *sets.shape[2:]), control, seed)
    return {layer: v.unflatten(0, sets.shape[:2]) for layer, v in flat.items()}


def effect_index(
    name: str,
    seed: int,
    control: str = "",
    *,
    items: int = 24,
    size: float = 1.0,
    layer: str = "gap",
    metric: str = "euclidean",
) -> np.ndarray:
    """効果の指数を，一組の図形ごとに求める ``(items,)``。

    Args:
        name: ``COMPARISONS`` にある名前。
        seed: 図形の種。対照のネットワークの種も兼ねる。
        control: 空なら学習ずみ。``pixels``，``untrained``，``shuffled``。
        items: 図形の組の数。
        size: 図形の倍率。
        layer: ``LAYERS`` のどれか。
        metric: ``METRICS`` のどれか。

    Raises:
        ValueError: 知らない効果，層，距離のとき。使える名前を挙げる。
    """
    for value, known, word in ((name, COMPARISONS, "効果"), (layer, LAYERS, "層")):
        if value not in known:
            raise ValueError(
                f"{word} {value!r} はありません。使える名前: {'，'.join(known)}"
            )
    pair = COMPARISONS[name]
    v = shown(pair.draw, seed, items, size, control)[layer]
    far, near = (
        distance(v[:, i], v[:, j], metric) for i, j in (pair.farther, pair.nearer)
    )
    return index(far, near)
