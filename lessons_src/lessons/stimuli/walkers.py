"""歩く人と踊る人の，関節の動き。光点だけの表示にも使う。

角度の波で作った簡単な動きで，実際の人の記録ではありません。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lessons.stimuli.people import KEYPOINTS

FRAMES = 24
"""一歩の周期を分ける枚数。"""

# 身長を 1 としたときの長さ
_TRUNK, _NECK, _THIGH, _SHIN, _ARM, _FOREARM = 0.29, 0.13, 0.25, 0.25, 0.17, 0.16
_HALF = {"shoulder": 0.03, "hip": 0.02}  # ほぼ横から見るので，左右の幅は狭い
_ANKLES = [KEYPOINTS.index("left_ankle"), KEYPOINTS.index("right_ankle")]


def _checked(frames: int) -> int:
    if frames < 1:
        raise ValueError(f"枚数は 1 以上にしてください（受け取った値: {frames}）。")
    return frames


def _toward(angle: np.ndarray) -> np.ndarray:
    """真下から前（右）へ ``angle`` だけ開いた向き ``(T, 2)``。y は下向き。"""
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1)


def walk(frames: int = FRAMES) -> np.ndarray:
    """右を向いて，その場で歩く人。一周期分。

    Args:
        frames: 枚数 T。

    Returns:
        関節の位置 ``(T, 13, 2)``。身長がほぼ 1，腰の中心が横の原点，地面が y = 0（y は下向き）。

    Raises:
        ValueError: 枚数が 1 より小さいとき。
    """
    phase = 2 * np.pi * np.arange(_checked(frames)) / frames  # (T,)
    points = np.zeros((frames, len(KEYPOINTS), 2))
    neck = np.array([0.04, -_TRUNK])
    points[:, 0] = neck + np.array([0.03, -_NECK])
    for side, sign in ((0, 1.0), (1, -1.0)):
        p = phase + (0 if side == 0 else np.pi)  # 左右は半周期ずれる
        thigh = 0.05 + 0.42 * np.cos(p)
        swing = np.clip(-np.sin(p), 0, None)  # 足を前に運ぶ間だけ正
        shin = thigh - 0.10 - 0.95 * swing**1.5
        arm = -0.40 * np.cos(p)
        shoulder = neck + np.array([sign * _HALF["shoulder"], 0.02])
        hip = np.array([sign * _HALF["hip"], 0.0])
        points[:, 1 + side] = shoulder
        points[:, 3 + side] = shoulder + _ARM * _toward(arm)
        points[:, 5 + side] = points[:, 3 + side] + _FOREARM * _toward(arm + 0.45)
        points[:, 7 + side] = hip
        points[:, 9 + side] = hip + _THIGH * _toward(thigh)
        points[:, 11 + side] = points[:, 9 + side] + _SHIN * _toward(shin)
    lowest = points[:, _ANKLES, 1].max(axis=1)  # 低い方の足が地面に着く
    points[..., 1] -= lowest[:, None]
    return points


def upside_down(poses: np.ndarray) -> np.ndarray:
    """動き ``(T, K, 2)`` を上下に裏返す。占める範囲は変わらない。"""
    poses = np.asarray(poses, float)
    y = poses[..., 1]
    flipped = poses.copy()
    flipped[..., 1] = y.min() + y.max() - y
    return flipped


def scramble(poses: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """点ごとの動きは変えずに，点の置き場所だけを混ぜる。

    Args:
        poses: ``(T, K, 2)``。
        rng: 乱数の発生器。

    Returns:
        ``(T, K, 2)``。点の中心を，元の動きが占める四角の中に置き直す。
    """
    poses = np.asarray(poses, float)
    corner, far = poses.min(axis=(0, 1)), poses.max(axis=(0, 1))
    spot = rng.uniform(corner, far, (poses.shape[1], 2))  # (K, 2)
    return poses - poses.mean(axis=0) + spot


def dots(pose: np.ndarray, side: int = 192, radius: float = 3.0) -> np.ndarray:
    """姿勢一つ ``(K, 2)`` を，黒地に白い点の絵 ``(side, side, 3)`` uint8 にする。

    人の高さは絵の 7 割にそろえ，中央に置く。
    """
    pose = np.asarray(pose, float)
    size = np.ptp(pose, axis=0).max()
    if not np.isfinite(size) or size <= 0:
        raise ValueError(
            "点が一か所に集まっているか，有限でない値があります。姿勢を確かめてください。"
        )
    middle = (pose.min(axis=0) + pose.max(axis=0)) / 2
    points = (pose - middle) * (0.7 * side / size) + side / 2
    y, x = np.mgrid[:side, :side] + 0.5
    squared = (x - points[:, 0, None, None]) ** 2 + (y - points[:, 1, None, None]) ** 2
    white = np.clip(radius + 0.5 - np.sqrt(squared.min(axis=0)), 0, 1)
    return np.repeat((255 * white).astype(np.uint8)[..., None], 3, axis=2)


def dance(frames: int = 48, *, limbs: float = 1.0) -> np.ndarray:
    """こちらを向いて，腕を振り，膝を曲げ，二度跳ぶ踊り。一周期分。

    Args:
        frames: 枚数 T。
        limbs: 手足の長さの倍率（体格の違い）。身長は 1 に直す。

    Returns:
        ``(T, 13, 2)``。まっすぐ立ったときの身長が 1，両足首の中点が横の原点，床が y = 0。
    """
    phase = 2 * np.pi * np.arange(_checked(frames)) / frames  # (T,)
    points = np.zeros((frames, len(KEYPOINTS), 2))
    sway = 0.12 * np.sin(phase)  # 体の傾き
    pelvis = np.zeros((frames, 2))
    neck = pelvis - _TRUNK * _toward(-sway)
    points[:, 0] = neck - _NECK * _toward(-sway)
    bend = 0.25 * (1 - np.cos(2 * phase)) / 2  # 膝を曲げる角度
    for side, sign in ((0, 1.0), (1, -1.0)):
        arm = 1.3 + 0.9 * np.sin(2 * phase + (0 if side == 0 else np.pi))
        shoulder = neck + np.array([sign * 0.11, 0.02])
        hip = pelvis + np.array([sign * 0.07, 0.0])
        across = np.array([sign, 1.0])
        points[:, 1 + side] = shoulder
        points[:, 3 + side] = shoulder + limbs * _ARM * _toward(arm) * across
        points[:, 5 + side] = (
            points[:, 3 + side] + limbs * _FOREARM * _toward(arm + 0.5) * across
        )
        points[:, 7 + side] = hip
        points[:, 9 + side] = hip + limbs * _THIGH * _toward(0.15 + bend) * across
        points[:, 11 + side] = (
            points[:, 9 + side] + limbs * _SHIN * _toward(0.15 - bend) * across
        )
    standing = _TRUNK + _NECK + limbs * (_THIGH + _SHIN) * np.cos(0.15)
    foot = points[:, _ANKLES].mean(axis=1)  # (T, 2)
    points -= foot[:, None]
    jump = 0.10 * np.clip(np.sin(2 * phase - 0.6), 0, None) ** 2
    points[..., 1] -= jump[:, None]
    return points / standing


@dataclass(frozen=True)
class Stage:
    """カメラから見た床。奥行き ``depth`` は 0（地平線）〜1（いちばん手前）。"""

    horizon: float  # 地平線の y（画素）
    near: float  # いちばん手前の床の，地平線からの下がり（画素）
    tall: float  # いちばん手前に立ったときの身長（画素）
    middle: float = 0.0  # 立つ場所の x（画素）

    def put(self, poses: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """身長 1 の動き ``(T, K, 2)`` を，奥行き ``(T,)`` の床に立たせる。"""
        depth = np.asarray(depth, float)
        if depth.shape != (len(poses),) or not (depth > 0).all():
            raise ValueError(
                "奥行きは，枚数と同じ長さの正の数にしてください"
                f"（枚数 {len(poses)}，奥行きの形 {depth.shape}）。"
            )
        d = depth[:, None, None]
        floor = np.array([self.middle, self.horizon]) + d * [0, self.near]
        return np.asarray(poses) * self.tall * d + floor
