"""見る側と話す側をつなぐ：ネットワークの候補の語を，語を選ぶ二段階へ渡す。

見る側は，絵一枚に，語の候補の確率を並べて渡す。それを意味の素性に直すと，あとは
``model`` と同じ式で進む。違うのは三つ。語が本物の日本語で，近所は読みから決まる。
音の単位は拍で，何番めの拍かごとに別の単位とする。拍の多い語が帰りの道で得をしないように，
帰りの入力は一語あたり三拍ぶんにそろえる。
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons.neuropsychology.lexical_access.model import (
    DECAY,
    KINDS,
    SEMANTIC_JOLT,
    STEPS,
    WORD_JOLT,
    add_noise,
    check_range,
)

Array = NDArray[np.float32]

FEATURES, SHARED = 10, 2
"""語ごとの意味の素性の数と，そのうち範疇の仲間と分け合う数。

``model`` では 3 個だが，仲間が十人ほどいる網では，3 個だと健常でも四回に一回誤る。
"""
_SMALL = "ァィゥェォャュョヮ"
_CORRECT, _SEMANTIC, _FORMAL, _MIXED, _UNRELATED, _NONWORD = range(6)


def moras(reading: str) -> tuple[str, ...]:
    """かなの読みを拍に分ける。小さい「ャ」などは前のかなと一拍，「ッ」「ン」「ー」は一拍。

    Raises:
        ValueError: 空のとき，かなでない字があるとき，小さい字で始まるとき。
    """
    kana = "".join(chr(ord(c) + 96) if "ぁ" <= c <= "ゖ" else c for c in reading)
    found: list[str] = []
    for letter in kana:
        if not ("ァ" <= letter <= "ヴ" or letter == "ー"):
            raise ValueError(
                f"読み {reading!r} の「{letter}」はかなではありません。かなだけで書いてください。"
            )
        if letter in _SMALL and found:
            found[-1] += letter
        elif letter in _SMALL + "ー" and not found:
            raise ValueError(f"読み {reading!r} は「{letter}」で始められません。")
        else:
            found.append(letter)
    if not found:
        raise ValueError("読みのない語があります。かなの読みを書いてください。")
    return tuple(found)


class Lexicon(NamedTuple):
    """語の一覧と，つながり。W 語，F 素性，K 拍の単位。"""

    names: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]  # 拍に分けた読み
    categories: NDArray[np.intp]  # (W,)
    meaning: Array  # (W, F)
    sound: Array  # (W, K)
    units: tuple[tuple[int, str], ...]  # (K,) 何番めの，どの拍か


def lexicon(
    names: Sequence[str],
    readings: Sequence[str],
    categories: Sequence[str],
    *,
    shared: int = SHARED,
) -> Lexicon:
    """語の一覧から網を作る。

    Args:
        names: 語 ``(W,)``。
        readings: かなの読み ``(W,)``。
        categories: 範疇の名前 ``(W,)``。
        shared: 範疇の仲間と分け合う素性の数。0 なら，意味の近さは見る側からだけ来る。

    Raises:
        ValueError: 長さがそろわない，名前か読みが重なる，読みがかなでない，数が範囲の外のとき。
    """
    if not len(names) == len(readings) == len(categories) >= 2:
        raise ValueError(
            "語，読み，範疇の数をそろえ，二語以上にしてください"
            f"（{len(names)}，{len(readings)}，{len(categories)}）。"
        )
    check_range("shared", shared, 0, FEATURES)
    words = tuple(moras(reading) for reading in readings)
    for kind, items in (("語", names), ("読み", words)):
        if len(set(items)) < len(items):
            twice = next(x for x in items if list(items).count(x) > 1)
            raise ValueError(
                f"同じ{kind}が二つあります（{''.join(twice)}）。どちらかを除いてください。"
            )
    group = np.unique(np.array(categories), return_inverse=True)[1]
    W, own = len(names), FEATURES - shared
    meaning = np.zeros((W, W * own + (group.max() + 1) * shared), np.float32)
    for w in range(W):
        meaning[w, w * own : (w + 1) * own] = 1
        start = W * own + group[w] * shared
        meaning[w, start : start + shared] = 1
    units = sorted({(k, mora) for word in words for k, mora in enumerate(word)})
    place = {unit: k for k, unit in enumerate(units)}
    sound = np.zeros((W, len(units)), np.float32)
    for w, word in enumerate(words):
        sound[w, [place[unit] for unit in enumerate(word)]] = 1
    return Lexicon(tuple(names), words, group, meaning, sound, tuple(units))


def speak(
    lex: Lexicon,
    candidates: ArrayLike,
    s: float,
    p: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.intp], list[tuple[str, ...]]]:
    """候補の確率から，語を選び，拍を選ぶ。

    Args:
        lex: 語の一覧。
        candidates: 絵ごとの，語の候補の確率 ``(n, W)``。行の和は 1。
        s, p: 意味と語，語と音の結合の重み。
        rng: 雑音の乱数。

    Returns:
        選ばれた語の番号 ``(n,)`` と，口に出た拍の並び（n 個）。

    Raises:
        ValueError: 候補の形，値，和が違うとき，重みが範囲の外のとき。
    """
    share = np.asarray(candidates, np.float32)
    if share.ndim != 2 or share.shape[1] != len(lex.names):
        raise ValueError(
            f"candidates は (絵の数, {len(lex.names)}) の表にしてください（{share.shape}）。"
        )
    if not (share >= 0).all() or not np.allclose(share.sum(axis=1), 1, atol=1e-3):
        raise ValueError("candidates は 0 以上で，行の和が 1 の確率にしてください。")
    check_range("s", s, 0, 0.2)
    check_range("p", p, 0, 0.2)
    n, keep = len(share), 1 - DECAY
    back = (3 / lex.sound.sum(axis=1)).astype(np.float32)  # (W,) 三拍ぶんにそろえる
    F = SEMANTIC_JOLT * (share @ lex.meaning)  # (n, F)
    L = np.zeros((n, len(lex.names)), np.float32)  # (n, W)
    P = np.zeros((n, len(lex.units)), np.float32)  # (n, K)
    for step in range(2 * STEPS):
        if step == STEPS:
            chosen = L.argmax(axis=1)
            L[np.arange(n), chosen] += WORD_JOLT
        F, L, P = (
            add_noise(keep * F + s * (L @ lex.meaning), rng),
            add_noise(
                keep * L + s * (F @ lex.meaning.T) + p * back * (P @ lex.sound.T), rng
            ),
            add_noise(keep * P + p * (L @ lex.sound), rng),
        )
    return chosen, [_read(lex, P[i], len(lex.words[w])) for i, w in enumerate(chosen)]


def _read(lex: Lexicon, activity: Array, length: int) -> tuple[str, ...]:
    """選ばれた語の拍の数だけ，それぞれの場所でいちばん強い拍を読む。"""
    slots = np.array([k for k, _ in lex.units])
    said = []
    for k in range(length):
        here = np.flatnonzero(slots == k)
        said.append(lex.units[here[activity[here].argmax()]][1])
    return tuple(said)


def sounds_alike(a: Sequence[str], b: Sequence[str]) -> bool:
    """二つの拍の並びが似ているか：同じ場所の拍が一つでも同じか，二拍以上を共有する。"""
    same_place = any(x == y for x, y in zip(a, b, strict=False))
    common = sum(min(list(a).count(m), list(b).count(m)) for m in set(a))
    return same_place or a[-1] == b[-1] or common >= 2


def score(
    lex: Lexicon, targets: ArrayLike, said: Sequence[tuple[str, ...]]
) -> NDArray[np.intp]:
    """答えを六つの型に分ける ``(n,)``。

    一覧にある語なら，範疇が同じか，音が似ているかで分ける。一覧にない並びは非語とする。
    """
    place = {word: w for w, word in enumerate(lex.words)}
    kinds = []
    for target, word in zip(np.asarray(targets), said, strict=False):
        w = place.get(word, -1)
        near = w >= 0 and lex.categories[w] == lex.categories[target]
        alike = sounds_alike(lex.words[target], word)
        if w == target:
            kinds.append(_CORRECT)
        elif w < 0:
            kinds.append(_NONWORD)
        else:
            kinds.append(
                {(1, 1): _MIXED, (1, 0): _SEMANTIC, (0, 1): _FORMAL}.get(
                    (near, alike), _UNRELATED
                )
            )
    return np.array(kinds)


def shares(kinds: ArrayLike) -> NDArray[np.float64]:
    """型の割合 ``(6,)``。並びは ``KINDS``。"""
    return np.bincount(np.asarray(kinds), minlength=len(KINDS)) / len(np.asarray(kinds))
