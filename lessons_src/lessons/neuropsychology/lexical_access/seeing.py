"""見る側：章「絵の名前を言う」の目と読み出しを，語の候補の確率に直す。

得点を確率に直す温度は，学習に使わなかった描き方の絵で，当たりやすさに合うように選ぶ。
傷も，患者の割合も，選ぶのには使わない。
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons.basics.softmax.model import softmax
from lessons.neuropsychology.lexical_access.joined import (
    lexicon,
    score,
    shares,
    speak,
)
from lessons.neuropsychology.lexical_access.patients import Patient, rmsd
from lessons.neuropsychology.picture_naming import model as picture_naming
from lessons.neuropsychology.picture_naming.lesions import surviving
from lessons.stimuli.naming_pictures import STYLES, words

Array = NDArray[np.float64]

TEMPERATURES = np.geomspace(0.01, 0.5, 24)


class Viewer(NamedTuple):
    """見る側：ある描き方の絵の活動と，ほかの描き方で学んだ読み出し。"""

    activity: picture_naming.Array  # (n, D)
    readout: picture_naming.Readout
    temperature: float

    def candidates(self, share: float = 0.0, seed: int = 0) -> Array:
        """ユニットを ``share`` の割合だけ除いたときの，語の候補の確率 ``(n, n)``。

        Args:
            share: 除く割合。0〜1。
            seed: 除くユニットを選ぶ種。

        Raises:
            ValueError: 割合が 0〜1 でないとき。
        """
        rng = np.random.default_rng(seed)
        keep = surviving(self.activity.shape[1], share, rng)
        scores = picture_naming.name_scores(self.readout, self.activity, keep)
        return _rows(scores, self.temperature)


@lru_cache(maxsize=len(STYLES))
def viewer(style: str) -> Viewer:
    """``style`` とその仲間の描き方を学習から除いた，見る側。

    温度は，残りの描き方を一つずつ除いて学び直し，除いた絵の正しい名前の確率の対数の平均が
    最大になる所に選ぶ。

    Args:
        style: 見せる絵の描き方。

    Raises:
        ValueError: 知らない描き方のとき。
    """
    shown = picture_naming.features(style)
    others = _others(style, tuple(STYLES))
    fits = np.zeros(len(TEMPERATURES))
    for left in others:
        inner = _others(left, others)
        readout = picture_naming.learn([picture_naming.features(o) for o in inner])
        scores = picture_naming.name_scores(readout, picture_naming.features(left))
        for k, temperature in enumerate(TEMPERATURES):
            right = np.diag(_rows(scores, temperature))
            fits[k] += np.log(right + 1e-12).mean()
    readout = picture_naming.learn([picture_naming.features(o) for o in others])
    return Viewer(shown, readout, float(TEMPERATURES[fits.argmax()]))


def _rows(scores: picture_naming.Array, temperature: float) -> Array:
    """一枚ごとに，得点を確率にする。"""
    return np.stack([softmax(row, temperature) for row in scores])


def _others(style: str, styles: tuple[str, ...]) -> tuple[str, ...]:
    """``style`` と同じ仲間を除いた描き方。"""
    mine = picture_naming.family(style)
    return tuple(o for o in styles if picture_naming.family(o) != mine)


def answer_types(
    style: str,
    seed: int = 0,
    *,
    share: float = 0.0,
    s: float = 0.04,
    p: float = 0.04,
) -> NDArray[np.intp]:
    """絵を見て，名前を言う：見る側と話す側を続けて動かした，答えの型 ``(n,)``。

    Args:
        style: 見せる絵の描き方。
        seed: 除くユニットと雑音の種。
        share: 目のユニットを除く割合（見る側の傷）。
        s, p: 意味と語，語と音の結合の重み（話す側の傷）。
    """
    lex = lexicon(words())
    candidates = viewer(style).candidates(share, seed)
    _, said = speak(lex, candidates, s, p, np.random.default_rng(seed))
    return score(lex, np.arange(len(lex.words)), said)


class Nearest(NamedTuple):
    """いちばん近い患者。"""

    name: str
    rmsd: float
    share: float  # 絵を選び直しても，同じ人がいちばん近い割合


def nearest_patient(
    kinds: ArrayLike, people: Sequence[Patient], draws: int = 500, seed: int = 0
) -> Nearest:
    """答えの型の割合にいちばん近い患者と，絵を選び直したときの確かさ。

    Args:
        kinds: 答えの型 ``(n,)``。
        people: 患者。
        draws: 絵を選び直す回数。
        seed: 選び直しの種。
    """
    answers = np.asarray(kinds)
    patterns = np.array([patient.pattern for patient in people])  # (人, 6)
    distance = rmsd(patterns, shares(answers))
    best = int(distance.argmin())
    rng = np.random.default_rng(seed)
    again = [
        rmsd(patterns, shares(rng.choice(answers, len(answers)))).argmin()
        for _ in range(draws)
    ]
    return Nearest(
        people[best].name, float(distance[best]), float(np.mean(np.equal(again, best)))
    )
