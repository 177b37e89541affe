"""姿勢の移し替え：体格と立つ場所の違う二人の間で，姿勢をそろえる（Chan ほか 2019）。

踊り手の足首がいちばん近い（画面の下）ときと遠い（上）ときを，相手の同じときに対応させ，
その間を直線でつなぐ。動かすのは縦の位置と大きさだけで，手足の長さの比は変えない。
式と，遠いときの選び方は，論文の考え方をもとに，この本で書き下した。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lessons.stimuli.people import KEYPOINTS

HEAD = KEYPOINTS.index("head")
ANKLES = [KEYPOINTS.index("left_ankle"), KEYPOINTS.index("right_ankle")]
NEARBY = 0.7
"""いちばん遠い足首を探す範囲。中央値から最も近い足首までの距離に対する比。"""


@dataclass(frozen=True)
class Extremes:
    """床の上でいちばん近いときと遠いときの，足首の高さと身長（画素）。"""

    close: float  # 足首の y（下ほど大きい）
    far: float
    close_height: float  # 頭から足首まで
    far_height: float


def checked(poses: np.ndarray) -> np.ndarray:
    """姿勢の列が ``(T, 13, 2)`` で有限なことを確かめる。"""
    poses = np.asarray(poses, float)
    if poses.ndim != 3 or poses.shape[1:] != (len(KEYPOINTS), 2) or not len(poses):
        raise ValueError(
            f"姿勢の列は (枚数, {len(KEYPOINTS)}, 2) の形にしてください"
            f"（受け取った形: {poses.shape}）。"
        )
    if not np.isfinite(poses).all():
        raise ValueError(
            "姿勢に NaN または無限大があります。見つからない関節のある枚を除いてください。"
        )
    return poses


def ankle_height(poses: np.ndarray) -> np.ndarray:
    """両足首の y の平均 ``(T,)``。``poses`` は ``(T, 13, 2)``。"""
    return checked(poses)[:, ANKLES, 1].mean(axis=1)


def extremes(poses: np.ndarray) -> Extremes:
    """いちばん近いときと遠いときを見つける。

    近いときは，足首がいちばん下にあるとき。遠いときは，足首が中央値より上にあり，
    中央値からの隔たりが，近いときの隔たりとほぼ同じ（差が ``NEARBY`` 倍未満の）枚のうち，
    いちばん上のとき。跳んだだけの枚を，遠くと間違えないため。

    Args:
        poses: ``(T, 13, 2)``（x, y，画素）。

    Raises:
        ValueError: 形が違う，または有限でない値があるとき。
    """
    poses = checked(poses)
    y = ankle_height(poses)  # (T,)
    height = y - poses[:, HEAD, 1]
    middle, near = float(np.median(y)), int(np.argmax(y))
    reach = y[near] - middle
    above = (y < middle) & (np.abs(middle - y - reach) < NEARBY * reach)
    spots = np.flatnonzero(above)
    far = int(spots[np.argmin(y[spots])]) if len(spots) else int(np.argmin(y))
    return Extremes(
        float(y[near]), float(y[far]), float(height[near]), float(height[far])
    )


def normalise(poses: np.ndarray, source: Extremes, target: Extremes) -> np.ndarray:
    """踊り手の姿勢を，相手の立つ場所と大きさに合わせる。

    足首の高さ ``y`` が遠いときと近いときの間のどこにあるか（0〜1）を求め，相手の足首の
    高さと，身長の比を，同じ割合で決める。

    Args:
        poses: 踊り手の姿勢 ``(T, 13, 2)``。
        source: 踊り手の近いときと遠いとき。
        target: 相手の近いときと遠いとき。

    Returns:
        ``(T, 13, 2)``。横の位置は，両足首の中点を動かさない。

    Raises:
        ValueError: 身長が 0 以下のとき。
    """
    poses = checked(poses)
    if min(source.close_height, source.far_height) <= 0:
        raise ValueError(
            "踊り手の身長が 0 以下です。頭と足首の位置を確かめてください。"
        )
    y = ankle_height(poses)
    span = source.close - source.far
    part = (y - source.far) / span if span > 0 else np.ones_like(y)  # (T,)
    far_scale = target.far_height / source.far_height
    close_scale = target.close_height / source.close_height
    scale = far_scale + part * (close_scale - far_scale)
    floor = target.far + part * (target.close - target.far)
    foot = poses[:, ANKLES].mean(axis=1)  # (T, 2)
    moved = (poses - foot[:, None]) * scale[:, None, None]
    return moved + np.stack([foot[:, 0], floor], axis=1)[:, None]


def mean_distance(poses: np.ndarray, truth: np.ndarray) -> float:
    """関節どうしの隔たりの平均（画素）。どちらも ``(T, 13, 2)``。"""
    return float(np.linalg.norm(checked(poses) - checked(truth), axis=-1).mean())
