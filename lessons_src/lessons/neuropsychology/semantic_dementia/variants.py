"""同じ数だけの，違う教え方。どの統計が結果を生むのかを確かめる対照に使う。"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lessons.neuropsychology.semantic_dementia.knowledge import KINDS, Knowledge

ANIMALS = ("鳥", "けもの")
"""動物の種類。"""


def random_categories(knowledge: Knowledge, seed: int) -> Knowledge:
    """種類と大分けの名前を，でたらめに物へ配る。

    名前ごとの物の数（8 と 24），属性は変えない。名前の多さだけで決まる結果は，ここでも出る。
    """
    order = np.random.default_rng(seed).permutation(len(knowledge.items))
    patterns = knowledge.patterns.copy()
    labels = np.array(knowledge.dimensions)
    units = np.flatnonzero((labels == "種類") | (labels == "大分け"))
    patterns[:, units] = patterns[np.ix_(order, units)]
    return replace(
        knowledge,
        categories=tuple(knowledge.categories[i] for i in order),
        domains=tuple(knowledge.domains[i] for i in order),
        patterns=patterns,
    )


def permuted_features(knowledge: Knowledge, seed: int) -> Knowledge:
    """どの属性も，持つ物をでたらめに入れ替える（物の数は変えない）。

    同じ次元の値（短い首と長い首）はまとめて入れ替え，一つの物が二つの値を持たないようにする。
    属性の多さは同じで，属性どうしのつながり（くちばしがあれば翼もある）だけが消える。
    """
    rng = np.random.default_rng(seed)
    patterns = knowledge.patterns.copy()
    groups: dict[str, list[int]] = {}
    for unit, (kind, name) in enumerate(
        zip(knowledge.kinds, knowledge.dimensions, strict=True)
    ):
        if kind != KINDS[0]:
            groups.setdefault(name or f"属性{unit}", []).append(unit)
    for units in groups.values():
        order = rng.permutation(len(knowledge.items))
        patterns[:, units] = patterns[order][:, units]
    return replace(knowledge, patterns=patterns)


def shorter_animals(knowledge: Knowledge, seed: int) -> Knowledge:
    """動物の属性を減らし，人工物と同じ数にする。

    鳥かけもののすべてが持つ属性の中から，でたらめに選んで除く。
    """
    patterns = knowledge.patterns.copy()
    features = np.array(knowledge.kinds) != KINDS[0]
    animals = np.concatenate([knowledge.members(c) for c in ANIMALS])
    artefacts = np.flatnonzero(np.array(knowledge.domains) == "人工物")
    wanted = patterns[np.ix_(artefacts, features)].sum(1).mean()
    everyone = np.flatnonzero(
        features
        & np.any([patterns[knowledge.members(c)].all(0) for c in ANIMALS], axis=0)
    )
    for unit in np.random.default_rng(seed).permutation(everyone):
        if patterns[np.ix_(animals, features)].sum(1).mean() <= wanted:
            break
        patterns[animals, unit] = 0
    return replace(knowledge, patterns=patterns)
