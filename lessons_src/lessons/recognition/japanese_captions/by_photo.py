"""切り抜きを，もとの写真ごとに分ける：迷いの集まりは，どの写真から来ているか。"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from lessons.recognition.japanese_captions.levels import grouping, levels
from lessons.recognition.japanese_captions.model import within_share
from lessons.stimuli import photos


def cut_from(seed: int, items: int, smallest: float = 0.5) -> list[str]:
    """``model.crops`` と同じくじを引き，切り抜きごとの写真の名前を返す（``items`` 個）。

    引数は ``model.crops`` と同じ。
    """
    g = np.random.default_rng(seed)
    found = []
    for _ in range(items):
        name = str(g.choice(list(photos.PHOTOS)))
        size = Image.fromarray(photos.load(name)).size
        side = round(min(size) * g.uniform(smallest, 1))
        for n in size:
            g.integers(0, n - side + 1)
        found.append(name)
    return found


@dataclass(frozen=True)
class Share:
    """一枚の写真の切り抜きをまとめた値。"""

    photo: str
    count: int  # 数えた切り抜き
    share: float  # 同じ組に収まった割合 − 無作為の割合
    answer: str  # 一番多かった，一番の答えの組


def shares(p: np.ndarray, names: list[str]) -> list[Share]:
    """写真ごとの，迷いの集まり。数えられる切り抜きのない写真は除く。

    Args:
        p: 切り抜きごとの確率 ``(N, 1000)``。
        names: 切り抜きごとの写真の名前（N 個）。

    Raises:
        ValueError: 切り抜きと名前の数が違うとき。
    """
    if len(p) != len(names):
        raise ValueError(
            f"切り抜き {len(p)} 枚に，写真の名前が {len(names)} 個あります。"
            "同じ seed と items で作ってください。"
        )
    groups, table = grouping(), levels()
    found = []
    for photo in photos.PHOTOS:
        here = p[[name == photo for name in names]]
        kept = [one for one in here if len(within_share(one[None], groups))]
        if not kept:
            continue
        said = [table[int(one.argmax())].basic for one in kept]
        found.append(
            Share(
                photo,
                len(kept),
                float(within_share(np.stack(kept), groups).mean()),
                max(said, key=said.count),
            )
        )
    return found
