"""対連合学習：A–B の対を覚えてから A–C の対を覚える（Barnes & Underwood, 1959 の課題）。

手がかり A は ±1 の 20 個の数，リストの目印は ±1 の 10 個の数。答えは出力の単位一つずつ。
人間の実験と同じく，8 個の対を，全部正しく言えるまで覚える。
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lessons.basics.mlp_sgd.six_types import Array, checked

PAIRS = 8
CUE, CONTEXT = 20, 10
LIMIT = 3000
"""あきらめる回数。"""
CONTROLS = ("", "new_cues", "interleaved", "untrained")


@dataclass
class PairNet:
    """隠れ層が一つのネットワーク。``(n, 入力)`` → 出力 ``(n, 答えの数)``。"""

    W: Array  # (入力 + 1, H)
    v: Array  # (H + 1, 答えの数)

    def forward(self, X: Array) -> tuple[Array, Array]:
        """出力 ``(n, 答えの数)`` と隠れ層 ``(n, H)``。"""
        h = np.tanh(X @ self.W[:-1] + self.W[-1])
        return 1 / (1 + np.exp(-(h @ self.v[:-1] + self.v[-1]))), h

    def step(self, X: Array, T: Array, rate: float) -> None:
        """二乗誤差の勾配で，一歩だけ学ぶ。"""
        p, h = self.forward(X)
        d = 2 * (p - T) * p * (1 - p)  # (n, 答えの数)
        d_h = (d @ self.v[:-1].T) * (1 - h**2)  # (n, H)
        self.v -= rate * np.vstack([h.T @ d, d.sum(axis=0)])
        self.W -= rate * np.vstack([X.T @ d_h, d_h.sum(axis=0)])

    def recall(self, X: Array, T: Array) -> float:
        """いちばん大きい出力が正しい答えである割合。"""
        return float((self.forward(X)[0].argmax(axis=1) == T.argmax(axis=1)).mean())

    def learn(self, X: Array, T: Array, rate: float, sure: float) -> int:
        """どの対でも，正しい答えの出力が ``sure`` を超えるまで覚え，回数を返す。"""
        for count in range(LIMIT):
            if (self.forward(X)[0][T > 0.5] > sure).all():
                return count
            self.step(X, T, rate)
        return LIMIT


def fresh(g: np.random.Generator, inputs: int, hidden: int, answers: int) -> PairNet:
    """まだ何も覚えていないネットワーク。重みは小さな乱数。"""
    W = g.normal(0, inputs**-0.5, (inputs + 1, hidden))
    v = g.normal(0, hidden**-0.5, (hidden + 1, answers))
    W[-1], v[-1] = 0, 0
    return PairNet(W, v)


def _signs(g: np.random.Generator, rows: int, columns: int) -> Array:
    return g.choice([-1.0, 1.0], size=(rows, columns))


@lru_cache(maxsize=256)
def recall_curves(
    seed: int,
    control: str = "",
    *,
    hidden: int = 50,
    rate: float = 0.05,
    sure: float = 0.8,
) -> tuple[Array, Array]:
    """第二のリストを覚える間の，二つのリストの再生率。

    第一のリストを覚えるのにかかった回数と同じ回数だけ，第二のリストを覚える。

    Args:
        seed: 手がかり，目印，重みの種。
        control: ``new_cues`` なら，第二のリストの手がかりを新しくする。
            ``interleaved`` なら，第一のリストも混ぜて覚え続ける。
            ``untrained`` なら，第一のリストの後は何も覚えない。
        hidden: 隠れ層の大きさ。
        rate: 学習率。
        sure: 覚えたとみなす，正しい答えの出力の大きさ。

    Returns:
        第一のリスト，第二のリストの再生率 ``(回数 + 1,)``。
    """
    checked(control, CONTROLS)
    g = np.random.default_rng(seed)
    cues, others = _signs(g, PAIRS, CUE), _signs(g, PAIRS, CUE)
    marks = _signs(g, 2, CONTEXT)
    second = others if control == "new_cues" else cues
    X1 = np.hstack([cues, np.repeat(marks[:1], PAIRS, axis=0)])
    X2 = np.hstack([second, np.repeat(marks[1:], PAIRS, axis=0)])
    T = np.eye(2 * PAIRS)
    T1, T2 = T[:PAIRS], T[PAIRS:]
    net = fresh(g, CUE + CONTEXT, hidden, 2 * PAIRS)
    count = net.learn(X1, T1, rate, sure)
    found = [(net.recall(X1, T1), net.recall(X2, T2))]
    for _ in range(count):
        if control == "interleaved":
            net.step(np.vstack([X1, X2]), np.vstack([T1, T2]), rate)
        elif control != "untrained":
            net.step(X2, T2, rate)
        found.append((net.recall(X1, T1), net.recall(X2, T2)))
    first, later = np.array(found).T
    return first, later
