"""見る側と話す側をつなぐ：ネットワークの候補の語を，語を選ぶ二段階へ渡す。

見る側は，絵一枚に，語の候補の確率を並べて渡す。それを意味の素性に直すと，あとは
``model`` と同じ式で進む。違うのは三つ。語が本物の日本語で，近所は読みから決まる。
音の単位はモーラで，何番めのモーラかごとに別の単位とする。モーラの多い語や，仲間の多い分類が帰りの道で
得をしないように，帰りの入力を一語あたり三モーラぶん，一素性あたり二語ぶんにそろえる。
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons.neuropsychology.error_types import sounds_alike
from lessons.neuropsychology.lexical_access.model import (
    DECAY,
    KINDS,
    SEMANTIC_JOLT,
    STEPS,
    WORD_JOLT,
    add_noise,
    check_range,
)
from lessons.stimuli.naming_pictures import Word, moras

Array = NDArray[np.float32]

FEATURES, SHARED = 10, 2
"""語ごとの意味の素性の数と，そのうち分類の仲間と分け合う数。

``model`` では 3 個だが，仲間が 6〜27 語いる網で 3 個だと，健常でも一割を誤る。
2 個なら，s = p = .04 で，失語のない人の割合に近い。
"""
_CORRECT, _SEMANTIC, _FORMAL, _MIXED, _UNRELATED, _NONWORD = range(6)


class Lexicon(NamedTuple):
    """語の一覧と，つながり。W 語，F 素性，K モーラの単位。"""

    words: tuple[Word, ...]
    readings: tuple[tuple[str, ...], ...]  # モーラに分けた読み
    meaning: Array  # (W, F)
    sound: Array  # (W, K)
    units: tuple[tuple[int, str], ...]  # (K,) 何番めの，どのモーラか


def lexicon(words: Sequence[Word], *, shared: int = SHARED) -> Lexicon:
    """語の一覧から網を作る。

    Args:
        words: 語 ``(W,)``。
        shared: 分類の仲間と分け合う素性の数。0 なら，意味の近さは見る側からだけ来る。

    Raises:
        ValueError: 語が二つより少ない，読みが重なる，読みがない，数が範囲の外のとき。
    """
    if len(words) < 2:
        raise ValueError(f"語を二つ以上にしてください（{len(words)}）。")
    check_range("shared", shared, 0, FEATURES)
    readings = tuple(tuple(moras(word.reading)) for word in words)
    for reading in readings:
        if readings.count(reading) > 1:
            raise ValueError(
                f"読み「{''.join(reading)}」の語が二つあります。どちらかを除いてください。"
            )
    group = np.unique([word.category for word in words], return_inverse=True)[1]
    W, own = len(words), FEATURES - shared
    meaning = np.zeros((W, W * own + (group.max() + 1) * shared), np.float32)
    for w in range(W):
        meaning[w, w * own : (w + 1) * own] = 1
        start = W * own + group[w] * shared
        meaning[w, start : start + shared] = 1
    units = sorted({unit for reading in readings for unit in enumerate(reading)})
    place = {unit: k for k, unit in enumerate(units)}
    sound = np.zeros((W, len(units)), np.float32)
    for w, reading in enumerate(readings):
        sound[w, [place[unit] for unit in enumerate(reading)]] = 1
    return Lexicon(tuple(words), readings, meaning, sound, tuple(units))


def speak(
    lex: Lexicon,
    candidates: ArrayLike,
    s: float,
    p: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.intp], list[tuple[str, ...]]]:
    """候補の確率から，語を選び，モーラを選ぶ。

    Args:
        lex: 語の一覧。
        candidates: 絵ごとの，語の候補の確率 ``(n, W)``。行の和は 1。
        s, p: 意味と語，語と音の結合の重み。
        rng: 雑音の乱数。

    Returns:
        選ばれた語の番号 ``(n,)`` と，口に出たモーラの並び（n 個）。

    Raises:
        ValueError: 候補の形，値，和が違うとき，重みが範囲の外のとき。
    """
    share = np.asarray(candidates, np.float32)
    if share.ndim != 2 or share.shape[1] != len(lex.words):
        raise ValueError(
            f"candidates は (絵の数, {len(lex.words)}) の表にしてください（{share.shape}）。"
        )
    if not (share >= 0).all() or not np.allclose(share.sum(axis=1), 1, atol=1e-3):
        raise ValueError("candidates は 0 以上で，行の和が 1 の確率にしてください。")
    check_range("s", s, 0, 0.2)
    check_range("p", p, 0, 0.2)
    n, keep = len(share), 1 - DECAY
    to_words = (3 / lex.sound.sum(axis=1)).astype(np.float32)  # (W,)
    to_features = (2 / np.maximum(lex.meaning.sum(axis=0), 2)).astype(
        np.float32
    )  # (F,)
    F = SEMANTIC_JOLT * (share @ lex.meaning)  # (n, F)
    L = np.zeros((n, len(lex.words)), np.float32)  # (n, W)
    P = np.zeros((n, len(lex.units)), np.float32)  # (n, K)
    for step in range(2 * STEPS):
        if step == STEPS:
            chosen = L.argmax(axis=1)
            L[np.arange(n), chosen] += WORD_JOLT
        F, L, P = (
            add_noise(keep * F + s * to_features * (L @ lex.meaning), rng),
            add_noise(
                keep * L + s * (F @ lex.meaning.T) + p * to_words * (P @ lex.sound.T),
                rng,
            ),
            add_noise(keep * P + p * (L @ lex.sound), rng),
        )
    return chosen, [
        _read(lex, P[i], len(lex.readings[w])) for i, w in enumerate(chosen)
    ]


def _read(lex: Lexicon, activity: Array, length: int) -> tuple[str, ...]:
    """選ばれた語のモーラの数だけ，それぞれの場所でいちばん強いモーラを読む。"""
    slots = np.array([k for k, _ in lex.units])
    said = []
    for k in range(length):
        here = np.flatnonzero(slots == k)
        said.append(lex.units[here[activity[here].argmax()]][1])
    return tuple(said)


def score(
    lex: Lexicon, targets: ArrayLike, said: Sequence[tuple[str, ...]]
) -> NDArray[np.intp]:
    """答えを六つの型に分ける ``(n,)``。

    一覧にある語なら，分類が同じか，音が似ているかで分ける。一覧にない並びは非語とする。
    """
    place = {reading: w for w, reading in enumerate(lex.readings)}
    kinds = []
    for target, reading in zip(np.asarray(targets), said, strict=True):
        w = place.get(reading, -1)
        if w == target or w < 0:
            kinds.append(_CORRECT if w == target else _NONWORD)
            continue
        answer, asked = lex.words[w], lex.words[target]
        near = answer.category == asked.category
        alike = sounds_alike(asked.reading, answer.reading)
        kinds.append(
            {
                (True, True): _MIXED,
                (True, False): _SEMANTIC,
                (False, True): _FORMAL,
                (False, False): _UNRELATED,
            }[near, alike]
        )
    return np.array(kinds)


def shares(kinds: ArrayLike) -> NDArray[np.float64]:
    """型の割合 ``(6,)``。並びは ``KINDS``。"""
    return np.bincount(np.asarray(kinds), minlength=len(KINDS)) / len(np.asarray(kinds))
