"""章 segmentation/pose の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lessons.segmentation.pose import model as pose
from lessons.segmentation.pose.bodies import ITEMS, body_scene, cost_of, experienced
from lessons.segmentation.pose.controls import shuffled, untrained
from lessons.segmentation.pose.point_light import inversion_index
from lessons.stimuli.scenes import Scene

LEARNED = 100
"""対照 ``both`` で，逆さの場面を混ぜて学び足す反復の数。"""


def _scenes(seed: int, posture: str, height: float) -> list[Scene]:
    return [body_scene(100 * seed + i, posture, height) for i in range(ITEMS)]


def _net(seed: int, control: str) -> pose.PoseNet:
    if control == "untrained":
        return untrained(pose.PoseNet, seed)
    if control == "shuffled":
        return shuffled(pose.pretrained(), seed)
    return pose.pretrained()


def body_inversion(
    seed: int, control: str = "", *, radius: float, height: float
) -> np.ndarray:
    """逆さにすると下がる PCK（場面ごと）。対照 ``mirror`` は，左右に裏返すだけ。"""
    scenes = _scenes(seed, "possible", height)
    net = _net(seed, control)
    return cost_of(net, scenes, radius=radius, flip=control == "mirror")


def after_experience(
    seed: int, control: str = "", *, radius: float, iterations: int
) -> float:
    """逆さの場面も学んだネットワークで，逆さにすると下がる PCK。"""
    net = (
        untrained(pose.PoseNet, seed)
        if control == "untrained"
        else experienced(seed, iterations)
    )
    return float(cost_of(net, _scenes(seed, "possible", 60), radius=radius).mean())


def impossible(
    seed: int, control: str = "", *, radius: float, height: float
) -> np.ndarray:
    """逆さにすると下がる PCK：ふつうの体での分 − ありえない体での分（場面ごと）。

    対照 ``both`` は，逆さの場面も学んだネットワーク。
    """
    net = experienced(seed, LEARNED) if control == "both" else _net(seed, control)
    usual, odd = (
        cost_of(net, _scenes(seed, posture, height), radius=radius)
        for posture in ("possible", "impossible")
    )
    return usual - odd


MEASURES: dict[str, Callable[..., Any]] = {
    "pose_body_inversion": body_inversion,
    "pose_body_inversion_both": after_experience,
    "pose_impossible_body": impossible,
    "pose_point_light": inversion_index,
}
"""約束の名前から，測る関数を引く表。"""
