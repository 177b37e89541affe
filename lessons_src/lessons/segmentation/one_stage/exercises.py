"""章 segmentation/one_stage の練習。"""

from __future__ import annotations

from typing import Any

from lessons.answers import choice, numbers
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
        name="one_stage/threshold",
        answer=choice(
            {
                "食卓が残る": "食卓の確信度は，0.5 に届いていません。",
                "食卓がカップに替わる": "基準を上げて，新しい答えが出ることはありません。カップが出るのは，どこまで下げたときですか。",
                "何も残らない": None,
            }
        ),
        solution="何も残らない",
        praise="写っている物でも，自信がなければ答えません。",
        known_wrong=(
            ("食卓が残る", "食卓の確信度は"),
            ("食卓がカップに替わる", "基準を上げて"),
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
        praise="この大きさの物では，これより近いと，真ん中の物を当てにくくなりました。",
        known_wrong=((1.3, "離して"), (2.3, "近づけて"), (5, "2.4 倍まで")),
    ),
]
