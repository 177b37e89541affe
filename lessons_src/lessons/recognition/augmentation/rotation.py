"""回した絵の名前を言えるか：小さなネットワークを，回して学ぶ物と，回さずに学ぶ物で育てる。

材料は，この本の絵（156 の概念，8 通りの描き方）。一つの描き方を，試験に取っておく。
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from lessons.recognition.augmentation.model import (
    Augment,
    jitter,
    learn,
    quarter_turns,
    together,
)
from lessons.stimuli import naming_pictures

TURNS = (0, 90, 180, 270)
"""回す角度（度）。"""
_SIDE = 24
_STYLES = tuple(naming_pictures.STYLES)


class Course(NamedTuple):
    """学習と試験の絵。名前の番号は，前半が「回す物」，後半が「回さない物」。"""

    x: torch.Tensor  # (N, 3, 24, 24) 学習
    y: torch.Tensor  # (N,)
    test: torch.Tensor  # (概念, 3, 24, 24) 学習にない描き方


@lru_cache(maxsize=1)
def _pictures() -> torch.Tensor:
    """``(描き方, 156, 3, 24, 24)``，−1〜1。"""
    found = np.stack([naming_pictures.pictures(style) for style in _STYLES])
    x = torch.from_numpy(found).flatten(0, 1).permute(0, 3, 1, 2).float()
    x = F.interpolate(x, size=_SIDE, mode="area") / 127.5 - 1
    return x.unflatten(0, found.shape[:2])


def course(seed: int, concepts: int = 32) -> Course:
    """種で選んだ概念の絵。試験の描き方も種で選び，同じ組の線画は学習から除く。"""
    rng = np.random.default_rng(seed)
    chosen = torch.from_numpy(rng.permutation(156)[:concepts])
    out = naming_pictures.COLOUR[rng.integers(len(naming_pictures.COLOUR))]
    kept = [i for i, style in enumerate(_STYLES) if not style.startswith(out)]
    found = _pictures()
    x = found[kept][:, chosen].flatten(0, 1)
    y = torch.arange(concepts).repeat(len(kept))
    return Course(x, y, found[_STYLES.index(out)][chosen])


def turned_accuracy(
    seed: int,
    turned: str = "none",
    *,
    concepts: int = 32,
    steps: int = 150,
    rate: float = 3e-3,
) -> np.ndarray:
    """角度ごとの正答率 ``(4, 2)``。列は，概念の前半と後半。

    Args:
        seed: 概念，試験の描き方，重みの種。
        turned: 学習で回す物。``none``（回さない），``half``（前半だけ），``all``（すべて）。
            ``pixels`` なら学習せず，いちばん近い絵を画素で探す。
        concepts: 概念の数。
        steps: 学習の回数。
        rate: 学習率。

    Raises:
        ValueError: 知らない回し方のとき。使える名前を挙げる。
    """  # fmt: skip
    ways: dict[str, Augment | None] = {
        "none": None,
        "half": quarter_turns(torch.arange(concepts // 2)),
        "all": quarter_turns(),
        "pixels": None,
    }
    if turned not in ways:
        raise ValueError(
            f"回し方 {turned!r} はありません。使える名前: {'，'.join(ways)}"
        )
    lesson = course(seed, concepts)
    names = torch.arange(concepts)
    if turned == "pixels":
        known = lesson.x.flatten(1)

        def said(x: torch.Tensor) -> torch.Tensor:
            return lesson.y[torch.cdist(x.flatten(1), known).argmin(dim=1)]

    else:
        way = ways[turned]
        augment = jitter() if way is None else together(way, jitter())
        net = learn(lesson.x, lesson.y, augment, seed=seed, steps=steps, rate=rate)

        @torch.no_grad()
        def said(x: torch.Tensor) -> torch.Tensor:
            return net(x).argmax(dim=1)

    rows = []
    for number in range(len(TURNS)):
        right = said(torch.rot90(lesson.test, number, (2, 3))) == names
        rows.append(right.float().view(2, -1).mean(dim=1).numpy())
    return np.stack(rows)


def tolerance(upright: float, turned: float, chance: float) -> float:
    """回した絵に残る成績の割合：(回した正答率 − 偶然) ÷ (正立の正答率 − 偶然)。

    正立の正答率が偶然と 0.05 も違わないときは，残る成績がないので 0。
    """
    gained = upright - chance
    return float((turned - chance) / gained) if gained > 0.05 else 0.0


def tolerance_to_turns(
    seed: int,
    control: str = "",
    *,
    turned: str = "all",
    concepts: int = 32,
    steps: int = 150,
    rate: float = 3e-3,
) -> float:
    """後半の概念の，回した絵に残る成績の割合。``turned`` が ``half`` なら，回して学んでいない。

    対照は ``none``（どれも回さない），``pixels``（画素），``untrained``（学習しない）。
    """  # fmt: skip
    way = {"": turned, "untrained": turned}.get(control, control)
    found = turned_accuracy(
        seed, way, concepts=concepts, rate=rate,
        steps=0 if control == "untrained" else steps,
    )[:, 1]  # fmt: skip
    return tolerance(found[0], found[1:].mean(), 1 / concepts)
