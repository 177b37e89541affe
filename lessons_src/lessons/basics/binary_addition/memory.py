"""隠れ状態の中の繰り上がり：線形に読み出す，押して書き換える。"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from lessons.basics.binary_addition import model
from lessons.basics.binary_addition.problems import (
    batch,
    carries,
    random_pairs,
    to_bits,
    to_numbers,
)

PUSHES = ("carry", "random", "other")
"""押す向き：繰り上がりの向き，でたらめな向き，繰り上がりと直角のでたらめな向き。"""


@dataclass(frozen=True)
class Reading:
    """問題を読んだ記録。どれも ``(問題, 桁, …)`` の形。

    Attributes:
        states: 各桁を読んだ後の隠れ状態 ``(N, bits, hidden)``。
        carry: その桁から送る繰り上がり ``(N, bits)``。
        passed: 今の二つのビットが違うか ``(N, bits)``。違えば，送る繰り上がりは，
            下から来た繰り上がりと同じで，今の桁からはわからない。
    """

    states: np.ndarray
    carry: np.ndarray
    passed: np.ndarray


@torch.no_grad()
def read(net: model.Adder, a: np.ndarray, b: np.ndarray, bits: int) -> Reading:
    """``a + b`` を読ませ，隠れ状態と繰り上がりを並べる。"""
    h = net.states(batch(a, b, bits)[0])[:, :bits].numpy()
    return Reading(h, carries(a, b, bits), to_bits(a, bits) != to_bits(b, bits))


def reader(seen: Reading, shuffle: int | None = None) -> np.ndarray:
    """繰り上がりを当てる一次式の重み ``(hidden + 1,)`` を，最小二乗法で求める。

    Args:
        seen: 求めるのに使う記録。
        shuffle: 数なら，その種で繰り上がりの札を並べ替える（対照）。
    """
    h, carry = seen.states.reshape(-1, seen.states.shape[2]), seen.carry.ravel()
    if shuffle is not None:
        carry = np.random.default_rng(shuffle).permutation(carry)
    return np.linalg.lstsq(_with_one(h), 2.0 * carry - 1, rcond=None)[0]


def read_out(weights: np.ndarray, shown: Reading, passed: bool = False) -> float:
    """一次式で読み出した繰り上がりの正答率。``passed`` なら，ビットの違う桁だけで数える。"""
    found = _with_one(shown.states) @ weights > 0
    right = found == (shown.carry > 0)
    return float(right[shown.passed].mean() if passed else right.mean())


def _with_one(h: np.ndarray) -> np.ndarray:
    return np.concatenate([h, np.ones_like(h[..., :1])], axis=-1)


def direction(seen: Reading) -> np.ndarray:
    """繰り上がりのある状態の平均から，ない状態の平均を引いた向き ``(hidden,)``。"""
    on, off = seen.states[seen.carry == 1], seen.states[seen.carry == 0]
    return on.mean(0) - off.mean(0)


@torch.no_grad()
def pushed(
    net: model.Adder,
    a: np.ndarray,
    b: np.ndarray,
    at: np.ndarray,
    vectors: np.ndarray,
    bits: int,
) -> np.ndarray:
    """桁 ``at`` を読んだ直後に隠れ状態へ ``vectors`` を足し，答えた和 ``(N,)`` を返す。

    繰り上がりがあるはずの問題では，``vectors`` を引く。

    Args:
        a, b: 問題 ``(N,)``。
        at: 押す桁 ``(N,)``。0 が一の位。
        vectors: 足すベクトル ``(N, hidden)``。
        bits: 桁の数。
    """
    x = batch(a, b, bits)[0]
    sign = 1 - 2 * carries(a, b, bits)[np.arange(len(a)), at]  # 0 → 足す，1 → 引く
    push = torch.from_numpy(sign[:, None] * vectors).float()
    h = x.new_zeros(len(x), net.remember.in_features)
    answers = np.zeros(x.shape[:2], dtype=int)
    for t in range(x.shape[1]):
        h = net.step(x[:, t], h)
        answers[:, t] = (net.answer(h)[:, 0] > 0).numpy()
        now = torch.from_numpy(at == t)
        h[now] += push[now]
    return to_numbers(answers)


def one_carry_off(
    net: model.Adder, kind: str, seed: int, *, bits: int, size: float, items: int
) -> float:
    """押した後の和が，ちょうど繰り上がり一つ分だけ違った割合。

    繰り上がりがあれば消え，なければ現れると，和は ``2 ** (桁 + 1)`` だけ違う。

    Raises:
        ValueError: 押す向きの名前を知らないとき。
    """
    if kind not in PUSHES:
        raise ValueError(
            f"押す向き {kind!r} はありません。使える名前: {'，'.join(PUSHES)}"
        )
    g = np.random.default_rng(seed)
    v = direction(read(net, *random_pairs(400, bits, g), bits))
    a, b = random_pairs(items, bits, g)
    at = g.integers(bits, size=items)
    vectors = np.tile(v, (items, 1))
    if kind != "carry":
        vectors = g.normal(size=vectors.shape)
        if kind == "other":
            vectors -= np.outer(vectors @ v, v) / (v @ v)
        vectors *= np.linalg.norm(v) / np.linalg.norm(vectors, axis=1, keepdims=True)
    sent = carries(a, b, bits)[np.arange(items), at]
    wrong = pushed(net, a, b, at, size * vectors, bits) - (a + b)
    return float((wrong == (1 - 2 * sent) * 2 ** (at + 1)).mean())


def carry_readout(
    seed: int,
    control: str = "",
    *,
    bits: int = 8,
    hidden: int = 8,
    rate: float = 0.01,
    steps: int = 400,
    items: int = 400,
) -> float:
    """ビットの違う桁での読み出しの正答率から，多い方をいつも答えたときの正答率を引いた値。

    対照は ``untrained``（学習しない）と ``shuffled``（札を並べ替えて一次式を求める）。
    """
    net = _network(seed, control, bits, hidden, rate, steps)
    seen = read(net, *random_pairs(items, bits, seed + 1), bits)
    shown = read(net, *random_pairs(items, bits, seed + 2), bits)
    weights = reader(seen, shuffle=seed if control == "shuffled" else None)
    often = shown.carry[shown.passed].mean()
    return read_out(weights, shown, passed=True) - max(often, 1 - often)


def carry_push(
    seed: int,
    control: str = "",
    *,
    bits: int = 8,
    hidden: int = 8,
    rate: float = 0.01,
    steps: int = 400,
    size: float = 1.0,
    items: int = 400,
) -> float:
    """繰り上がりの向きに押したとき，和が繰り上がり一つ分だけ違う割合。

    対照は ``random``，``other``（向きを替える）と ``untrained``（学習しない）。
    """
    net = _network(seed, control, bits, hidden, rate, steps)
    kind = control if control in PUSHES else "carry"
    return one_carry_off(net, kind, seed + 1, bits=bits, size=size, items=items)


def _network(
    seed: int, control: str, bits: int, hidden: int, rate: float, steps: int
) -> model.Adder:
    if control == "untrained":
        return model.made(seed, hidden)
    return model.train(seed, bits=bits, hidden=hidden, rate=rate, steps=steps)
