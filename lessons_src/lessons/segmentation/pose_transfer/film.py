"""踊る人の絵を作り，検出した関節の列を整える。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from lessons.segmentation.pose_transfer.model import ANKLES, HEAD, checked
from lessons.stimuli.people import KEYPOINTS, KEYPOINTS_JA, draw_person
from lessons.stimuli.scenes import Scene, SceneConfig, make_scene


def fill_gaps(poses: np.ndarray) -> np.ndarray:
    """見つからなかった関節を，前後の枚からまっすぐつないで補う。

    Args:
        poses: 検出した姿勢 ``(T, 13, 3)``。三列めが 0 の関節は，見つからなかったもの。

    Returns:
        ``(T, 13, 2)``。

    Raises:
        ValueError: 形が違う，または，一度も見つからない関節があるとき。
    """
    poses = np.asarray(poses, float)
    if poses.ndim != 3 or poses.shape[1:] != (len(KEYPOINTS), 3):
        raise ValueError(
            f"検出した姿勢は (枚数, {len(KEYPOINTS)}, 3) の形にしてください"
            f"（受け取った形: {poses.shape}）。"
        )
    found = poses[..., 2] > 0  # (T, 13)
    lost = [KEYPOINTS_JA[k] for k in np.flatnonzero(~found.any(axis=0))]
    if lost:
        raise ValueError(
            f"一度も見つからない関節があります：{'，'.join(lost)}。"
            "体の全部が写る動画を使ってください。"
        )
    frames = np.arange(len(poses))
    filled = np.empty((*poses.shape[:2], 2))
    for k in range(len(KEYPOINTS)):
        for axis in range(2):
            seen = found[:, k]
            filled[:, k, axis] = np.interp(frames, frames[seen], poses[seen, k, axis])
    return filled


def main_person(found: Sequence[np.ndarray]) -> np.ndarray:
    """枚ごとに，関節のいちばん多い人を選ぶ。誰もいない枚は，すべて 0 とする。

    Args:
        found: 枚ごとの ``(P, 13, 3)``。

    Returns:
        ``(T, 13, 3)``。
    """
    chosen = np.zeros((len(found), len(KEYPOINTS), 3))
    for frame, people in zip(chosen, found, strict=True):
        if len(people):
            frame[:] = people[np.argmax((people[..., 2] > 0).sum(axis=1))]
    return chosen


def film(poses: np.ndarray, side: float = 100.0, seed: int = 0) -> list[Scene]:
    """姿勢の列 ``(T, 13, 2)`` を，同じ服の人が地面の上で動く絵にする。

    Args:
        poses: 一辺 ``side`` の画面での位置。
        side: 画面の一辺。
        seed: 背景と服を選ぶ種。

    Returns:
        枚ごとの場面（一辺 96 画素）。正解の関節は付けない。

    Raises:
        ValueError: 頭が足首より下にある，または，足首が画面の上の方にあり，
            どの背景でも足が空に浮くとき。
    """
    config = SceneConfig(things=("person",), fewest=0, most=0)
    poses = checked(poses) * config.size / side
    heights = poses[:, ANKLES, 1].mean(axis=1) - poses[:, HEAD, 1]  # (T,)
    if (heights <= 0).any():
        raise ValueError("頭が足首より下にあります。姿勢を確かめてください。")
    empty = _background(float(poses[:, ANKLES, 1].min()), seed, config)
    frames = []
    for pose, height in zip(poses, heights.tolist(), strict=True):
        patch, points = draw_person(pose / height, height, np.random.default_rng(seed))
        corner = np.rint(pose[HEAD] - points[HEAD]).astype(int)
        image = Image.fromarray(empty.image)
        image.paste(Image.fromarray(patch), tuple(corner), Image.fromarray(patch))
        frames.append(replace(empty, image=np.asarray(image)))
    return frames


def _background(highest: float, seed: int, config: SceneConfig) -> Scene:
    """空がどこでも ``highest`` より上で終わる背景のうち，``seed`` から数えて最初のもの。"""
    for number in range(seed, seed + 200):
        empty = make_scene(number, config)
        sky = (empty.semantic == 0).sum(axis=0)  # (W,) 列ごとの空の画素の数
        if sky.max() < highest:
            return empty
    raise ValueError(
        f"足首が画面の上の方（y = {highest:.0f}）にあり，足が地面に着く背景がありません。"
        "姿勢を下へずらしてください。"
    )
