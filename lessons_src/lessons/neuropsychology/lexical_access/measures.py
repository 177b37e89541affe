"""章 neuropsychology/lexical_access の効果の測り方。

どれも，乱数の種と対照の名前を受け取り，指標を返す。患者の割合は，当てはめのほかには使わない。
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from lessons.neuropsychology.lexical_access.fitting import fit, surface
from lessons.neuropsychology.lexical_access.model import SHARED, name_pictures
from lessons.neuropsychology.lexical_access.patients import load

Array = NDArray[np.float64]

WORD_CHANCE = 0.20
"""英語の音素を一つ替えたとき，実在する語になる割合（Dell ら，1997 の見積もり）。"""
_CORRECT, _SEMANTIC, _FORMAL, _MIXED, _UNRELATED, _NONWORD = range(6)


def rank_correlation(a: Array, b: Array) -> float:
    """スピアマンの順位相関。どちらかがすべて同じなら 0。"""
    x, y = rankdata(a), rankdata(b)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def semantic_share_index(patterns: Array) -> float:
    """正答の割合と，誤りのうち意味と混合の割合の，順位相関。

    Args:
        patterns: 割合 ``(人, 6)``。誤りのない人は除く。
    """
    errors = 1 - patterns[:, _CORRECT]
    some = patterns[errors > 0]
    kept = some[:, _SEMANTIC] + some[:, _MIXED]
    return rank_correlation(some[:, _CORRECT], kept / errors[errors > 0])


def severity_contrast(patterns: Array) -> float:
    """正答が減ると増える度合い：非語・音・無関係の平均から，意味・混合の平均を引く。"""
    right = patterns[:, _CORRECT]
    rho = [-rank_correlation(right, patterns[:, kind]) for kind in range(6)]
    sensitive = np.mean([rho[k] for k in (_FORMAL, _UNRELATED, _NONWORD)])
    return float(sensitive - np.mean([rho[_SEMANTIC], rho[_MIXED]]))


def lesioned_group(
    seed: int,
    control: str = "",
    *,
    people: int = 23,
    trials: int = 500,
    s: float = 0.04,
    p: float = 0.04,
    shared: int = SHARED,
) -> Array:
    """健常の s と p に，別々の一様な乱数を掛けた ``people`` 人の割合 ``(people, 6)``。

    患者の割合も，論文の s と p も使わない。

    Args:
        seed: 乱数の種。
        control: ``"unrelated"`` なら，意味の近い語が素性を分け合わない近所。
        people: 人数。
        trials: 一人が絵を呼ぶ回数。
        s, p: 健常の重み。
        shared: 意味の近い語が，目標と分け合う素性の数。
    """
    common = {"": shared, "unrelated": 0}[control]
    kept = np.random.default_rng(seed).uniform(0, 1, (people, 2))
    return np.array(
        [
            name_pictures(s * a, p * b, trials, 1000 * seed + number, shared=common)
            for number, (a, b) in enumerate(kept)
        ]
    )


def severity_semantic_share(seed: int, control: str = "", **parameters: Any) -> float:
    """軽い人ほど，誤りのうち意味の近い語が多いか。"""
    return semantic_share_index(lesioned_group(seed, control, **parameters))


def error_kinds_by_severity(seed: int, control: str = "", **parameters: Any) -> float:
    """重くなると増えるのは，非語・音・無関係か。"""
    return severity_contrast(lesioned_group(seed, control, **parameters))


def mixed_share(patterns: Array) -> float:
    """意味の近い誤りのうち，音も近いもの（混合）の割合。全員の和から求める。"""
    total = patterns.sum(axis=0)
    both = total[_SEMANTIC] + total[_MIXED]
    return float(total[_MIXED] / both) if both > 0 else 0.0


def word_share(patterns: Array) -> float:
    """音の近い誤りのうち，実在する語（形式性）の割合。"""
    total = patterns.sum(axis=0)
    both = total[_FORMAL] + total[_NONWORD]
    return float(total[_FORMAL] / both) if both > 0 else 0.0


def mixed_above_chance(patterns: Array, opportunity: float) -> float:
    """``mixed_share`` から，近所の語の数だけで決まる割合を引く。

    意味の近い語は一つ，混合の語は平均 ``opportunity`` 個ある。
    """
    return mixed_share(patterns) - opportunity / (1 + opportunity)


def mixed_errors_healthy(
    seed: int,
    control: str = "",
    *,
    trials: int = 5000,
    s: float = 0.0698,
    p: float = 0.1,
    opportunity: float = 0.1,
    feedback: float = 1.0,
) -> float:
    """健常の重みで，混合の誤りは偶然より多いか。対照 ``"one_way"`` は，下から上への道を切る。"""
    back = _feedback(control, feedback)
    pattern = name_pictures(s, p, trials, seed, feedback=back, mixed_share=opportunity)
    return mixed_above_chance(pattern[None], opportunity)


def mixed_errors_patients(
    seed: int, control: str = "", *, opportunity: float = 0.1, **parameters: Any
) -> float:
    """論文の s と p の 21 人で，混合の誤りは偶然より多いか。"""
    patterns = published(seed, control, opportunity=opportunity, **parameters)
    return mixed_above_chance(patterns, opportunity)


def word_outcomes(seed: int, control: str = "", **parameters: Any) -> float:
    """音の近い誤りは，偶然（英語で .20）より，実在する語になりやすいか。"""
    return word_share(published(seed, control, **parameters)) - WORD_CHANCE


def _feedback(control: str, feedback: float) -> float:
    return {"": feedback, "one_way": 0.0}[control]


def published(
    seed: int,
    control: str = "",
    *,
    trials: int = 1000,
    scale: float = 1.0,
    opportunity: float = 0.1,
    feedback: float = 1.0,
) -> Array:
    """論文の s と p（に ``scale`` を掛けた値）で動かした，21 人の割合 ``(21, 6)``。"""
    back = _feedback(control, feedback)
    known = [patient for patient in load() if np.isfinite(patient.s)]
    return np.array(
        [
            name_pictures(
                scale * patient.s,
                scale * patient.p,
                trials,
                1000 * seed + number,
                feedback=back,
                mixed_share=opportunity,
            )
            for number, patient in enumerate(known)
        ]
    )


def continuity(
    seed: int,
    control: str = "",
    *,
    size: int = 12,
    trials: int = 500,
    shared: int = SHARED,
) -> float:
    """患者の割合は，誤りの型を入れ替えた割合より，どれだけよく当てはまるか（隔たりの対数の差）。

    対照 ``"shuffled"`` は，入れ替えた割合どうしを比べる。
    """
    rng = np.random.default_rng(seed)
    grid = surface("s-p", size, trials, seed, shared=shared)
    people = np.array([patient.pattern for patient in load()])
    mixed_up = _shuffle_errors(people, rng)
    tested = {"": people, "shuffled": _shuffle_errors(people, rng)}[control]
    gap = [
        np.mean([fit(grid, row).rmsd for row in rows]) for rows in (mixed_up, tested)
    ]
    return float(np.log(gap[0] / gap[1]))


def _shuffle_errors(people: Array, rng: np.random.Generator) -> Array:
    """正答はそのまま，五つの型の誤りの割合を，一人ずつ入れ替える。"""
    return np.column_stack([people[:, 0], rng.permuted(people[:, 1:], axis=1)])
