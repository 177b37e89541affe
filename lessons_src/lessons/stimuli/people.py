"""場面に置く人の絵。関節の位置がわかっています。"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

KEYPOINTS: tuple[str, ...] = (
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""関節の名前。左右は，絵の人から見た左右（COCO と同じ）。"""

KEYPOINTS_JA: tuple[str, ...] = (
    "頭",
    "左肩",
    "右肩",
    "左肘",
    "右肘",
    "左手首",
    "右手首",
    "左腰",
    "右腰",
    "左膝",
    "右膝",
    "左足首",
    "右足首",
)

LIMBS: tuple[tuple[int, int], ...] = (
    (1, 2),
    (1, 3),
    (3, 5),
    (2, 4),
    (4, 6),
    (1, 7),
    (2, 8),
    (7, 8),
    (7, 9),
    (9, 11),
    (8, 10),
    (10, 12),
)
"""骨：つながっている関節の番号の組。頭は肩の中点につながる。"""

FLIP: tuple[int, ...] = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11)
"""左右を裏返したときの，関節の番号の入れ替え。"""


def random_pose(rng: np.random.Generator, *, limb_scale: float = 1.0) -> np.ndarray:
    """立っている人の姿勢を作る。

    Args:
        rng: 乱数の発生器。
        limb_scale: 手足の長さの倍率（体格の違い）。

    Returns:
        関節の位置 ``(13, 2)``。頭が上，足首が下。身長がほぼ 1，重心が原点。y は下向き。
    """
    # 角度は真下を 0 とし，外へ開く向きを正とする（ラジアン）。
    shoulder_half, hip_half, torso = 0.11, 0.07, 0.30
    upper_arm = 0.16 * limb_scale
    lower_arm = 0.15 * limb_scale
    upper_leg = 0.24 * limb_scale
    lower_leg = 0.23 * limb_scale
    lean = rng.normal(0, 0.08)
    points = np.zeros((len(KEYPOINTS), 2))
    neck = np.array([0.0, 0.0])
    pelvis = neck + torso * np.array([np.sin(lean), np.cos(lean)])
    points[0] = neck + np.array([-np.sin(lean) * 0.13, -0.13])
    # 絵の人がこちらを向くので，本人の左は画面の右に来る。
    for side, sign in ((0, 1.0), (1, -1.0)):
        shoulder = neck + np.array([sign * shoulder_half, 0.02])
        hip = pelvis + np.array([sign * hip_half, 0.0])
        arm = rng.uniform(0.1, 2.3)
        forearm = arm + rng.uniform(-0.2, 1.4)
        leg = rng.uniform(0.0, 0.55)
        shin = leg - rng.uniform(0.0, 0.45)
        points[1 + side] = shoulder
        points[3 + side] = shoulder + upper_arm * _direction(arm, sign)
        points[5 + side] = points[3 + side] + lower_arm * _direction(forearm, sign)
        points[7 + side] = hip
        points[9 + side] = hip + upper_leg * _direction(leg, sign)
        points[11 + side] = points[9 + side] + lower_leg * _direction(shin, sign)
    return points - points.mean(axis=0)


def _direction(angle: float, sign: float) -> np.ndarray:
    return np.array([sign * np.sin(angle), np.cos(angle)])


def draw_person(
    pose: np.ndarray, height: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """姿勢から人の絵を描く。

    Args:
        pose: ``random_pose`` が返す ``(13, 2)``。
        height: 身長 1 を何画素で描くか。
        rng: 服と肌の色を選ぶ乱数。

    Returns:
        絵 ``(h, w, 4)``（RGBA，uint8）と，絵の中での関節の位置 ``(13, 2)``（x, y）。
    """
    points = pose * height
    margin = 0.11 * height + 2
    corner = points.min(axis=0) - margin
    points = points - corner
    width_px, height_px = np.ceil(points.max(axis=0) + margin).astype(int)
    zoom = 3  # 大きく描いて縮め，輪郭をなめらかにする
    canvas = Image.new("RGBA", (width_px * zoom, height_px * zoom), (0, 0, 0, 0))
    pen = ImageDraw.Draw(canvas)
    shirt, trousers = ((*rng.integers(40, 230, 3).tolist(), 255) for _ in range(2))
    tone = int(rng.integers(0, 90))
    skin = (240 - tone, 205 - tone, 170 - tone, 255)
    big = points * zoom

    def limb(a: int, b: int, color: tuple[int, ...], thickness: float) -> None:
        radius = thickness * height * zoom / 2
        ends = [tuple(big[a]), tuple(big[b])]
        pen.line(ends, fill=color, width=max(1, round(radius * 2)))
        for x, y in ends:
            pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=color)

    for a, b in ((7, 9), (9, 11), (8, 10), (10, 12)):
        limb(a, b, trousers, 0.085)
    pen.polygon([tuple(big[i]) for i in (1, 2, 8, 7)], fill=shirt)
    for a, b in ((1, 2), (1, 7), (2, 8), (7, 8)):
        limb(a, b, shirt, 0.07)
    for a, b in ((1, 3), (2, 4)):
        limb(a, b, shirt, 0.065)
    for a, b in ((3, 5), (4, 6)):
        limb(a, b, skin, 0.055)
    x, y = big[0]
    radius = 0.085 * height * zoom
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=skin)
    small = canvas.resize((width_px, height_px), Image.Resampling.BOX)
    return np.asarray(small), points
