"""問いと鍵を学ぶ：探す物の見かけから問いを，項目の見えから鍵を作る重みを，学習で決める。

「赤を先に使え」とは教えない。教えるのは，標的に重みを集めることだけ。
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lessons.attention.self_attention.model import scaled_dot_product

LOOKS = torch.tensor([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]]).float()
"""四つの見かけ ``(4, 4)``：赤い縦棒，赤い横棒，緑の縦棒，緑の横棒。列は赤，緑，縦，横。"""


class Learned(NamedTuple):
    """学んだ問いと鍵の重み。"""

    W_Q: Tensor  # (4, d_k) 探す物の見かけ → 問い
    W_K: Tensor  # (4, d_k) 項目の見え → 鍵

    def weights(self, wanted: Tensor, seen: Tensor) -> Tensor:
        """注意の重み ``(B, n)``。

        Args:
            wanted: 探す物の見かけ ``(B, 4)``。
            seen: 項目の見え ``(B, n, 4)``。
        """
        K = seen @ self.W_K  # (B, n, d_k)
        Q = (wanted @ self.W_Q)[:, None]  # (B, 1, d_k)
        return scaled_dot_product(Q, K, K)[1][:, 0]


def glimpse(looks: Tensor, noise: tuple[float, float], g: torch.Generator) -> Tensor:
    """項目の見え：見かけ ``(..., 4)`` に，色と傾きで別々の大きさの誤差を足す。"""
    spread = torch.tensor([noise[0]] * 2 + [noise[1]] * 2)
    return looks + spread * torch.randn(looks.shape, generator=g)


def learn(
    seed: int,
    noise: tuple[float, float],
    *,
    items: int = 12,
    d_k: int = 4,
    steps: int = 300,
) -> Learned:
    """標的に重みが集まるように，問いと鍵の重みを学ぶ（交差エントロピー，Adam）。

    標的の見かけは試行ごとに変わる。妨害は，ほかの三つの見かけから無作為に選ぶ。

    Args:
        seed: 始めの重みと，画面の種。
        noise: 色と傾きの，見えの誤差（標準偏差）。どちらも 0 以上。
        items: 項目の数。2 以上。
        d_k: 問いと鍵の長さ。
        steps: 学習の回数。0 なら，学習しない。

    Raises:
        ValueError: 誤差か項目の数が範囲の外のとき。
    """
    if min(noise) < 0 or items < 2:
        raise ValueError(
            "noise は 0 以上，items は 2 以上にしてください"
            f"（受け取った値: {noise}，{items}）。"
        )
    g = torch.Generator().manual_seed(seed)
    W_Q, W_K = (torch.randn(4, d_k, generator=g).requires_grad_() for _ in range(2))
    learned = Learned(W_Q, W_K)
    optimizer = torch.optim.Adam([W_Q, W_K], lr=0.03)
    for _ in range(steps):
        kinds = torch.randint(4, (64, 1), generator=g)  # 標的の見かけ
        others = torch.randint(1, 4, (64, items - 1), generator=g)
        looks = LOOKS[torch.cat([kinds, (kinds + others) % 4], 1)]  # (64, n, 4)
        seen = glimpse(looks, noise, g)
        p = learned.weights(looks[:, 0], seen)  # 標的は 0 番
        loss = -p[:, 0].clamp_min(1e-9).log().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return Learned(W_Q.detach(), W_K.detach())


@torch.no_grad()
def visits(
    learned: Learned,
    red: int,
    green: int,
    noise: tuple[float, float],
    seed: int,
    *,
    displays: int = 300,
) -> float:
    """赤い縦棒を見つけるまでに調べた項目の数の平均。

    画面とくじの引き方は ``feature_query.visits`` と同じ：赤い横棒と緑の縦棒が妨害になる。
    """
    g = torch.Generator().manual_seed(seed)
    kinds = torch.tensor([0] + [1] * (red - 1) + [2] * green)
    seen = glimpse(LOOKS[kinds].expand(displays, -1, -1), noise, g)
    p = learned.weights(LOOKS[:1].expand(displays, -1), seen).double()
    lots = -torch.empty_like(p).exponential_(generator=g).log() + p.log()
    return float(1 + (lots[:, 1:] > lots[:, :1]).sum(1).double().mean())


def slopes(
    learned: Learned, noise: tuple[float, float], seed: int
) -> tuple[float, float]:
    """赤と緑の項目が一つ増えたときに増える，調べる項目の数。もう一方の色は 4 個。"""
    counts = range(4, 21, 4)
    red = [visits(learned, n, 4, noise, seed + n) for n in counts]
    green = [visits(learned, 4, n, noise, seed + n) for n in counts]
    return tuple(float(np.polyfit(counts, found, 1)[0]) for found in (red, green))  # type: ignore[return-value]


def colour_first(
    seed: int,
    control: str = "",
    *,
    colour: float,
    tilt: float,
    items: int,
    d_k: int,
) -> float:
    """同じ色と違う色の，傾きの差。色で先に絞るなら正。

    Args:
        seed: 学習と画面の種。
        control: ``"untrained"`` なら学習しない。``"equal"`` なら，色の誤差も傾きと同じにする。
        colour, tilt: 色と傾きの，見えの誤差。
        items: 学ぶときの項目の数。
        d_k: 問いと鍵の長さ。
    """
    noise = (tilt if control == "equal" else colour, tilt)
    steps = 0 if control == "untrained" else 300
    learned = learn(seed, noise, items=items, d_k=d_k, steps=steps)
    red, green = slopes(learned, noise, seed)
    return red - green
