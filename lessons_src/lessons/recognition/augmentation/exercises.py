"""章 recognition/augmentation の練習。"""

from __future__ import annotations

from lessons.answers import Several, above, below, between, choice, number
from lessons.exercises import Exercise
from lessons.recognition.augmentation.catalogue import CATALOGUE

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


EXERCISES = [
    Exercise(
        name="augmentation/degrees",
        answer=number(
            between(35, 180),
            ((below(0), above(180)), "0 から 180 の間で答えてください。"),
            otherwise="その幅では，0.8 を超えることがあります。隣の時刻までは，何度でしょうか。",
            unit="度",
        ),
        solution=60,
        praise="隣の時刻との間は 30 度です。それより大きく回した絵は，別の時刻の形にもなります。",
        known_wrong=((5, "隣の時刻"), (200, "180")),
    ),
    Exercise(
        name="augmentation/sheet",
        answer=Several(
            {name: f"{name}（{entry.short}）" for name, entry in CATALOGUE.items()},
            {name: f"{name}：{why}" for name, why in _WRONG.items()},
            least=2,
            few="二つ以上を選んでください。",
        ),
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
        answer=choice(
            {
                "left_right": "left_right の指数を，いくつかの種で出してみてください。負になる種の方が少ないはずです。",
                "up_down": None,
                "none": "none の指数を，十ほどの種で出してみてください。正と負に散らばります。",
            },
            {
                "left_right": "left_right（左右）",
                "up_down": "up_down（上下）",
                "none": "none（裏返さない）",
            },
        ),
        solution="up_down",
        praise="この課題では，裏返し方を変えると，取り違えの向きも変わりました。",
        known_wrong=(
            ("left_right", "少ないはず"),
            ("none", "散らばります"),
            ("turns", "中から"),
        ),
    ),
]
