"""確率を，ふだんの名前の組ごとに足す。迷いが組の中に収まるかを測る。"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from PIL import Image, ImageFilter

from lessons.recognition.japanese_captions.levels import CLASSES, grouping, members
from lessons.recognition.networks import inputs, network
from lessons.stimuli import photos
from lessons.stimuli.naming_pictures import COLOUR, pictures, words

SIDE = 224
GROUPINGS = ("any", "within")
"""組の対照の名前。"""
CONCEPTS = {
    "犬": "dog",
    "猫": "cat",
    "サル": "monkey",
    "ウサギ": "rabbit",
    "クマ": "bear",
    "カエル": "frog",
    "ヘビ": "snake",
    "カメ": "turtle",
    "ワニ": "crocodile",
    "ゾウ": "elephant",
    "類人猿": "gorilla",
    "鳥": "duck owl turkey eagle penguin chicken",
    "魚": "fish shark",
    "クジラ": "whale",
    "カニ": "crab",
    "チョウ": "butterfly",
    "クモ": "spider",
    "豚": "pig",
    "キノコ": "mushroom",
    "バス": "bus",
    "車": "ambulance car taxi",
    "トラック": "fire_engine truck",
    "自転車": "bicycle",
    "機関車": "locomotive",
    "船": "sailboat ship",
    "ペン": "pen",
    "靴": "shoe boot",
    "帽子": "hat",
    "ネクタイ": "necktie",
    "ギター": "guitar",
    "時計": "clock",
    "電話": "telephone",
    "瓶": "bottle",
    "橋": "bridge",
}
"""ふだんの名前と，その絵のある概念。どの名前にも，クラスが二つ以上ある。"""


def group_sums(p: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """確率 ``(N, 1000)`` を，組ごとに足す ``(N, 組の数)``。"""
    sums = np.zeros((len(p), groups.max() + 1))
    np.add.at(sums.T, groups, p.T)
    return sums


def within_share(p: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """一番の答えを除いた確率のうち，同じ組にある割合から，でたらめの割合を引く ``(M,)``。

    一番の答えの組にクラスが一つしかない絵は，除く（``M ≤ N``）。
    """
    top = p.argmax(1)
    size = np.bincount(groups)[groups[top]]
    own = group_sums(p, groups)[np.arange(len(p)), groups[top]]
    best = p.max(1)
    share = (own - best) / np.maximum(1 - best, 1e-12)
    return (share - (size - 1) / (CLASSES - 1))[size > 1]


@torch.no_grad()
def probabilities(images: np.ndarray, control: str = "", seed: int = 0) -> np.ndarray:
    """EfficientNet-Lite0 か，その対照の確率 ``(N, 1000)``。

    Args:
        images: ``(N, 224, 224, 3)``，uint8。
        control: 空，``untrained``，``shuffled``。
        seed: 対照のネットワークの種。
    """
    model = network(control, seed)
    parts = [model(x).softmax(1) for x in inputs(images).split(24)]
    return np.asarray(torch.cat(parts).double())


def placed(image: np.ndarray, size: float = 1.0, turn: float = 0.0) -> np.ndarray:
    """絵 ``(112, 112, 3)`` を ``turn`` 度回し，白い紙に ``size`` 倍で置く ``(224, 224, 3)``。"""
    side = round(SIDE * 0.8 * size)
    small = Image.fromarray(image).resize((side, side))
    small = small.rotate(turn, fillcolor=(255, 255, 255))
    sheet = Image.new("RGB", (SIDE, SIDE), (255, 255, 255))
    sheet.paste(small, ((SIDE - side) // 2,) * 2)
    return np.asarray(sheet)


@lru_cache(maxsize=1)
def _stock() -> tuple[np.ndarray, tuple[str, ...]]:
    """ふだんの名前のわかっている絵のすべてと，その名前。"""
    concepts = [word.concept for word in words()]
    names = [(name, one) for name, many in CONCEPTS.items() for one in many.split()]
    drawn = [
        pictures(style)[[concepts.index(one) for _, one in names]] for style in COLOUR
    ]
    return np.concatenate(drawn), tuple(name for name, _ in names) * len(COLOUR)


def shown(
    seed: int, items: int, size: float = 1.0, turn: float = 0.0
) -> tuple[np.ndarray, tuple[str, ...]]:
    """絵 ``(items, 224, 224, 3)`` を選び，ふだんの名前とともに返す。"""
    images, names = _stock()
    chosen = np.random.default_rng(seed).permutation(len(names))[:items]
    return (
        np.stack([placed(images[i], size, turn) for i in chosen]),
        tuple(names[i] for i in chosen),
    )


def crops(
    seed: int, items: int, smallest: float = 0.5, blur: float = 0.0
) -> np.ndarray:
    """写真をでたらめに切り抜いた絵 ``(items, 224, 224, 3)``。

    Args:
        seed: 切り抜きの種。
        items: 枚数。
        smallest: いちばん小さい切り抜きの一辺（写真の短い辺を 1 とする）。
        blur: ぼかしの幅（画素）。
    """
    g = np.random.default_rng(seed)
    found = []
    for _ in range(items):
        photo = Image.fromarray(photos.load(str(g.choice(list(photos.PHOTOS)))))
        side = round(min(photo.size) * g.uniform(smallest, 1))
        left, top = (int(g.integers(0, n - side + 1)) for n in photo.size)
        part = photo.crop((left, top, left + side, top + side)).resize((SIDE, SIDE))
        found.append(np.asarray(part.filter(ImageFilter.GaussianBlur(blur))))
    return np.stack(found)


def _networks(control: str) -> str:
    """組の対照では，ネットワークは学習ずみのまま。"""
    return "" if control in GROUPINGS else control


def _groups(control: str, seed: int) -> np.ndarray:
    return grouping(control if control in GROUPINGS else "", seed)


@lru_cache(maxsize=4)
def _crop_answers(
    seed: int, control: str, items: int, smallest: float, blur: float
) -> np.ndarray:
    return probabilities(crops(seed, items, smallest, blur), control, seed)


def confusion_within_basic(
    seed: int,
    control: str = "",
    *,
    items: int = 48,
    smallest: float = 0.5,
    blur: float = 0.0,
) -> np.ndarray:
    """写真での迷いのうち，一番の答えと同じふだんの名前に収まる割合 − でたらめ ``(M,)``。

    Args:
        seed: 切り抜きの種。対照の種も兼ねる。
        control: 空，``any``，``within``（組の対照），``untrained``，``shuffled``。
        items: 切り抜きの数。
        smallest: いちばん小さい切り抜きの一辺。
        blur: ぼかしの幅（画素）。
    """
    p = _crop_answers(seed, _networks(control), items, smallest, blur)
    return within_share(p, _groups(control, seed))


@lru_cache(maxsize=4)
def _emoji_answers(
    seed: int, control: str, items: int, size: float, turn: float
) -> tuple[np.ndarray, tuple[str, ...]]:
    images, names = shown(seed, items, size, turn)
    return probabilities(images, control, seed), names


def basic_accuracy(
    seed: int,
    control: str = "",
    *,
    items: int = 48,
    size: float = 1.0,
    turn: float = 0.0,
) -> np.ndarray:
    """組ごとに足した確率の一番が，絵文字のふだんの名前なら 1，違えば 0 ``(items,)``。

    Args:
        seed: 絵の種。対照の種も兼ねる。
        control: ``confusion_within_basic`` と同じ。
        items: 絵の数。
        size: 絵の倍率。
        turn: 絵を回す角度（度）。
    """
    p, names = _emoji_answers(seed, _networks(control), items, size, turn)
    groups, classes = _groups(control, seed), members()
    # 並べ替えた組では，その名前の最初のクラスが入った組を正解とする
    right = groups[[classes[name][0] for name in names]]
    return (group_sums(p, groups).argmax(1) == right).astype(float)
