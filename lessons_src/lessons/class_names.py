"""ImageNet の 1,000 クラスと，COCO の 80 クラスの日本語名。

名前は同じフォルダーの ``imagenet_ja.csv`` と ``coco_ja.csv`` にあり，本の訳はここだけです。

英語名と並び順は，torchvision の重みに付いているものと同じです（試験で確かめています）。
日本語名はこの本の訳です。1,000 個がすべて違う名前になるよう，次のように訳し分けました。

* 同じ綴りの語（crane，kite，cardigan など）は，WordNet の語義（Deng ほか 2009）に従う。
* ``sunglass`` と ``sunglasses`` の写真は，ほぼ同じ物です。「日よけ眼鏡」「サングラス」とした。
* ``maillot``（踊り手などの体に密着した衣装）は「レオタード」，
  ``maillot tank suit`` は「ワンピース水着」とした。
* ``tabby`` は「しま猫」，``tiger cat`` は「トラ猫」とした。境目はあいまいです。
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources

MISSING = "欠番"
"""torchvision の COCO の表で，使われない番号（``N/A``）に入れる名前。"""

_EMPTY_SLOTS = ("N/A", "__background__")


@lru_cache(maxsize=2)
def _table(file: str) -> tuple[tuple[str, str], ...]:
    """表を，番号の順に並んだ ``(英語名, 日本語名)`` で返す。"""
    text = resources.files("lessons").joinpath(file).read_text("utf8")
    rows = list(csv.DictReader(text.splitlines()))
    return tuple((row["english"], row["japanese"]) for row in rows)


def imagenet_japanese() -> list[str]:
    """ImageNet の 1,000 クラスの日本語名を，クラス番号の順に返す。

    ``imagenet_japanese()[285]`` は ``"エジプシャン・マウ"``（Egyptian cat）です。
    """
    return [japanese for _, japanese in _table("imagenet_ja.csv")]


def imagenet_english() -> list[str]:
    """ImageNet の 1,000 クラスの英語名を，クラス番号の順に返す（torchvision と同じ）。"""
    return [english for english, _ in _table("imagenet_ja.csv")]


def japanese_name(index: int) -> str:
    """ImageNet のクラス番号 ``index``（0〜999）の日本語名を返す。

    Raises:
        TypeError: 番号が整数でないとき。
        IndexError: 番号が 0〜999 の外にあるとき。負の数も受け取らない。
    """
    names = imagenet_japanese()
    try:
        position = index.__index__()
    except AttributeError:
        raise TypeError(
            f"クラス番号は整数にしてください（受け取った値: {index!r}）。"
        ) from None
    if not 0 <= position < len(names):
        raise IndexError(
            f"ImageNet のクラス番号は 0〜{len(names) - 1} です（受け取った値: {index}）。"
            "COCO の番号なら coco_slots_japanese() を使ってください。"
        )
    return names[position]


def coco_japanese() -> dict[str, str]:
    """COCO の 80 クラスの，英語名から日本語名への対応を返す。

    並びは COCO の番号の順です。背景と欠番は含みません。
    """
    return {
        english: japanese
        for english, japanese in _table("coco_ja.csv")
        if english not in _EMPTY_SLOTS
    }


def coco_slots_japanese() -> list[str]:
    """torchvision の検出器が返す番号（0〜90）の順に，日本語名 91 個を返す。

    0 番は ``"背景"``，使われない 10 個の番号は ``MISSING`` です。
    """
    return [japanese for _, japanese in _table("coco_ja.csv")]
