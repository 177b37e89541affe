"""三つの細かさの名前：大分け，種類，個別。読者とモデルが，同じ四つの名前から選ぶ。"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from lessons.neuropsychology.picture_naming import lesions
from lessons.neuropsychology.picture_naming import model as naming
from lessons.stimuli import naming_pictures

LEVELS = ("大分け", "種類", "個別")
STYLE = "noto"
GROUPS = {
    ("生き物", "鳥"): "フクロウ:owl ワシ:eagle ペンギン:penguin ニワトリ:chicken",
    ("食べ物", "果物"): "リンゴ:apple モモ:peach ミカン:tangerine メロン:melon",
    (
        "乗り物",
        "車",
    ): "救急車:ambulance タクシー:taxi トラック:truck 消防車:fire_engine",
    ("道具", "楽器"): "太鼓:drum ギター:guitar バイオリン:violin ラッパ:trumpet",
}
"""大分けと種類の名前から，個別の名前と，絵の概念。"""
OTHERS = {
    "鳥": "けもの 魚 虫",
    "果物": "野菜 パン 菓子",
    "車": "船 飛行機 自転車",
    "楽器": "刃物 文房具 大工道具",
}
"""種類の名前を選ぶ回の，ほかの三つ。どれも，大分けが同じ。"""
MEANS = {
    "生き物": "動物 鳥 海の生き物 虫",
    "食べ物": "果物 野菜 食べ物",
    "乗り物": "乗り物",
    "道具": "道具 楽器 身の回りの物",
    "けもの": "動物",
    "魚": "fish shark",
    "パン": "bread croissant",
    "菓子": "doughnut ice_cream cake",
    "車": "car bus taxi truck ambulance fire_engine",
    "船": "ship sailboat",
    "飛行機": "airplane",
    "自転車": "bicycle",
    "刃物": "knife scissors",
    "文房具": "pencil pen",
    "大工道具": "hammer wrench",
}
"""大まかな名前の意味：絵の概念か，``naming_pictures`` の分類。"""


def questions(level: str) -> list[tuple[str, list[str]]]:
    """細かさ ``level`` の 16 問：絵の概念と，四つの名前（初めが正しい）。

    Raises:
        ValueError: 知らない細かさのとき。
    """
    if level not in LEVELS:
        raise ValueError(
            f"細かさ {level!r} はありません。使える名前: {', '.join(LEVELS)}"
        )
    found = []
    for (domain, kind), items in GROUPS.items():
        pairs = [item.split(":") for item in items.split()]
        for name, concept in pairs:
            right, rest = {
                "大分け": (domain, [other for other, _ in GROUPS]),
                "種類": (kind, OTHERS[kind].split()),
                "個別": (name, [other for other, _ in pairs]),
            }[level]
            found.append((concept, [right, *(one for one in rest if one != right)]))
    return found


def units(name: str) -> list[int]:
    """名前が指す，読み出しの番号（156 の概念のどれか）。"""
    exact = dict(item.split(":") for items in GROUPS.values() for item in items.split())
    meant = (exact.get(name) or MEANS.get(name, name)).split()
    words = naming_pictures.words()
    return [
        k
        for k, word in enumerate(words)
        if word.concept in meant or word.category in meant
    ]


@lru_cache(maxsize=2)
def _readout(style: str) -> naming.Readout:
    """``style`` の組の絵を除いて学んだ読み出し。"""
    mine = naming.family(style)
    known = [s for s in naming_pictures.STYLES if naming.family(s) != mine]
    return naming.learn([naming.features(one) for one in known])


def shares(
    lost: float,
    seeds: int = 5,
    *,
    pool: Callable[[np.ndarray], float] = np.max,
    style: str = STYLE,
) -> dict[str, float]:
    """ユニットを ``lost`` の割合だけ除いた網が，四つから正しい名前を選ぶ割合（%）。

    Args:
        lost: 除く割合。
        seeds: 除き方の数。
        pool: 名前が指す概念の得点 ``(k,)`` を，名前の得点にまとめる関数。
        style: 見せる絵の描き方。その組の絵では学ばない。

    Raises:
        ValueError: 割合が 0〜1 でないとき。
    """
    activity = naming.features(style)
    concepts = [word.concept for word in naming_pictures.words()]
    right: dict[str, list[float]] = {level: [] for level in LEVELS}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        keep = lesions.surviving(activity.shape[1], lost, rng)
        scores = naming.name_scores(_readout(style), activity, keep)  # (156, 156)
        for level in LEVELS:
            for concept, names in questions(level):
                row = scores[concepts.index(concept)]
                top = np.array([pool(row[units(name)]) for name in names])
                best = top == top.max()  # 同点なら，その中からでたらめに選ぶ
                right[level].append(float(best[0] / best.sum()))
    return {level: 100 * float(np.mean(all_)) for level, all_ in right.items()}
