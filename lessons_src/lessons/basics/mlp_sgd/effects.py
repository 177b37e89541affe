"""章 basics/mlp_sgd の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from lessons.basics.mlp_sgd import alcove, paired_lists, six_types
from lessons.basics.mlp_sgd.six_types import Array


def _ends(by_type: Array) -> float:
    """VI の誤り − I の誤り。"""
    return float(by_type[5] - by_type[0])


def _second(by_type: Array) -> float:
    """III，IV，V の誤りの平均 − II の誤り。"""
    return float(by_type[2:5].mean() - by_type[1])


def _of_types(
    index: Callable[[Array], float],
    errors: Callable[..., Array],
    seed: int,
    control: str = "",
    **parameters: Any,
) -> float:
    """一つのネットワークの，16 ブロックの誤りから求めた指標。"""
    return index(errors(seed, control, **parameters).mean(axis=1))


def forgotten(seed: int, control: str = "", **parameters: float) -> float:
    """第二のリストを覚える間に減った，第一のリストの再生率。"""
    first, _ = paired_lists.recall_curves(seed, control, **parameters)
    return float(first[0] - first[-1])


MEASURES: dict[str, Callable[..., Any]] = {
    "six_types_ends": partial(_of_types, _ends, six_types.errors),
    "six_types_second": partial(_of_types, _second, six_types.errors),
    "six_types_second_relu": partial(_of_types, _second, six_types.errors),
    "six_types_attention": partial(_of_types, _second, alcove.errors),
    "list_interference": forgotten,
}
"""約束の名前から，測る関数を引く表。"""
