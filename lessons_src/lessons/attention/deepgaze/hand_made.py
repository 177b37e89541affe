"""学ばない特徴でも，枚数をふやせば，深い特徴に近づくか。

低次の特徴は四枚，深い特徴は 432 枚で，枚数が大きく違う。ここでは，色と明るさの，ぼかし，傾き，
まわりとの違いを，四つの細かさで計算した 96 枚の地図を使う。重みは，一つも学んでいない。

``python -m lessons.attention.deepgaze.hand_made`` が測り，``hand_made.csv`` に書く（約 1 分）。
頁は，その記録を読む。
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lessons import runtime
from lessons.attention.deepgaze import model
from lessons.attention.deepgaze import simulated_fixations as gaze
from lessons.attention.deepgaze.fixation_metrics import information_gain
from lessons.recognition.runs import Runs

FEATURES = {"low": "低次（4 枚）", "many": "手作り（96 枚）", "deep": "深い（432 枚）"}
"""特徴の名前から，頁での名前を引く表。"""
SEEDS = (11, 12, 13)
GROUPS = {"学習": slice(0, 30), "検証": slice(30, 40), "試験": slice(40, 60)}
RUNS = Runs(
    Path(__file__).with_name("hand_made.csv"),
    {"feature": tuple(FEATURES), "seed": SEEDS},
)
"""すべての特徴と種で測った，試験の絵の情報利得（ビット）の記録。"""


def many_features(view: np.ndarray) -> Tensor:
    """絵 ``(224, 224, 3)``，0〜1 から，手作りの地図 ``(96, 14, 14)``。"""
    x = torch.from_numpy(np.asarray(view)).float().permute(2, 0, 1)[None]
    red, green, blue = x.split(1, dim=1)
    grey = x.mean(dim=1, keepdim=True)
    vivid = x.amax(dim=1, keepdim=True) - x.amin(dim=1, keepdim=True)
    base = torch.cat([grey, red - green, blue - (red + green) / 2, vivid], dim=1)
    found = []
    for fineness in (1, 2, 4, 8):
        b = F.avg_pool2d(base, fineness)
        around = _mean(b, 9)
        found += [
            b,
            b.diff(dim=3).abs(),
            b.diff(dim=2).abs(),
            _mean((b - around) ** 2, 9).sqrt(),
            (b - around).abs(),
            (b - b.mean(dim=(2, 3), keepdim=True)).abs(),
        ]
    maps = [F.adaptive_avg_pool2d(one, model.COARSE) for one in found]
    return torch.cat(maps, dim=1)[0].to(runtime.device())


def _mean(b: Tensor, side: int) -> Tensor:
    """一辺 ``side`` の四角の平均。縁では，中にある値だけを使う。"""
    return F.avg_pool2d(b, side, 1, side // 2, count_include_pad=False)


@lru_cache(maxsize=3)
def _maps(feature: str) -> Tensor:
    make = {
        "low": model.low_features,
        "many": many_features,
        "deep": model.deep_features,
    }[feature]
    return torch.stack([make(scene.image / 255) for scene in gaze.scenes()])


def score(feature: str, seed: int) -> float:
    """固視と場面の分け方を引き直し，検証で選んだ回数だけ学んだときの，試験の情報利得。"""
    rng = np.random.default_rng(seed)
    drawn = [gaze.observe(gaze.gaze_density(one), 60, rng) for one in gaze.scenes()]
    order = rng.permutation(len(drawn))
    maps, looked = _maps(feature)[order], [drawn[k] for k in order]
    curve = model.learning_curve(maps, looked, GROUPS, seed=seed)
    center = model.center_bias(looked[:40])
    readout = model.train(
        maps[:40],
        looked[:40],
        center,
        steps=model.best_steps(curve["検証"]),
        seed=seed,
    )
    p = model.density(readout, maps[40:])
    pairs = zip(p, looked[40:], strict=True)
    return float(np.mean([information_gain(q, center, f) for q, f in pairs]))


def recorded() -> dict[str, np.ndarray]:
    """記録した情報利得。特徴の名前から ``(種,)`` を引く表。"""
    return dict(zip(FEATURES, RUNS.read(), strict=True))


if __name__ == "__main__":
    RUNS.write(score)
