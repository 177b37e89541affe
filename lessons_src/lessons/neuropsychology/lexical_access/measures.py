"""章 neuropsychology/lexical_access の効果の測り方。

どれも，乱数の種と対照の名前を受け取り，指標を返す。患者の割合は，当てはめのほかには使わない。
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from lessons.neuropsychology.lexical_access.fitting import fit, surface
from lessons.neuropsychology.lexical_access.model import name_pictures
from lessons.neuropsychology.lexical_access.patients import Patient, load, rmsd

Array = NDArray[np.float64]

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
) -> Array:
    """健常の s と p に，別々の一様な乱数を掛けた ``people`` 人の割合 ``(people, 6)``。

    患者の割合も，論文の s と p も使わない。

    Args:
        seed: 乱数の種。
        control: ``"unrelated"`` なら，意味の近い語が素性を分け合わない近所。
        people: 人数。
        trials: 一人が絵を呼ぶ回数。
        s, p: 健常の重み。
    """
    rng = np.random.default_rng(seed)
    kept = rng.uniform(0, 1, (people, 2))
    shared = {"": 3, "unrelated": 0}[control]
    return np.array(
        [
            name_pictures(s * a, p * b, trials, 1000 * seed + number, shared=shared)
            for number, (a, b) in enumerate(kept)
        ]
    )


def severity_semantic_share(seed: int, control: str = "", **parameters: float) -> float:
    """軽い人ほど，誤りのうち意味の近い語が多いか。"""
    return semantic_share_index(lesioned_group(seed, control, **parameters))  # type: ignore[arg-type]


def error_kinds_by_severity(seed: int, control: str = "", **parameters: float) -> float:
    """重くなると増えるのは，非語・音・無関係か。"""
    return severity_contrast(lesioned_group(seed, control, **parameters))  # type: ignore[arg-type]


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


def mixed_errors_healthy(
    seed: int,
    control: str = "",
    *,
    trials: int = 5000,
    s: float = 0.0698,
    p: float = 0.1,
    opportunity: float = 0.1,
) -> float:
    """健常の重みでの ``mixed_share``。対照 ``"one_way"`` は，下から上への道を切る。"""
    pattern = name_pictures(
        s, p, trials, seed, feedback=_feedback(control), mixed_share=opportunity
    )
    return mixed_share(pattern[None])


def mixed_errors_patients(
    seed: int,
    control: str = "",
    *,
    trials: int = 1000,
    scale: float = 1.0,
    opportunity: float = 0.1,
) -> float:
    """論文の s と p の 21 人での ``mixed_share``。"""
    return mixed_share(_published(seed, control, trials, scale, opportunity))


def word_outcomes(
    seed: int,
    control: str = "",
    *,
    trials: int = 1000,
    scale: float = 1.0,
    opportunity: float = 0.1,
) -> float:
    """論文の s と p の 21 人での ``word_share``。"""
    return word_share(_published(seed, control, trials, scale, opportunity))


def _feedback(control: str) -> float:
    return {"": 1.0, "one_way": 0.0}[control]


def _known() -> list[Patient]:
    return [patient for patient in load() if np.isfinite(patient.s)]


def _published(
    seed: int, control: str, trials: int, scale: float, opportunity: float
) -> Array:
    return np.array(
        [
            name_pictures(
                scale * patient.s,
                scale * patient.p,
                trials,
                1000 * seed + number,
                feedback=_feedback(control),
                mixed_share=opportunity,
            )
            for number, patient in enumerate(_known())
        ]
    )


def published_fit(
    seed: int, control: str = "", *, trials: int = 2000, opportunity: float = 0.1
) -> float:
    """論文の s と p での，21 人との隔たりの平均。対照 ``"others"`` は別の人の s と p。"""
    got = _published(seed, "", trials, 1.0, opportunity)
    people = np.array([patient.pattern for patient in _known()])
    if control == "others":
        people = np.roll(people, 7, axis=0)
    elif control:
        raise KeyError(control)
    return float(rmsd(got, people).mean())


def continuity(
    seed: int, control: str = "", *, size: int = 12, trials: int = 500
) -> float:
    """患者の割合は，誤りの型を入れ替えた割合より，どれだけよく当てはまるか（隔たりの対数の差）。

    対照 ``"shuffled"`` は，入れ替えた割合どうしを比べる。
    """
    rng = np.random.default_rng(seed)
    grid = surface("s-p", size, trials, seed)
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
