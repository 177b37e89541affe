"""あなたの答え：好みの値と選んだ回数から，あなたの温度を読み取る。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

from lessons.basics.softmax.fitting import fit_temperature
from lessons.basics.softmax.model import softmax


def graded(
    liking: Sequence[float] | EllipsisType, counts: Sequence[int] | EllipsisType
) -> Sequence[str]:
    """好みの値と，選んだ回数から，温度を当てはめる。

    Args:
        liking: 選択肢ごとの好み。``...`` なら，まだ答えていない。
        counts: 選んだ回数。

    Returns:
        印字する行。

    Raises:
        ValueError: 数がそろわないとき，選択肢が二つより少ないとき，または好みがすべて同じとき。
    """
    if isinstance(liking, EllipsisType) or isinstance(counts, EllipsisType):
        return ["まだ答えが入っていません。好みと回数を，同じ順に並べてください。"]
    if len(liking) != len(counts) or len(liking) < 2:
        raise ValueError(
            f"好みが {len(liking)} 個，回数が {len(counts)} 個です。"
            "同じ数（2 以上）にしてください。"
        )
    if len(set(liking)) < 2:
        raise ValueError(
            "好みがすべて同じです。どの温度でも同じ確率になるので，違いをつけてください。"
        )
    beta = fit_temperature(liking, counts)
    total = sum(counts)
    lines = [f"あなたの温度 {beta:.2f}（選択 {total} 回）"]
    for value, count, chance in zip(liking, counts, softmax(liking, beta), strict=True):
        lines.append(f"好み {value:g}：選んだ割合 {count / total:.2f}，式 {chance:.2f}")
    return lines
