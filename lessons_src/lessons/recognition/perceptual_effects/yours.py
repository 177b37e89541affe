"""あなたの答え：九つの行で，違って見えるのはどちらの対か。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import EllipsisType

from lessons.letters import checked


def agreement(
    choices: str | EllipsisType, indices: Mapping[str, float]
) -> Sequence[str]:
    """あなたの答えを，人間の報告とモデルに並べ，一致した数を言う。

    Args:
        choices: 行の順に「左」「右」を並べた文字列。``...`` なら，まだ答えていない。
        indices: 行の名前から，モデルの指数を引く表。正なら左の対が遠い。

    Returns:
        印字する行。

    Raises:
        ValueError: 「左」「右」のほかの字があるか，数が行の数と違うとき。
    """
    if isinstance(choices, EllipsisType):
        return [
            "まだ答えが入っていません。「左」「右」を，上の行から順に並べてください。"
        ]
    checked(choices, "左右", "「左」か「右」", len(indices))
    model = ["左" if index > 0 else "右" for index in indices.values()]
    lines = [
        f"{name}：あなた {mine}，モデル {its}"
        for name, mine, its in zip(indices, choices, model, strict=True)
    ]
    alike = sum(mine == its for mine, its in zip(choices, model, strict=True))
    return [
        *lines,
        f"人間の報告（どれも左）と同じ：{choices.count('左')} / {len(choices)}",
        f"モデルと同じ：{alike} / {len(choices)}",
    ]
