"""分類の中心に近い物ほど，典型的か：評定（Rosch, 1975）と，表現の近さを比べる。

評定は ``typicality.csv`` にある（1 がいちばん良い例，7 がいちばん悪い例）。
"""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from importlib import resources

import numpy as np
from scipy.stats import spearmanr

from lessons.neuropsychology.picture_naming.model import features
from lessons.neuropsychology.picture_naming.visual import appearance
from lessons.stimuli import naming_pictures

STYLES = tuple(naming_pictures.STYLES)


@lru_cache(maxsize=1)
def ratings() -> dict[str, tuple[list[int], np.ndarray]]:
    """分類の名前から，概念の番号と評定 ``(n,)`` を引く表。"""
    text = resources.files(__package__).joinpath("typicality.csv").read_text("utf8")
    number = {word.concept: i for i, word in enumerate(naming_pictures.words())}
    found: dict[str, tuple[list[int], list[float]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        members, values = found.setdefault(row["category"], ([], []))
        members.append(number[row["concept"]])
        values.append(float(row["rating"]))
    return {name: (members, np.array(v)) for name, (members, v) in found.items()}


@lru_cache(maxsize=1)
def activity(kind: str) -> np.ndarray:
    """描き方ごとの表現 ``(8, 156, D)``。"""
    if kind == "eye":
        return np.stack([features(style) for style in STYLES])
    seen = np.stack([appearance(style) for style in STYLES])
    return seen[..., : 16 * 16 * 3] if kind == "pixels" else seen


def closeness(x: np.ndarray, members: list[int]) -> np.ndarray:
    """分類のそれぞれの物の，残りの仲間の平均への近さ（コサイン）``(n,)``。"""
    found = []
    for one in members:
        others = [other for other in members if other != one]
        centre = x[others].mean(axis=0)
        scale = np.linalg.norm(x[one]) * np.linalg.norm(centre)
        found.append(float(x[one] @ centre / scale))
    return np.array(found)


def gradient(
    seed: int, control: str = "", *, styles: int = 4, kept: float = 0.9
) -> float:
    """評定のよさと，中心への近さの順位相関。六つの分類の平均（物の数で重みをつける）。

    Args:
        seed: 使う描き方と，分類ごとに残す物の種。
        control: 空なら学習ずみの目。``appearance`` は色と縁，``pixels`` は色だけ，
            ``shuffled`` は評定を分類の中で入れ替える。
        styles: 平均する描き方の数。
        kept: 分類ごとに残す物の割合。
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(STYLES))[:styles]
    kind = control if control in ("appearance", "pixels") else "eye"
    x = activity(kind)[chosen].mean(axis=0)  # (156, D)
    x = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-3)
    found, weights = [], []
    for members, rating in ratings().values():
        at = np.sort(
            rng.permutation(len(members))[: max(4, round(kept * len(members)))]
        )
        goodness = -rating[at]
        if control == "shuffled":
            goodness = rng.permutation(goodness)
        near = closeness(x, [members[i] for i in at])
        found.append(spearmanr(near, goodness)[0])
        weights.append(len(at) - 1)
    return float(np.average(found, weights=weights))
