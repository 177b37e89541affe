"""読者の写真で動かす形の顕著性モデル：大きさを決め，途中でくり返しの数が変わらないようにする。

計算は ``model`` と同じです。違うのは，正方形の写真だけを受け取ることと，
視線を，見た所をもう選ばない簡単な形で選ぶことです（``scanpath`` では，抑制が少しずつ消える）。
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.attention.saliency.model import PAIRS, SCALE, THETAS, feature_maps
from lessons.networks_on_page import Lab

SIDE = 512
"""写真の一辺（画素）。"""
CELLS = SIDE // 2**SCALE
"""顕著性地図の一辺（ます）。"""
FIXATIONS = 5
"""選ぶ場所の数。"""
GROWTH = 3
"""いちばん高い山を広げる回数。写真では，同じ高さのますは続かない。"""


def normalise(maps: Tensor) -> Tensor:
    """正規化 N(·)。``model.N`` と同じ計算を，決まった回数のくり返しで行う。

    Args:
        maps: 0 以上の地図 ``(B, 1, h, w)``。

    Returns:
        同じ形の地図。
    """
    lowest, highest = maps.amin((2, 3), True), maps.amax((2, 3), True)
    flat = (highest - lowest < 1e-5).float()
    maps = (maps - lowest) / (highest - lowest + flat) * (1 - flat)
    peaks = maps == F.max_pool2d(maps, 3, stride=1, padding=1)
    others = (peaks & (maps > 0.1)).float() * (1 - _highest_hill(maps))
    count = others.sum((2, 3), True).clamp(min=1)
    m_bar = (maps * others).sum((2, 3), True) / count
    return maps * (1 - m_bar) ** 2


def _highest_hill(maps: Tensor) -> Tensor:
    """いちばん高い山のます（0 か 1）``(B, 1, h, w)``。"""
    every = maps.flatten(1)  # (B, hw)
    number = torch.arange(every.shape[1], device=maps.device)
    hill = (number == every.argmax(dim=1, keepdim=True)).float().view_as(maps)
    for _ in range(GROWTH):
        hill = F.max_pool2d(hill, 3, stride=1, padding=1) * (maps == 1).float()
    return hill


class SaliencyOnPage(nn.Module):
    """``(1, 3, 512, 512)``（0〜255）→ 顕著性地図 ``(32, 32)`` と，視線 ``(5, 2)``。

    視線は，左上を (0, 0)，右下を (1, 1) とした x, y。
    """

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r, g, b = (x / 255).split(1, dim=1)  # (1, 1, 512, 512) が三つ
        maps = feature_maps(r, g, b)
        small: dict[str, Tensor] = {}  # 正規化し，段 4 の大きさにした地図
        for c in sorted({c for c, _ in PAIRS}):
            names = [name for name in maps if f"({c}," in name]
            own = normalise(torch.cat([maps[name] for name in names]))
            own = F.avg_pool2d(own, 2 ** (SCALE - c))  # (14, 1, 32, 32)
            small |= dict(zip(names, own.split(1), strict=True))

        def together(kind: str, end: str = "") -> Tensor:
            """一つの流れの六枚の和。"""
            return torch.stack([small[f"{kind}({c},{s}{end})"] for c, s in PAIRS]).sum(
                0
            )

        directions = torch.cat([together("O", f",{theta}") for theta in THETAS])
        bars = [
            together("I"),
            together("RG") + together("BY"),
            normalise(directions).sum(0, keepdim=True),
        ]
        S = normalise(torch.cat(bars)).mean(0)[0]  # (32, 32)
        return S, first_fixations(S)


def first_fixations(S: Tensor) -> Tensor:
    """いちばん目立つ場所を選んでは，そのまわりの円を除く。``(5, 2)`` の x, y（0〜1）。

    Args:
        S: 顕著性地図 ``(n, n)``。円の半径は一辺の 6 分の 1。
    """
    n = S.shape[0]
    line = (torch.arange(n, device=S.device) + 0.5) / n
    left, found = S, []
    for _ in range(FIXATIONS):
        k = left.flatten().argmax()
        x, y = line[k % n], line[k // n]
        away = (line[None, :] - x) ** 2 + (line[:, None] - y) ** 2  # (n, n)
        left = left * (away > 1 / 36).float()
        found.append(torch.stack([x, y]))
    return torch.stack(found)


LAB = Lab(
    kind="saliency",
    title="どこに目が行くか：押してから，地図を見る",
    words=(
        "写真の中で，まず目が行くと思う所を三つ押してください。",
        "押し終わると，顕著性地図と，モデルが先に選ぶ五か所が出ます。",
    ),
    outputs=("S", "path"),
    side=SIDE,
    tolerance={"S": 1e-3, "path": 1e-6},
    data={"taps": 3},
)
