"""章 segmentation/one_stage の練習。"""

from __future__ import annotations

from typing import Any

from lessons.answers import number, numbers
from lessons.exercises import Exercise
from lessons.segmentation.one_stage.crowding import hits


def _spacing(answer: Any) -> str | None:
    value = float(answer)
    if not 1 <= value <= 2.4:
        return "間隔は，物の辺の 1 倍から 2.4 倍までで答えてください。"
    here, nearer = (hits(2, one).mean() for one in (value, value - 0.1))
    if here < 0.8:
        return f"当てた割合は {here:.2f} です。もう少し離してください。"
    if nearer >= 0.8:
        return f"もっと近くても，当てた割合は {nearer:.2f} です。近づけてみましょう。"
    return None


EXERCISES = [
    Exercise(
        name="one_stage/yolo",
        answer=number(
            9 * 9 * 30,
            (30, "それは升一つの数です。升の数をかけてください。"),
            (
                9 * 9 * 3 * (5 + 15),
                "種類の確率は，四角ごとではなく，升に一組だけです。",
            ),
            (
                9 * 9 * (3 * 4 + 15),
                "四角には，位置と大きさの 4 つのほかに，確信度があります。",
            ),
            otherwise="升の数 ×（四角の数 × 5 + 種類の数）を計算してください。",
        ),
        solution=2430,
        praise="升を細かくすると，出力は二乗で増えます。",
        known_wrong=(
            (30, "升の数"),
            (4860, "升に一組"),
            (2187, "確信"),
            (1, "四角の数"),
        ),
    ),
    Exercise(
        name="one_stage/cell",
        answer=numbers(
            ("段", "列"),
            (2, 6),
            ((6, 2), "順番が逆です。縦の位置から段，横の位置から列を決めます。"),
            ((3, 7), "番号は 0 から数えます。"),
            ((1, 5), "それは四角の左上の角が入る升です。中心で決めてください。"),
            otherwise="四角の中心を求め，升の一辺の 8 画素で割って，整数部分を取ります。",
        ),
        solution=(2, 6),
        praise="隣の升は，この物について「物はない」と答えるのが正解です。",
        known_wrong=(
            ((6, 2), "逆"),
            ((3, 7), "0 から"),
            ((1, 5), "中心"),
            (30, "(段, 列)"),
        ),
    ),
    Exercise(
        name="one_stage/spacing",
        judge=_spacing,
        solution=1.9,
        praise="これより近いと，隣の物と見分けにくくなります。",
        known_wrong=((1.3, "離して"), (2.3, "近づけて"), (5, "2.4 倍まで")),
    ),
]
