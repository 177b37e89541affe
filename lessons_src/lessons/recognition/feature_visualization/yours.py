"""あなたの答え：作った絵を手がかりに，地図がよく応じる方の絵を当てる（Borowski ら, 2021 にならう）。"""

from __future__ import annotations

from dataclasses import dataclass
from types import EllipsisType

import numpy as np
import torch
import torch.nn.functional as F

from lessons.letters import checked
from lessons.recognition.feature_visualization.maximisation import activations
from lessons.recognition.networks import inputs
from lessons.stimuli import naming_pictures


@dataclass(frozen=True)
class Question:
    """一問。

    Attributes:
        channel: 地図の番号。
        pictures: 左右の絵 ``(2, 112, 112, 3)``，uint8。
        strong: 地図がよく応じる方（0 が左，1 が右）。
    """

    channel: int
    pictures: np.ndarray
    strong: int


@torch.no_grad()
def questions(number: int = 4, seed: int = 0, style: str = "fluent") -> list[Question]:
    """名前を言う課題の絵から，問いを作る。

    よく応じる絵は，地図が 156 枚のうちいちばん応じた絵。もう一枚は，応じ方が下から四分の一の
    絵から，でたらめに選ぶ。地図は，いちばん応じた絵だけが飛び抜けているものから選ぶ。
    """
    g = np.random.default_rng(seed)
    drawn = naming_pictures.pictures(style)  # (156, 112, 112, 3)
    x = F.interpolate(inputs(drawn), size=128, mode="bilinear")
    a = torch.cat([activations(part) for part in x.split(26)]).numpy()  # (156, 1280)
    standing = (a.max(axis=0) - a.mean(axis=0)) / (a.std(axis=0) + 1e-6)
    found: list[Question] = []
    used: set[int] = set()
    for channel in np.argsort(-standing):
        best = int(a[:, channel].argmax())
        if best in used:
            continue
        used.add(best)
        weak = int(g.choice(np.argsort(a[:, channel])[: len(a) // 4]))
        strong = int(g.integers(2))
        pair = [weak, best] if strong else [best, weak]
        found.append(Question(int(channel), drawn[pair], strong))
        if len(found) == number:
            return found
    raise ValueError(f"問いを {number} 個は作れません。number を小さくしてください。")


def marked(mine: str | EllipsisType, asked: list[Question]) -> list[str]:
    """答えを採点する。

    Args:
        mine: 「左」「右」を並べた文字列。``...`` なら，まだ答えていない。
        asked: 問い。

    Returns:
        印字する行。

    Raises:
        ValueError: 「左」「右」のほかの字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。「左」「右」を，上から順に並べてください。"]
    checked(mine, "左右", "「左」か「右」", len(asked))
    right = sum(
        (c == "右") == bool(one.strong) for c, one in zip(mine, asked, strict=True)
    )
    return [f"あなた：{right} / {len(asked)} 正解（当てずっぽうなら半分）"]
