"""二進数の足し算の問題：数とビットの並び，繰り上がり，繰り上がりの連なり。

ビットは，ことわりのないかぎり，下の桁（一の位）から順に並べる。
"""

from __future__ import annotations

import numpy as np
import torch

TASKS = ("add", "xor")
"""足し算と，繰り上がりのない足し算（桁ごとの排他的論理和）。"""
ORDERS = ("low", "high")
"""下の桁から読むか，上の桁から読むか。"""
MOST_BITS = 24
"""扱う桁の数の上限。"""


def all_pairs(bits: int) -> tuple[np.ndarray, np.ndarray]:
    """``bits`` 桁の数の，すべての組 ``(4**bits,)`` を二つ返す（8 桁なら 65,536 組）。

    Raises:
        ValueError: 桁の数が 1 から 10 の整数でないとき。
    """
    if not 1 <= bits <= 10:
        raise ValueError(
            f"桁の数 {bits} のすべての組は作れません。1 から 10 の整数にしてください。"
        )
    numbers = np.arange(2**bits)
    return np.repeat(numbers, 2**bits), np.tile(numbers, 2**bits)


def random_pairs(
    count: int, bits: int, seed: int | np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """``bits`` 桁の数の組を，乱数で ``count`` 組だけ選ぶ。"""
    g = np.random.default_rng(seed)
    a, b = g.integers(2**bits, size=(2, count))
    return a, b


def to_bits(numbers: np.ndarray, bits: int) -> np.ndarray:
    """数 ``(N,)`` を，下の桁から並べたビット ``(N, bits)`` にする。

    Raises:
        ValueError: 負の数か，``bits`` 桁に入らない数があるとき。
    """
    numbers = np.atleast_1d(np.asarray(numbers))
    if not 1 <= bits <= MOST_BITS:
        raise ValueError(f"桁の数 {bits} を，1 から {MOST_BITS} の整数にしてください。")
    outside = numbers[(numbers < 0) | (numbers >= 2**bits)]
    if outside.size:
        raise ValueError(
            f"{outside[0]} は {bits} 桁の二進数で書けません。"
            f"0 から {2**bits - 1} の整数にしてください。"
        )
    return (numbers[:, None] >> np.arange(bits)) & 1


def to_numbers(bits: np.ndarray) -> np.ndarray:
    """下の桁から並べたビット ``(N, T)`` を，数 ``(N,)`` にする。"""
    bits = np.asarray(bits).astype(np.int64)
    return bits @ (1 << np.arange(bits.shape[1]))


def carries(a: np.ndarray, b: np.ndarray, bits: int) -> np.ndarray:
    """各桁から上の桁へ送る繰り上がり（0 か 1）``(N, bits)``。筆算のとおりに求める。"""
    one, other = to_bits(a, bits), to_bits(b, bits)
    sent = np.zeros_like(one)
    carry = np.zeros(len(one), dtype=one.dtype)
    for t in range(bits):
        carry = (one[:, t] + other[:, t] + carry) // 2
        sent[:, t] = carry
    return sent


def longest_chain(sent: np.ndarray) -> np.ndarray:
    """繰り上がり ``(N, bits)`` が続く，いちばん長い長さ ``(N,)``。"""
    best = np.zeros(len(sent), dtype=int)
    run = np.zeros(len(sent), dtype=int)
    for column in np.asarray(sent).T:
        run = (run + 1) * column
        best = np.maximum(best, run)
    return best


def batch(
    a: np.ndarray, b: np.ndarray, bits: int, task: str = "add", order: str = "low"
) -> tuple[torch.Tensor, torch.Tensor]:
    """ネットワークに見せる形にする。最後の繰り上がりのために，0 の桁を一つ足す。

    Returns:
        入力 ``(N, bits + 1, 2)`` と，正解のビット ``(N, bits + 1)``。

    Raises:
        ValueError: 課題か，読む向きの名前を知らないとき。
    """
    if task not in TASKS or order not in ORDERS:
        raise ValueError(
            f"課題 {task!r} と向き {order!r} を，{'，'.join(TASKS)} と "
            f"{'，'.join(ORDERS)} から選んでください。"
        )
    one, other = to_bits(a, bits), to_bits(b, bits)
    answer = to_numbers(one) + to_numbers(other) if task == "add" else None
    x = np.stack([one, other], axis=2)  # (N, bits, 2)
    x = np.concatenate([x, np.zeros_like(x[:, :1])], axis=1)  # (N, bits + 1, 2)
    y = x.sum(2) % 2 if answer is None else to_bits(answer, bits + 1)
    if order == "high":
        x, y = x[:, ::-1].copy(), y[:, ::-1].copy()
    return torch.from_numpy(x).float(), torch.from_numpy(y).float()
