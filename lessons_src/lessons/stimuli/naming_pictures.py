"""絵の名前を言う課題の材料：156 の概念を 8 通りに描いた絵と，その日本語の名前。

絵は，公開されている絵文字の組を小さくしたものです（出どころとライセンスは
``naming/README.md`` と credits の頁）。名前・読み・分類は，この本で付けました。
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from PIL import Image

STYLES: dict[str, str] = {
    "openmoji": "OpenMoji",
    "noto": "Noto",
    "twemoji": "Twemoji",
    "fluent": "Fluent",
    "emojione": "EmojiOne",
    "openmoji_line": "OpenMoji 線画",
    "fluent_line": "Fluent 白黒",
    "emojione_line": "EmojiOne 白黒",
}
"""描き方（フォルダーの名前 → 頁での名前）。``_line`` は，色のない絵。"""

COLOUR = tuple(style for style in STYLES if not style.endswith("_line"))
"""色のついた描き方。"""
LINE = tuple(style for style in STYLES if style.endswith("_line"))
"""線や影だけの，色のない描き方。"""

SIDE = 112
"""絵の一辺（画素）。"""

_SMALL = "ゃゅょぁぃぅぇぉゎ"
_READING = re.compile(r"[ぁ-ゔー]+")


class NamesError(ValueError):
    """名前の表の誤り。文は，どの行の何をどう直すかを言う。"""


@dataclass(frozen=True)
class Word:
    """概念一つの名前。"""

    concept: str  # 英語の識別名（絵のファイルの名前）
    name: str  # 日本語の名前
    reading: str  # 読み（平仮名）
    category: str  # 分類
    moras: int  # モーラの数
    zipf: float  # 十億語に何回出るかの常用対数。一覧にない語は nan


def moras(reading: str) -> list[str]:
    """読みをモーラに分ける。

    小さい「ゃ」などは前の字と一つに数え，「っ」「ん」「ー」は一つに数える。
    ``moras("きゅうきゅうしゃ")`` は ``["きゅ", "う", "きゅ", "う", "しゃ"]``。

    Raises:
        ValueError: 平仮名と長音記号のほかの字があるとき。
    """
    if not _READING.fullmatch(reading) or reading[0] in _SMALL + "ー":
        raise ValueError(
            f"読み {reading!r} をモーラに分けられません。"
            "「ちゅーりっぷ」のように，平仮名と「ー」で書いてください。"
        )
    return re.findall(f".[{_SMALL}]?", reading)


def katakana(reading: str) -> str:
    """平仮名の読みを片仮名にする。"""
    return "".join(chr(ord(c) + 96) if "ぁ" <= c <= "ゔ" else c for c in reading)


def read_names(text: str, source: str) -> list[Word]:
    """名前の表（CSV）を読み，一行ずつ確かめる。

    Args:
        text: CSV の中身。
        source: ファイルの名前。誤りの文に使う。

    Raises:
        NamesError: 列や欄が足りない，読みがない，モーラの数が違う，同じ名前があるとき。
    """
    reader = csv.DictReader(io.StringIO(text))
    needed = ("concept", "name", "reading", "category", "moras", "zipf")
    absent = [column for column in needed if column not in (reader.fieldnames or [])]
    if absent:
        raise NamesError(f"{source}:1: 列 {', '.join(absent)} を足してください。")
    words: list[Word] = []
    seen: dict[str, int] = {}
    for row in reader:
        place = f"{source}:{reader.line_num}"
        word = _word(row, place)
        for key in (word.concept, word.name, word.reading):
            if key in seen:
                raise NamesError(
                    f"{place}: {key!r} は {seen[key]} 行目にもあります。"
                    "名前や読みの違う概念に替えてください。"
                )
        seen |= dict.fromkeys((word.concept, word.name, word.reading), reader.line_num)
        words.append(word)
    if not words:
        raise NamesError(f"{source}: 行がありません。概念を一つ以上書いてください。")
    return words


def _word(row: dict[str, str], place: str) -> Word:
    """表の一行。"""
    for column, label in (
        ("concept", "識別名"),
        ("name", "名前"),
        ("reading", "読み"),
        ("category", "分類"),
    ):
        if not (row[column] or "").strip():
            raise NamesError(
                f"{place}: {row['name'] or row['concept']} に{label}（{column}）がありません。"
                "欄を埋めてください。"
            )
    try:
        count = len(moras(row["reading"]))
    except ValueError as error:
        raise NamesError(f"{place}: {error}") from error
    if row["moras"] != str(count):
        raise NamesError(
            f"{place}: 「{row['reading']}」のモーラは {count} 個です"
            f"（moras の欄は {row['moras']!r}）。"
        )
    try:
        zipf = float(row["zipf"] or "nan")
    except ValueError:
        raise NamesError(
            f"{place}: 頻度 zipf の欄 {row['zipf']!r} を，数か空にしてください。"
        ) from None
    return Word(
        row["concept"], row["name"], row["reading"], row["category"], count, zipf
    )


@lru_cache(maxsize=1)
def words() -> tuple[Word, ...]:
    """156 の概念の名前を，表の順に返す。絵の並びも同じ順になる。"""
    text = _data("names.csv").decode("utf8")
    return tuple(read_names(text, "lessons/stimuli/naming/names.csv"))


def categories() -> np.ndarray:
    """概念の順に並べた分類 ``(156,)``。"""
    return np.array([word.category for word in words()])


def pictures(style: str) -> np.ndarray:
    """一つの描き方の絵を，概念の順に返す。

    Args:
        style: ``STYLES`` にある描き方。

    Returns:
        ``(156, 112, 112, 3)``，uint8。地は白。

    Raises:
        ValueError: 知らない描き方のとき。使える名前を挙げる。
    """
    if style not in STYLES:
        raise ValueError(
            f"描き方 {style!r} はありません。使える名前: {', '.join(STYLES)}"
        )
    with zipfile.ZipFile(io.BytesIO(_data("pictures.zip"))) as archive:
        return np.stack(
            [
                np.asarray(
                    Image.open(
                        io.BytesIO(archive.read(f"{style}/{word.concept}.png"))
                    ).convert("RGB")
                )
                for word in words()
            ]
        )


def _data(name: str) -> bytes:
    """材料のファイルの中身。"""
    return resources.files("lessons").joinpath(f"stimuli/naming/{name}").read_bytes()
