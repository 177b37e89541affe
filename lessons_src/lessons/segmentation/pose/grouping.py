"""関節の候補を人ごとにまとめる：骨の線積分と，骨らしい順の組み立て（Cao ほか 2017）。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from lessons.stimuli.people import KEYPOINTS, LIMBS

STRIDE = 4
"""地図の粗さ（画素）。"""
BONES: tuple[tuple[int, int], ...] = (*LIMBS, (0, 1), (0, 2))
"""組み立てに使う骨。頭は両肩につなぐ。"""
LOWEST = 0.3
"""骨とみなす骨らしさの下限。"""
FEWEST = 4
"""人とみなす関節の数の下限。"""


class Link(NamedTuple):
    """骨の候補一つ：関節の種類 ``a`` の ``i`` 番目と，種類 ``b`` の ``j`` 番目。"""

    score: float
    a: int
    i: int
    b: int
    j: int


Person = dict[int, int]
"""一人分の断片：関節の種類 → 候補の番号。"""


def peaks(heat: np.ndarray, *, threshold: float = 0.2) -> list[np.ndarray]:
    """関節ごとに，山の頂を探す。

    Args:
        heat: ``(K, h, w)``。

    Returns:
        関節ごとの ``(n, 3)``：x, y（地図の画素，山の重心で細かく直す），高さ。
    """
    tensor = torch.from_numpy(heat)[None]
    highest = F.max_pool2d(tensor, 3, stride=1, padding=1)[0].numpy()
    found = []
    for hill, top in zip(heat, highest, strict=True):
        spots = []
        for row, column in np.argwhere((hill == top) & (hill > threshold)):
            rows = slice(max(0, row - 1), row + 2)
            columns = slice(max(0, column - 1), column + 2)
            weight = np.clip(hill[rows, columns], 1e-6, None)
            yy, xx = np.mgrid[rows, columns][:, : weight.shape[0], : weight.shape[1]]
            total = weight.sum()
            spots.append(
                (
                    (xx * weight).sum() / total,
                    (yy * weight).sum() / total,
                    hill[row, column],
                )
            )
        found.append(np.array(spots, np.float32).reshape(-1, 3))
    return found


def bone_score(field: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """骨の候補の骨らしさ：``a`` から ``b`` へ進むとき，場の向きがどれだけ揃うか（線積分）。

    Args:
        field: 骨の向き ``(2, h, w)``。
        a, b: 端の位置 ``(2,)``（x, y）。
    """
    bone = b - a
    length = float(np.linalg.norm(bone))
    if length < 1e-6:
        return 0.0
    steps = np.linspace(0, 1, 10)[:, None]
    points = a + steps * bone  # (10, 2)
    column = np.clip(points[:, 0].round().astype(int), 0, field.shape[2] - 1)
    row = np.clip(points[:, 1].round().astype(int), 0, field.shape[1] - 1)
    return float((field[:, row, column].T @ (bone / length)).mean())


def candidates(found: Sequence[np.ndarray], field: np.ndarray) -> list[Link]:
    """関節の候補のすべての組の骨らしさを求め，骨らしい順に返す。

    Args:
        found: ``peaks`` の答え。
        field: ``(L, 2, h, w)``。
    """
    links = []
    for number, (a, b) in enumerate(BONES):
        for i, p in enumerate(found[a]):
            for j, q in enumerate(found[b]):
                score = bone_score(field[number], p[:2], q[:2])
                if score > LOWEST:
                    links.append(Link(score, a, i, b, j))
    return sorted(links, reverse=True)


def group(links: Sequence[Link]) -> list[Person]:
    """骨らしい骨から順につなぎ，人ごとの断片にまとめる。一人に同じ関節は二つない。"""
    people: list[Person] = []
    for _, a, i, b, j in links:
        have_a = next((p for p in people if p.get(a) == i), None)
        have_b = next((p for p in people if p.get(b) == j), None)
        if have_a is None and have_b is None:
            people.append({a: i, b: j})  # 新しい断片
        elif have_a is not None and have_b is None and b not in have_a:
            have_a[b] = j  # 断片を伸ばす
        elif have_b is not None and have_a is None and a not in have_b:
            have_b[a] = i
        elif (
            have_a is not None
            and have_b is not None
            and have_a is not have_b
            and not have_a.keys() & have_b.keys()
        ):
            have_a.update(have_b)  # 二つの断片が同じ人のものとわかった
            people.remove(have_b)
    return people


def assemble(heat: np.ndarray, field: np.ndarray) -> np.ndarray:
    """山と向きから，人ごとの関節を組み立てる。

    Args:
        heat: ``(K, h, w)``。
        field: ``(L, 2, h, w)``。

    Returns:
        人ごとの関節 ``(P, K, 3)``：x, y（画像の画素），高さ。見つからない関節は 0。
    """
    found = peaks(heat)
    people = group(candidates(found, field))
    result = np.zeros((len(people), len(KEYPOINTS), 3), np.float32)
    for person, parts in zip(result, people, strict=True):
        for kind, index in parts.items():
            x, y, height = found[kind][index]
            person[kind] = (x + 0.5) * STRIDE, (y + 0.5) * STRIDE, height
    return result[(result[..., 2] > 0).sum(1) >= FEWEST]
