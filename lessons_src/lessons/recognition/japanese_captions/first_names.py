"""絵の名前の課題：一枚の絵に，大まか，ふだん，細かい，ほかの四つの言葉。"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lessons.recognition.japanese_captions.levels import levels
from lessons.recognition.japanese_captions.model import CONCEPTS, placed, probabilities
from lessons.stimuli.naming_pictures import pictures, words

KINDS = ("大まか", "ふだん", "細かい", "ほか")
STYLE = "noto"
NAMES = {
    "仲間らしい物": {
        "cat": "動物 猫 茶トラ 犬",
        "car": "乗り物 車 乗用車 電車",
        "ship": "乗り物 船 客船 飛行機",
        "shoe": "服飾品 靴 革靴 帽子",
        "guitar": "楽器 ギター エレキ 太鼓",
        "bus": "乗り物 バス 路線バス 電車",
        "turtle": "動物 カメ リクガメ カエル",
        "clock": "道具 時計 置き時計 電話",
    },
    "変わった仲間": {
        "penguin": "動物 鳥 ペンギン 魚",
        "owl": "動物 鳥 フクロウ 猫",
        "chicken": "動物 鳥 ニワトリ 犬",
        "shark": "動物 魚 サメ クジラ",
        "ambulance": "乗り物 車 救急車 船",
        "taxi": "乗り物 車 タクシー 電車",
        "sailboat": "乗り物 船 ヨット 飛行機",
        "boot": "服飾品 靴 ブーツ 帽子",
    },
}
"""条件ごとの，絵の概念と，四つの言葉（``KINDS`` の順）。"""


@lru_cache(maxsize=1)
def model_kinds() -> dict[str, str]:
    """同じ絵への，ネットワークの一番の答えの種類（``KINDS`` のどれか）。

    一番の答えが，絵のふだんの名前より細かければ「細かい」，ちょうどなら「ふだん」，
    どちらでもなければ「ほか」。大まかな名前は，1,000 クラスにない。
    """
    shown = [concept for items in NAMES.values() for concept in items]
    order = [word.concept for word in words()]
    drawn = pictures(STYLE)[[order.index(concept) for concept in shown]]
    top = probabilities(np.stack([placed(image) for image in drawn])).argmax(1)
    basic = {one: name for name, many in CONCEPTS.items() for one in many.split()}
    said = {}
    for concept, index in zip(shown, top, strict=True):
        answer = levels()[int(index)]
        right = answer.basic == basic[concept]
        said[concept] = KINDS[2 if answer.steps else 1] if right else KINDS[3]
    return said


def choices(concept: str, number: int) -> list[str]:
    """四つの言葉を，番号の順に並べる。ふだんの名前は，どの番号にも同じ回数だけ来る。"""
    said = next(items[concept] for items in NAMES.values() if concept in items).split()
    rest = said[:1] + said[2:]
    np.random.default_rng(number).shuffle(rest)
    return [*rest[: number % 4], said[1], *rest[number % 4 :]]


def model_shares() -> dict[str, float]:
    """条件ごとの，一番の答えが，ちょうどふだんの名前だった絵の割合（%）。"""
    said = model_kinds()
    return {
        condition: 100 * float(np.mean([said[one] == KINDS[1] for one in items]))
        for condition, items in NAMES.items()
    }
