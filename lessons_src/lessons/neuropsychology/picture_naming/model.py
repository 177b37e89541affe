"""絵を見て名前を言うモデル：学習ずみの目（EfficientNet-Lite0）と，名前の読み出し。

目は写真で学習したままで，少しも変えない。名前の読み出しだけを，絵から学ぶ（転移学習）。
読み出しは，線形の回帰（リッジ回帰）なので，一秒ほどで解ける。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

import numpy as np
import safetensors.numpy
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from lessons.neuropsychology.error_types import OMISSION
from lessons.stimuli import naming_pictures
from lessons.weights import efficientnet_lite0
from lessons.weights.efficientnet_lite0 import EfficientNetLite0
from lessons.weights.photo import checked

Array = NDArray[np.float32]

SIDE = 160
"""目に入れる絵の一辺（画素）。"""
PENALTY = 1000.0
"""読み出しの重みを小さく保つ強さ。"""


def family(style: str) -> str:
    """描き方の組。同じ組の色つきと線画は，形が似ているので，まとめて扱う。"""
    return style.removesuffix("_line")


FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(map(family, naming_pictures.STYLES)))
"""描き方の組の名前。"""


@lru_cache(maxsize=1)
def _stored() -> dict[str, Array]:
    path = resources.files("lessons.neuropsychology.picture_naming")
    return safetensors.numpy.load(path.joinpath("features.safetensors").read_bytes())


def features(style: str) -> Array:
    """一つの描き方の 156 枚に対する，目の 1,280 個のユニットの活動 ``(156, 1280)``。

    台本 ``lessons_src/scripts/naming_pictures/features.py`` が ``look`` で計算した値
    （fp16）を読む。

    Raises:
        ValueError: 知らない描き方のとき。
    """
    if style not in naming_pictures.STYLES:
        raise ValueError(
            f"描き方 {style!r} はありません。"
            f"使える名前: {', '.join(naming_pictures.STYLES)}"
        )
    return _stored()[style].astype(np.float32)


def look(
    pictures: Iterable[np.ndarray], network: EfficientNetLite0 | None = None
) -> Array:
    """絵を目に見せ，最後の層のユニットの活動を返す。

    Args:
        pictures: 絵 ``(H, W, 3)`` uint8 の並び。地は白がよい。
        network: ``features`` を持つネットワーク。既定は学習ずみの EfficientNet-Lite0。

    Returns:
        活動 ``(枚数, 1280)``。

    Raises:
        ValueError: 絵でないものがあるとき。
    """
    eye = network or _own_eye()
    rows = []
    with torch.no_grad():
        for picture in pictures:
            x = torch.from_numpy(_square(picture)).permute(2, 0, 1)[None].float()
            x = F.interpolate(x, (SIDE, SIDE), mode="bilinear", align_corners=False)
            activity = eye.features((x - 127) / 128)  # (1, 1280, 5, 5)
            rows.append(activity.mean(dim=(2, 3))[0].cpu().numpy())
    return np.stack(rows)


def _own_eye() -> EfficientNetLite0:
    """学習ずみの目。"""
    model = efficientnet_lite0.pretrained().model
    assert isinstance(model, EfficientNetLite0)
    return model


def _square(picture: np.ndarray) -> np.ndarray:
    """絵の短い側に白を足して，正方形にする。"""
    pixels = checked(picture)
    height, width = pixels.shape[:2]
    side = max(height, width)
    page = np.full((side, side, 3), 255, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    page[top : top + height, left : left + width] = pixels
    return page


class Readout(NamedTuple):
    """名前の読み出し。``D`` はユニットの数，``n`` は名前の数。"""

    mean: Array  # (D,) 学習した絵での活動の平均
    spread: Array  # (D,) 標準偏差
    weight: Array  # (D, n)


def learn(examples: Sequence[Array], penalty: float = PENALTY) -> Readout:
    """描き方ごとの活動から，名前の読み出しを学ぶ。

    目標は，正しい名前が 1，ほかの名前はどれも 0。分類は，どこにも教えない。

    Args:
        examples: 描き方ごとの活動 ``(n, D)`` の並び。行の順は名前の順。
        penalty: リッジ回帰の罰の強さ。
    """
    n = len(examples[0])
    x = np.concatenate(examples).astype(np.float32)  # (描き方 × n, D)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-3
    z = (x - mean) / spread
    target = np.tile(np.eye(n, dtype=np.float32), (len(examples), 1)) - 1 / n
    gram = z @ z.T + penalty * np.eye(len(z), dtype=np.float32)
    return Readout(mean, spread, z.T @ np.linalg.solve(gram, target))


def name_scores(readout: Readout, activity: Array, keep: Array | None = None) -> Array:
    """名前の候補の得点 ``(枚数, n)``。

    Args:
        readout: 名前の読み出し。
        activity: 目の活動 ``(枚数, D)``。
        keep: 残っているユニットが真の ``(D,)``。除いたユニットは，学習のときの平均を
            答え続けることにする（何が見えても変わらないので，情報がない）。
    """
    z = (activity - readout.mean) / readout.spread
    kept = z if keep is None else z * keep
    return np.asarray(kept @ readout.weight, np.float32)


def answer(scores: Array, caution: float = 0.0) -> NDArray[np.int64]:
    """得点のいちばん高い名前の番号 ``(枚数,)``。

    一位と二位の差が ``caution`` より小さいときは，答えない（``OMISSION``）。
    """
    top = np.sort(scores, axis=1)[:, -2:]
    unsure = top[:, 1] - top[:, 0] < caution
    return np.where(unsure, OMISSION, scores.argmax(axis=1))


class Exam(NamedTuple):
    """名前を言う検査の結果。"""

    target: NDArray[np.int64]  # (試行,) 絵の番号
    answer: NDArray[np.int64]  # (試行,) 答えの番号。答えなければ OMISSION
    style: NDArray[np.int64]  # (試行,) 描き方の番号

    @property
    def correct(self) -> NDArray[np.bool_]:
        """正答した試行 ``(試行,)``。"""
        return self.target == self.answer


def readouts(
    activity: Mapping[str, Array], penalty: float = PENALTY
) -> dict[str, Readout]:
    """組ごとに，その組を除いて学んだ読み出し。"""
    return {
        out: learn(
            [x for style, x in activity.items() if family(style) != out], penalty
        )
        for out in dict.fromkeys(map(family, activity))
    }


def examine(
    activity: Mapping[str, Array],
    learned: Mapping[str, Readout] | None = None,
    keep: Array | None = None,
    caution: float = 0.0,
) -> Exam:
    """どの描き方も，その組を除いて学んだ読み出しで試す。

    Args:
        activity: 描き方 → 活動 ``(n, D)``。
        learned: ``readouts`` の結果。くり返すときに渡すと速い。
        keep: 残っているユニット ``(D,)``。
        caution: 答えるのに要る得点の差。
    """
    known = learned or readouts(activity)
    said = [
        answer(name_scores(known[family(style)], x, keep), caution)
        for style, x in activity.items()
    ]
    n = len(said[0])
    return Exam(
        np.tile(np.arange(n), len(said)),
        np.concatenate(said),
        np.repeat(np.arange(len(said)), n),
    )
