"""畳み込みの代わりになる自己注意の層と，畳み込みとの比べ方。

Ramachandran, Parmar, Vaswani, Bello, Levskaya & Shlens (2019). 記号は論文に合わせ，
近所の一辺を ``k``，ずれの埋め込みを ``r`` と書きます。
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from lessons import runtime


class LocalSelfAttention(nn.Module):
    """近所 ``k × k`` の中だけに注意を向ける層。絵の大きさは変わらない。

    ``y_ij = Σ_ab softmax_ab(q_ijᵀ k_ab + q_ijᵀ r_{a−i,b−j}) v_ab``（論文の式 3）。
    論文と同じく ``√d`` では割らない。絵の外の場所は，ソフトマックスから除く。

    Args:
        d_in, d_out: 入力と出力のチャンネル数。
        k: 近所の一辺。奇数。
        heads: 頭の数。
        position: 偽なら，ずれの埋め込み ``r`` を使わない。
    """

    def __init__(
        self, d_in: int, d_out: int, k: int, heads: int = 1, *, position: bool = True
    ) -> None:
        super().__init__()
        if k % 2 == 0 or d_out % (2 * heads):
            raise ValueError(
                "近所の一辺 k は奇数，d_out は頭の数の 2 倍で割り切れる数にしてください"
                f"（k={k}, d_out={d_out}, heads={heads}）。"
            )
        self.k, self.heads, self.position = k, heads, position
        self.W_Q = nn.Conv2d(d_in, d_out, 1, bias=False)
        self.W_K = nn.Conv2d(d_in, d_out, 1, bias=False)
        self.W_V = nn.Conv2d(d_in, d_out, 1, bias=False)
        if position:  # r の前半は縦のずれ a−i，後半は横のずれ b−j で決まる
            half = d_out // heads // 2
            self.r_row = nn.Parameter(torch.randn(k, heads, half) * half**-0.5)
            self.r_column = nn.Parameter(torch.randn(k, heads, half) * half**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        """``(B, d_in, H, W)`` を ``(B, d_out, H, W)`` に変える。"""
        q, k, v = (
            W(x).unflatten(1, (self.heads, -1))  # (B, heads, d, H, W)
            for W in (self.W_Q, self.W_K, self.W_V)
        )
        scores = (q * self._near(k)).sum(3)  # (k², B, heads, H, W)
        if self.position:
            scores = scores + self._position(q)
        outside = self._near(torch.ones_like(x[:1, :1])) == 0  # (k², 1, 1, H, W)
        weights = scores.masked_fill(outside, -math.inf).softmax(dim=0)
        y = (weights[:, :, :, None] * self._near(v)).sum(0)  # (B, heads, d, H, W)
        return y.flatten(1, 2)

    def _near(self, x: Tensor) -> Tensor:
        """どの場所についても，近所の値を集める：``(…, H, W)`` → ``(k², …, H, W)``。"""
        height, width = x.shape[-2:]
        padded = F.pad(x, (self.k // 2,) * 4)
        offsets = product(range(self.k), repeat=2)
        return torch.stack(
            [padded[..., a : a + height, b : b + width] for a, b in offsets]
        )

    def _position(self, q: Tensor) -> Tensor:
        """``q_ijᵀ r_{a−i,b−j}`` を，縦の分と横の分の和で求める。"""
        q_row, q_column = q.chunk(2, dim=2)  # (B, heads, d/2, H, W)
        row = torch.einsum("zndhw,knd->kznhw", q_row, self.r_row)
        column = torch.einsum("zndhw,knd->kznhw", q_column, self.r_column)
        return (row[:, None] + column[None]).flatten(0, 1)  # (k², B, heads, H, W)


def parameters(layer: nn.Module) -> int:
    """学習する数（重み，埋め込み，バイアス）の個数。"""
    return sum(p.numel() for p in layer.parameters())


@torch.no_grad()
def multiply_adds(layer: nn.Module, x: Tensor) -> int:
    """``layer(x)`` の計算で行われる「掛けて足す」の回数を，動かしながら数える。"""

    def product_of_elements(*shapes: Any, out_shape: Any, **rest: Any) -> int:
        return 2 * math.prod(out_shape)  # 掛け算と足し算で 2 回

    count = FlopCounterMode(
        display=False, custom_mapping={torch.ops.aten.mul: product_of_elements}
    )
    with count:
        layer(x)
    return count.get_total_flops() // 2


KINDS = {"conv": "畳み込み", "attention": "自己注意", "no position": "位置なし"}
"""比べる三つの層。``no position`` は，ずれの埋め込み r のない自己注意。"""


def make_layer(kind: str, d_in: int, d_out: int, k: int, heads: int = 4) -> nn.Module:
    """``KINDS`` の名前から層を作る。

    Raises:
        ValueError: 知らない名前のとき。
    """
    if kind not in KINDS:
        raise ValueError(f"層 {kind!r} はありません。使える名前: {', '.join(KINDS)}")
    if kind == "conv":
        return nn.Conv2d(d_in, d_out, k, padding=k // 2, bias=False)
    position = kind == "attention"
    return LocalSelfAttention(d_in, d_out, k, heads, position=position)


def make_net(kind: str, d: int = 16, k: int = 3) -> nn.Sequential:
    """数字を見分ける小さなネットワーク。真ん中の二層だけが ``kind`` で違う。

    入り口は三つとも同じで，2 × 2 画素のますを一つの場所にまとめる。
    """
    stem = nn.Conv2d(1, d, 2, stride=2)  # (B, 1, 8, 8) → (B, d, 4, 4)
    layers: list[nn.Module] = [stem, nn.BatchNorm2d(d), nn.ReLU()]
    for _ in range(2):
        layers += [make_layer(kind, d, d, k), nn.BatchNorm2d(d), nn.ReLU()]
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(d, 10)]
    return nn.Sequential(*layers).to(runtime.device())


@lru_cache(maxsize=1)
def _digits() -> tuple[Tensor, Tensor]:
    """手書き数字 1,797 枚 ``(N, 1, 8, 8)``，0〜1 と，その答え ``(N,)``。"""
    data = load_digits()
    images = torch.tensor(data.images / 16, dtype=torch.float32)[:, None]
    return images, torch.tensor(data.target)


def digit_accuracy(
    kind: str, seed: int, *, steps: int = 100, train: int = 1000
) -> float:
    """手書き数字を学習し，学習に使わなかった数字での正答率を返す。

    Args:
        kind: 層の種類（``KINDS``）。
        seed: 乱数の種。初期値，学習に使う数字，見せる順番が変わる。
        steps: 学習の回数。一回に 64 枚を見せる。
        train: 学習に使う枚数。残りで試す。
    """
    runtime.seed_everything(seed)
    device = runtime.device()
    generator = torch.Generator().manual_seed(seed)
    images, answers = _digits()
    order = torch.randperm(len(images), generator=generator)
    images, answers = images[order].to(device), answers[order].to(device)
    net = make_net(kind)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, steps)
    for _ in range(steps):
        batch = torch.randint(train, (64,), generator=generator).to(device)
        loss = F.cross_entropy(net(images[batch]), answers[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    net.eval()
    with torch.no_grad():
        guesses = net(images[train:]).argmax(dim=1)
    return float((guesses == answers[train:]).float().mean())
