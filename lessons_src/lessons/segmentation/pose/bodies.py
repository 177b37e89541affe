"""体の倒立効果：ふつうの体と，ありえない体を，逆さにして見せる。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from PIL import Image

from lessons.segmentation import data
from lessons.segmentation.pose import model as pose
from lessons.segmentation.pose.cost import inverted
from lessons.stimuli.people import FLIP, draw_person, random_pose
from lessons.stimuli.scenes import Scene, SceneConfig, make_scene

EMPTY = SceneConfig(things=("person",), fewest=0, most=0)
"""人のいない背景。"""
HEIGHT = 60
"""人の身長（画素）。"""
RADIUS = 4.0
"""PCK で許す距離（画素）。"""
ITEMS = 24
"""一つの種で描く場面の数。"""


def impossible_pose(rng: np.random.Generator) -> np.ndarray:
    """骨の長さはふつうで，肘と膝がありえない向きに曲がった姿勢 ``(13, 2)``。"""
    points = random_pose(rng)
    for side, sign in ((0, 1.0), (1, -1.0)):
        for root, bend in ((1, -rng.uniform(1.2, 2.2)), (7, rng.uniform(1.0, 2.0))):
            a, b, c = (points[root + side + step] for step in (0, 2, 4))
            upper = (b - a) * [sign, 1]  # 外へ開く向きを正にそろえる
            angle = np.arctan2(upper[0], upper[1]) + bend
            way = np.array([sign * np.sin(angle), np.cos(angle)])
            points[root + side + 4] = b + np.linalg.norm(c - b) * way
    return points - points.mean(axis=0)


POSTURES = {"possible": random_pose, "impossible": impossible_pose}
"""姿勢の作り方。"""


def body_scene(seed: int, posture: str = "possible", height: float = HEIGHT) -> Scene:
    """背景のほぼ中央に，一人が立つ場面。

    Args:
        seed: 姿勢，服，背景の種。
        posture: ``POSTURES`` の名前。
        height: 身長（画素）。

    Raises:
        ValueError: 知らない姿勢のとき。
    """
    if posture not in POSTURES:
        raise ValueError(
            f"姿勢 {posture!r} はありません。{'・'.join(POSTURES)} のどれかにしてください。"
        )
    rng = np.random.default_rng(seed)
    empty = make_scene(seed, EMPTY)
    patch, points = draw_person(POSTURES[posture](rng), height, rng)
    side = empty.image.shape[0]
    corner = [
        (side - patch.shape[1]) // 2 + int(rng.integers(-6, 7)),
        (side - patch.shape[0]) // 2 + int(rng.integers(-3, 4)),
    ]
    image, person = Image.fromarray(empty.image), Image.fromarray(patch)
    image.paste(person, (corner[0], corner[1]), person)
    points = points + corner
    inside = ((points >= 0) & (points < side)).all(axis=1)
    joints = np.column_stack([points, 2.0 * inside]).astype(np.float32)
    low, high = points.min(axis=0), points.max(axis=0)
    return replace(
        empty,
        image=np.asarray(image),
        labels=np.zeros(1, np.int64),
        boxes=np.concatenate([low, high])[None].astype(np.float32),
        masks=np.zeros((1, side, side), bool),
        keypoints=joints[None],
    )


def mirrored(scene: Scene) -> Scene:
    """場面を左右に裏返す。関節の左右の名前も入れ替わる。"""
    width = scene.image.shape[1]
    joints = scene.keypoints[:, list(FLIP)].copy()
    joints[..., 0] = np.where(joints[..., 2] > 0, width - joints[..., 0], 0)
    boxes = scene.boxes.copy()
    boxes[:, [0, 2]] = width - scene.boxes[:, [2, 0]]
    return replace(
        scene,
        image=np.ascontiguousarray(scene.image[:, ::-1]),
        boxes=boxes,
        masks=np.ascontiguousarray(scene.masks[:, :, ::-1]),
        semantic=np.ascontiguousarray(scene.semantic[:, ::-1]),
        keypoints=joints,
    )


def shares(
    net: pose.PoseNet, scenes: Sequence[Scene], radius: float = RADIUS
) -> np.ndarray:
    """場面ごとの PCK ``(n,)``。"""
    found = pose.detect(net, scenes)
    each = [
        pose.correct_share([f], [s], radius) for f, s in zip(found, scenes, strict=True)
    ]
    return np.array(each)


def cost_of(
    net: pose.PoseNet,
    scenes: Sequence[Scene],
    *,
    radius: float = RADIUS,
    flip: bool = False,
) -> np.ndarray:
    """逆さにすると下がる PCK（場面ごと）``(n,)``。``flip`` なら，左右に裏返すと下がる分。"""
    turned = [mirrored(s) if flip else inverted(s) for s in scenes]
    return shares(net, scenes, radius) - shares(net, turned, radius)


@lru_cache(maxsize=4)
def experienced(seed: int, iterations: int, *, both: bool = True) -> pose.PoseNet:
    """学習ずみのネットワークに，さらに少しだけ学ばせたもの。

    Args:
        seed: 場面を見せる順の種。
        iterations: 反復の数。一回に 8 場面。
        both: 真なら，場面の半分を逆さにする。
    """
    scenes = data.scene_set(200, "train", pose.CROWD)
    if both:
        scenes = tuple(inverted(s) if i % 2 else s for i, s in enumerate(scenes))
    net = pose.pretrained()
    pose.fit(net, scenes, iterations=iterations, batch=8, seed=seed)
    return net.eval()
