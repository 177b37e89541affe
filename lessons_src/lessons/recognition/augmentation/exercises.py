"""章 recognition/augmentation の練習。"""

from __future__ import annotations

from typing import Any

from lessons.exercises import Exercise
from lessons.recognition.augmentation.catalogue import transform

_WRONG = {
    "RandomHorizontalFlip": "左右を裏返すと，見落とした側が入れ替わります。",
    "RandomCrop": "片側だけが切り取られると，どちらを見落としたかが，わからなくなります。",
    "RandomResizedCrop": "片側だけが切り取られると，どちらを見落としたかが，わからなくなります。",
    "FiveCrop": "隅の一枚には，片側しか写りません。",
    "RandomErasing": "印の一部が消えると，見落としに見えます。",
    "AutoAugment": "中身を見てください。大きく回したり，ずらしたりします。",
    "RandAugment": "中身を見てください。大きく回したり，ずらしたりします。",
    "TrivialAugmentWide": "中身を見てください。135 度まで回すことがあります。",
}
"""見落とした側を当てる課題で，使ってはいけない変形と，その訳。"""


def _sheet(answer: Any) -> str | None:
    names = [answer] if isinstance(answer, str) else list(answer)
    for name in names:
        try:
            transform(name)
        except ValueError as error:
            return str(error)
        if name in _WRONG:
            return f"{name}：{_WRONG[name]}"
    if len(set(names)) < 2:
        return '二つ以上を，["…", "…"] の形で答えてください。'
    return None


def _degrees(answer: Any) -> str | None:
    value = float(answer)
    if not 0 <= value <= 180:
        return "0 から 180 の間で答えてください。"
    if value >= 35:
        return None
    return "その幅では，まだ 0.7 を超えるはずです。隣の時刻までは，何度でしょうか。"


def _way(answer: Any) -> str | None:
    if answer == "up_down":
        return None
    if answer in ("left_right", "none"):
        return (
            f"{answer!r} の指数を，いくつかの種で出してみてください。負にはなりません。"
        )
    return '"left_right"，"up_down"，"none" のどれかを答えてください。'


EXERCISES = [
    Exercise(
        name="augmentation/degrees",
        judge=_degrees,
        solution=60,
        praise="隣の時刻との間は 30 度です。それより大きく回すと，時刻が変わってしまいます。",
        known_wrong=((5, "隣の時刻"), (200, "180")),
    ),
    Exercise(
        name="augmentation/sheet",
        judge=_sheet,
        solution=["RandomVerticalFlip", "GaussianBlur"],
        praise="名前の変わらない変形だけを選べました。",
        known_wrong=(
            (["RandomHorizontalFlip", "GaussianBlur"], "入れ替わ"),
            (["RandomVerticalFlop", "GaussianBlur"], "近い名前"),
            (["GaussianBlur"], "二つ以上"),
        ),
    ),
    Exercise(
        name="augmentation/way",
        judge=_way,
        solution="up_down",
        praise="裏返し方を変えると，取り違えの向きも変わります。",
        known_wrong=(("left_right", "負にはなりません"), ("turns", "どれか")),
    ),
]
