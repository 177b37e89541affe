"""あなたの答え：ImageNet の見出し語を，自分なら言うか。"""

from __future__ import annotations

from types import EllipsisType

import numpy as np

from lessons.class_names import imagenet_japanese
from lessons.letters import checked
from lessons.recognition.japanese_captions.levels import levels

ASKED = 20


def asked(seed: int = 0) -> list[str]:
    """一覧のどの語にもまとめられなかった見出し語から，20 個を選ぶ。"""
    names = imagenet_japanese()
    alone = [names[level.index] for level in levels() if not level.basic]
    return [
        alone[i] for i in np.random.default_rng(seed).permutation(len(alone))[:ASKED]
    ]


def said(answers: str | EllipsisType) -> str:
    """「言う」「言わない」を数える。

    Args:
        answers: ``asked`` の順に並べた ○ と × の 20 字。``...`` なら，まだ答えていない。

    Raises:
        ValueError: ○ と × のほかの字があるか，数が違うとき。
    """
    if isinstance(answers, EllipsisType):
        return "まだ答えが入っていません。○ と × を 20 個並べてください。"
    checked(answers, "○×", "○ か ×", ASKED)
    share = answers.count("○") / ASKED
    return f"そのまま言う見出し語：{answers.count('○')} / {ASKED}（{share:.2f}）"
