"""二つの物がある絵で，一方に注意を向けると，答えはどう変わるか。"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lessons.attention.attention_as_softmax.model import (
    feature_maps,
    gaze,
    look,
    name,
    named_map,
    network,
    spotlight,
)
from lessons.attention.composites import SUBJECTS, side_by_side
from lessons.stimuli import photos


class Trial(NamedTuple):
    """二つの物がある絵で，一方に注意を向けたときの答え。"""

    attended: float  # 注意を向けた物の名前の確率
    ignored: float  # もう一方の物の名前の確率


CONDITIONS = ("なし", "場所", "名前")
"""注意の向け方。絵の全体を等しく見る，場所の手がかり，物の名前（CAM）。"""


@lru_cache(maxsize=64)
def pictures(seed: int) -> list[tuple[Tensor, np.ndarray, tuple[int, int]]]:
    """写真を二枚ずつ左右に並べた 6 枚の絵の ``(特徴地図, 領域, クラス番号)``。

    四枚の写真（猫，コーヒー，写真家，ロケット）から二枚を選び，
    左右の順，切り取る所，向きを種で変える。領域は ``(2, h, w)``，bool。
    """
    rng = np.random.default_rng(seed)
    net, _ = network()
    found = []
    for pair in combinations(SUBJECTS, 2):
        names = [pair[i] for i in rng.permutation(2)]
        views = []
        for photo in map(photos.load, names):
            top, left = (int(n) for n in rng.integers(0, 25, size=2))
            view = net.view(photo[top:, left:])
            views.append(view[:, ::-1] if rng.integers(2) else view)
        picture, regions = side_by_side(views[0], views[1])
        small = regions[:, 16::32, 16::32]  # ますの中心での領域
        found.append(
            (feature_maps(picture), small, (SUBJECTS[names[0]], SUBJECTS[names[1]]))
        )
    return found


def trials(seed: int, condition: str, beta: float = 0.5) -> list[Trial]:
    """二枚を並べた絵で，左右それぞれの物に注意を向けて，名前を答えさせる。

    Args:
        seed: 乱数の種。
        condition: ``CONDITIONS`` の一つ。
        beta: 「名前」のときの温度。「場所」の光の広がりは 2 ますに決めてある。
    """
    if condition not in CONDITIONS:
        raise ValueError(
            f"条件 {condition!r} はありません。使える条件: {', '.join(CONDITIONS)}"
        )
    found = []
    for A, regions, classes in pictures(seed):
        for mine, other in ((0, 1), (1, 0)):
            if condition == "なし":
                p = np.full(A.shape[1:], 1 / A[0].numel())
            elif condition == "場所":
                row, column = np.argwhere(regions[mine]).mean(axis=0)
                p = spotlight((A.shape[1], A.shape[2]), (row, column), 2.0)
            else:
                p = gaze(named_map(A, classes[mine]), beta)
            answer = name(look(A, p))
            found.append(Trial(answer[classes[mine]], answer[classes[other]]))
    return found


class Absent(NamedTuple):
    """絵にない物の名前を探したときの，その名前の確率。どれも ``(絵の数, 名前の数)``。"""

    plain: NDArray[np.float64]  # 注意なし
    sought: NDArray[np.float64]  # その名前を探したとき
    other: NDArray[np.float64]  # 別の名前を探したとき（対照）


PRESENT = {
    "chelsea": (281, 282, 285),  # しま猫，トラ猫，エジプシャン・マウ
    "coffee": (504, 809, 910, 923, 967, 968),  # マグカップ，スープ皿，木さじ，皿，…
    "camera": (732, 759, 869, 872),  # カメラ（二種），トレンチコート，三脚
    "rocket": (657, 744, 812),  # ミサイル，発射体，スペースシャトル
}
"""写真に写っていると言える物のクラス番号。どの絵でも「ない物」には入れない。"""


def absent_classes() -> NDArray[np.int64]:
    """四枚の写真のどれにも写っていない，すべてのクラスの番号。"""
    shown = {c for classes in PRESENT.values() for c in classes}
    return np.array([c for c in range(1000) if c not in shown])


@lru_cache(maxsize=16)
@torch.no_grad()
def absent(seed: int, beta: float = 0.5) -> Absent:
    """絵にないすべての物を一つずつ探し，その名前の確率を求める。

    対照では，同じ鋭さの，別の名前の地図で見る。探す名前の地図に特別な働きがなければ，
    二つは同じになる。

    Args:
        seed: 絵を決める種。
        beta: 地図を確率にするときの温度。
    """
    _, model = network()
    W, b = model._fc.weight, model._fc.bias  # (1000, 1280), (1000,)
    classes = torch.from_numpy(absent_classes()).to(W.device)
    found = []
    for A, _, _ in pictures(seed):
        places = A.flatten(1)  # (1280, 98)
        M = W[classes] @ places  # (n, 98)：探す名前ごとの CAM
        M = (M - M.mean(1, keepdim=True)) / M.std(1, keepdim=True, correction=0)
        seen = (M / beta).softmax(dim=1) @ places.T  # (n, 1280)
        answers = (seen @ W.T + b).softmax(dim=1)[:, classes]  # (n, n)
        even = (places.mean(1) @ W.T + b).softmax(dim=0)[classes]  # (n,)
        half = len(classes) // 2
        other = answers.roll(half, dims=0).diagonal()
        found.append([even, answers.diagonal(), other])
    rows = [
        torch.stack(values).cpu().double().numpy()
        for values in zip(*found, strict=True)
    ]
    return Absent(*rows)
