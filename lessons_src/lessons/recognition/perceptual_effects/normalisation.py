"""物が二つあるときの反応：足し算か，平均か（Zoccolan, Cox & DiCarlo, 2005）。"""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from lessons.recognition.perceptual_effects.model import representations
from lessons.stimuli.perception.canvas import SIDE
from lessons.stimuli.scenes import sprites


def pairs_of_objects(seed: int, items: int = 12, size: float = 1.0) -> np.ndarray:
    """左の物だけ，右の物だけ，両方の絵 ``(3 * items + 1, 224, 224, 3)``。最後は白紙。"""
    g = np.random.default_rng(seed)
    objects = list(sprites().values())
    side = round(96 * size)
    pictures = []
    for kind in ("left", "right", "both"):
        g = np.random.default_rng(seed)
        for _ in range(items):
            chosen = g.permutation(len(objects))[:2]
            shift = g.integers(-6, 7, (2, 2))
            paper = Image.new("RGB", (SIDE, SIDE), "white")
            for which, at in ((0, 56), (1, 168)):
                if kind in ("both", ("left", "right")[which]):
                    art = objects[chosen[which]].convert("RGBA").resize((side, side))
                    x, y = np.array([at, SIDE / 2]) - side / 2 + shift[which]
                    paper.paste(art, (round(x), round(y)), art)
            pictures.append(np.asarray(paper))
    pictures.append(np.full((SIDE, SIDE, 3), 255, np.uint8))
    return np.stack(pictures)


def less_than_sum(
    seed: int,
    control: str = "",
    *,
    items: int = 12,
    size: float = 1.0,
    layer: str = "gap",
) -> float:
    """二つの物への反応が，一つずつへの反応の和より，どれだけ小さいか。

    各単位で，両方の絵への反応を，左右一つずつへの反応の和に直線で当てはめ，
    1 − 傾きの中央値を返す。0 なら足し算，0.5 なら平均。サルの下側頭葉では 0.5。
    反応は白紙への反応からの差で測る。引数は ``model.effect_index`` と同じ。
    """
    pictures = pairs_of_objects(seed, items, size)
    v = representations(pictures, control, seed)[layer]
    left, right, both = (v[:-1] - v[-1]).unflatten(0, (3, items))
    total = left + right  # (組, 単位)
    total = total - total.mean(dim=0)
    both = both - both.mean(dim=0)
    power = (total * total).sum(dim=0)
    used = power > 1e-6
    slope = (total * both).sum(dim=0)[used] / power[used]
    return float(1 - torch.median(slope))
