"""章 basics/neural_network の練習。"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from lessons.basics.neural_network.perceptron import (
    GATES,
    PAIRS,
    neuron,
    perceptron_rule,
)
from lessons.exercises import Exercise

TRIPLES = np.array(list(itertools.product((0, 1), repeat=3)))
"""三つの入力の，すべての組 ``(8, 3)``。"""
MAJORITY = (TRIPLES.sum(axis=1) >= 2).astype(int)
"""三人の多数決 ``(8,)``。"""


def _wrong(X: np.ndarray, t: np.ndarray, w: Any, b: Any) -> str | None:
    """重みとバイアスの答えが違う，はじめの入力を言う。"""
    for x, right in zip(X, t, strict=True):
        got = int(neuron(x, w, float(b)))
        if got != right:
            total = float(np.dot(w, x)) + float(b)
            said = "超えています" if got else "超えていません"
            return (
                f"入力が {tuple(int(v) for v in x)} のとき，合計は {total:g} で 0 を{said}。"
                f"正解は {right} です。"
            )
    return None


def _pair(answer: Any) -> tuple[Any, Any]:
    try:
        w, b = answer
    except (TypeError, ValueError) as error:
        raise ValueError("([重み, …], バイアス) の形で書いてください") from error
    return w, b


def _majority(answer: Any) -> str | None:
    return _wrong(TRIPLES, MAJORITY, *_pair(answer))


def _only_first(answer: Any) -> str | None:
    return _wrong(PAIRS, np.array([0, 0, 1, 0]), *_pair(answer))


def _xor(answer: Any) -> str | None:
    if len(answer) != 3:
        return "隠れ層の二つと出力の一つで，三つの ([重み, 重み], バイアス) を並べてください。"
    (w1, b1), (w2, b2), (v, c) = (_pair(each) for each in answer)
    hidden = np.stack(
        [neuron(PAIRS, w1, float(b1)), neuron(PAIRS, w2, float(b2))], axis=1
    )
    if len({tuple(h) for h in hidden[[0, 3]]} & {tuple(h) for h in hidden[[1, 2]]}):
        return (
            "隠れ層の二つの答えが，正解の違う入力で同じになっています。"
            "OR と AND のように，違う線を引かせてください。"
        )
    hint = _wrong(hidden, GATES["XOR"], v, c)
    return hint and f"隠れ層はよさそうです。出力のニューロン：{hint}"


def _inseparable(answer: Any) -> str | None:
    t = np.asarray(answer)
    if t.shape != (8,) or not set(t.tolist()) <= {0, 1}:
        return "0 か 1 を，ちょうど八つ並べてください。"
    path = perceptron_rule(TRIPLES, t, np.random.default_rng(0), passes=300)
    if path.learned:
        return (
            f"その答えは，{int(np.argmin(path.errors))} 巡でニューロン一つが覚えました。"
            "直線（平面）で分けられない並びを探してください。"
        )
    return None


EXERCISES = [
    Exercise(
        name="neural_network/majority",
        judge=_majority,
        solution=([1, 1, 1], -1.5),
        praise="三つの重みが同じなら，一票の重さが同じということです。",
        known_wrong=(
            (([1, 1, 1], -0.5), "0 を超えています"),
            (([1, 1, 1], -2.5), "0 を超えていません"),
            (([1, 1], -1.5), "同じ数だけ"),
            (3, "形で書いて"),
        ),
    ),
    Exercise(
        name="neural_network/only_first",
        judge=_only_first,
        solution=([1, -1], -0.5),
        praise="負の重みは，抑える働きをします。",
        known_wrong=((([1, 1], -0.5), "正解は 0"), (([1, -1], -2), "正解は 1")),
    ),
    Exercise(
        name="neural_network/xor",
        judge=_xor,
        solution=(([1, 1], -0.5), ([1, 1], -1.5), ([1, -1], -0.5)),
        praise="一つではできないことが，三つならできました。",
        known_wrong=(
            ((([1, 1], -0.5), ([1, 1], -0.5), ([1, 1], -1)), "違う線"),
            ((([1, 1], -0.5), ([1, 1], -1.5), ([1, 1], -0.5)), "出力のニューロン"),
            ((([1, 1], -0.5), ([1, 1], -1.5)), "三つの"),
        ),
    ),
    Exercise(
        name="neural_network/inseparable",
        judge=_inseparable,
        solution=[0, 1, 1, 0, 1, 0, 0, 1],
        praise="ニューロン一つでは，何巡しても覚えられません。",
        known_wrong=(
            (MAJORITY.tolist(), "覚えました"),
            ([0, 1, 1, 0], "八つ"),
            ([0, 0, 0, 0, 0, 0, 0, 2], "0 か 1"),
        ),
    ),
]
