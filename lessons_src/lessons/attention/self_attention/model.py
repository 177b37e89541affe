"""自己注意：スケール化内積注意と多頭注意。

記号は Vaswani ほか (2017) の 3.2 節に合わせています。
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def scaled_dot_product(
    Q: Tensor, K: Tensor, V: Tensor, hidden: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """スケール化内積注意 ``softmax(QKᵀ/√d_k) V``（Vaswani ほか 2017，式 1）。

    Args:
        Q: 問い ``(..., L, d_k)``。
        K: 鍵 ``(..., S, d_k)``。
        V: 値 ``(..., S, d_v)``。
        hidden: 見えなくする組 ``(..., L, S)``，bool。省くと，すべて見える。

    Returns:
        出力 ``(..., L, d_v)`` と，注意の重み ``(..., L, S)``。重みは行ごとに合計 1。

    Raises:
        ValueError: 問いと鍵の長さか，鍵と値の数がそろわないとき，
            ``hidden`` が，一つの問いからすべての鍵を隠すとき（重みを決められない）。
    """
    if Q.shape[-1] != K.shape[-1] or K.shape[-2] != V.shape[-2]:
        raise ValueError(
            "問いと鍵は同じ長さ，鍵と値は同じ数にしてください"
            f"（Q {tuple(Q.shape)}，K {tuple(K.shape)}，V {tuple(V.shape)}）。"
        )
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])  # (..., L, S)
    if hidden is not None:
        if bool(hidden.all(dim=-1).any()):
            raise ValueError(
                "hidden が，すべての鍵を隠している行があります。"
                "どの行も，一つは見えるように（False に）してください。"
            )
        scores = scores.masked_fill(hidden, -math.inf)
    weights = scores.softmax(dim=-1)  # (..., L, S)
    return weights @ V, weights


def softmax_gradient(
    d_k: int, seed: int, *, scaled: bool = True, queries: int = 200, items: int = 16
) -> float:
    """得点を少し変えたとき，注意の重みがどれだけ動くか。0 なら学習が進まない。

    平均 0，分散 1 の乱数の問いと鍵で，ソフトマックス関数の微分 ``diag(p) − ppᵀ`` の
    大きさ（成分の二乗和の平方根）を求め，平均する。

    Args:
        d_k: 問いと鍵の長さ。
        seed: 乱数の種。
        scaled: 偽なら ``√d_k`` で割らない。
        queries, items: 問いと鍵の数。
    """
    generator = torch.Generator().manual_seed(seed)
    q = torch.randn(queries, d_k, generator=generator)
    K = torch.randn(items, d_k, generator=generator)
    scores = q @ K.T / (math.sqrt(d_k) if scaled else 1.0)  # (queries, items)
    p = scores.softmax(dim=-1)
    slopes = torch.diag_embed(p) - p[:, :, None] * p[:, None]  # (queries, n, n)
    return float(slopes.flatten(1).norm(dim=1).mean())


class MultiHead(nn.Module):
    """多頭注意：``h`` 個の頭が，別々の見方で注意を向け，結果をつないで混ぜる。"""

    def __init__(self, d_model: int, h: int) -> None:
        super().__init__()
        if d_model % h:
            raise ValueError(
                f"d_model={d_model} は，頭の数 h={h} で割り切れる数にしてください。"
            )
        self.h = h
        self.W_Q = nn.Linear(d_model, d_model)  # h 個の頭の W_i^Q を並べたもの
        self.W_K = nn.Linear(d_model, d_model)
        self.W_V = nn.Linear(d_model, d_model)
        self.W_O = nn.Linear(d_model, d_model)

    def forward(self, x: Tensor, memory: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``x`` が問い，``memory`` が鍵と値になる。``memory`` を省くと自己注意。

        Args:
            x: ``(B, L, d_model)``。
            memory: ``(B, S, d_model)``。

        Returns:
            出力 ``(B, L, d_model)`` と，頭ごとの重み ``(B, h, L, S)``。
        """
        memory = x if memory is None else memory
        Q = self._heads(self.W_Q(x))  # (B, h, L, d_k)
        K = self._heads(self.W_K(memory))  # (B, h, S, d_k)
        V = self._heads(self.W_V(memory))  # (B, h, S, d_v)
        heads, weights = scaled_dot_product(Q, K, V)  # (B, h, L, d_v)
        return self.W_O(heads.transpose(1, 2).flatten(2)), weights

    def _heads(self, x: Tensor) -> Tensor:
        """``(B, L, d_model)`` を，頭ごとの ``(B, h, L, d_k)`` に分ける。"""
        return x.unflatten(2, (self.h, -1)).transpose(1, 2)
