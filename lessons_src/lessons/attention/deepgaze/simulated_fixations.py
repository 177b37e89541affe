"""本が作る「模擬の視線」：決めた規則に従って場面を見る，架空の観察者。

人の記録ではありません。規則の数（``Rule``）は，どれも本が決めたものです。
規則がわかっているので，予測がどこまで正解に近づけるかを測れます。
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from lessons.stimuli.scenes import Scene, SceneConfig, make_scenes

Array = NDArray[np.float64]

GRID = 28
"""場所のます目の一辺。場面は 224 画素なので，一ますは 8 × 8 画素。"""

CONFIG = SceneConfig(size=224, fewest=2, most=4)
"""場面の作り方。物が二つから四つある。"""

PREFERRED = ("cat", "dog", "bird", "fish", "elephant", "turtle", "person")
"""架空の観察者が好む種類：動物と人。"""


@dataclass(frozen=True)
class Rule:
    """架空の観察者が，次に見る場所を決める規則。"""

    preference: float = 4.0  # 動物や人を，ほかの物の何倍選びやすいか
    center: float = 0.4  # 物に関係なく，中央のあたりを見る割合
    lapse: float = 0.1  # どこでもよい場所を見る割合
    center_sd: float = 3.5  # 中央のあたりの広がり（標準偏差，ます）
    scatter: float = 1.2  # ねらいのずれ（標準偏差，ます）


def spot(sd: float) -> Array:
    """画面の中央を頂上とする，丸い山 ``(28, 28)``。合計は 1。"""
    squared = (np.arange(GRID) - (GRID - 1) / 2) ** 2
    hill = np.exp(-(squared[:, None] + squared[None]) / (2 * sd**2))
    return hill / hill.sum()


def gaze_density(scene: Scene, rule: Rule | None = None) -> Array:
    """規則のとおりの，場所の確率 ``(28, 28)``。

    Args:
        scene: 一辺が 28 の倍数の場面。
        rule: 規則。省くと既定の値。
    """
    rule = rule or Rule()
    side = scene.image.shape[0] // GRID
    target = np.zeros((GRID, GRID))
    for label, mask in zip(scene.labels, scene.masks, strict=True):
        cells = mask.reshape(GRID, side, GRID, side).mean(axis=(1, 3))  # 物の占める割合
        if cells.sum() > 0:
            liked = scene.things[label] in PREFERRED
            target += (rule.preference if liked else 1) * cells / cells.sum()
    anywhere = np.full((GRID, GRID), 1 / GRID**2)
    if target.sum() == 0:
        target = anywhere
    target = gaussian_filter(target, rule.scatter, mode="constant")
    p = (
        rule.center * spot(rule.center_sd)
        + rule.lapse * anywhere
        + (1 - rule.center - rule.lapse) * target / target.sum()
    )
    return p / p.sum()


def observe(p: Array, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """確率 ``p`` のくじを ``count`` 回引く。

    Returns:
        固視 ``(count, 2)``。列は行番号と列番号。
    """
    chosen = rng.choice(p.size, size=count, p=p.ravel())
    return np.column_stack(np.unravel_index(chosen, p.shape))


@lru_cache(maxsize=2)
def scenes(count: int = 60) -> tuple[Scene, ...]:
    """章と効果の表で使う場面。"""
    return tuple(make_scenes(count, config=CONFIG))
