"""前を向いた人と後ろを向いた人で，左右の名前を正しく付けられるか。"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from lessons.stimuli.people import FLIP, draw_person, random_pose
from lessons.weights import movenet

SIDE = 192
"""絵の一辺（画素）。"""
HEIGHT = 150
"""人の身長（画素）。"""
NEAR = 0.08
"""関節に当たったとみなす距離。身長に対する比。"""
FACING = ("front", "back", "faceless")
"""前を向いた人，後ろを向いた人，顔も髪もない人（前を向いた人とみなす）。"""
_HAIR, _INK, _LIP = (45, 32, 24), (20, 20, 20), (150, 40, 40)


def draw_view(
    seed: int, facing: str, height: float = HEIGHT
) -> tuple[np.ndarray, np.ndarray]:
    """人を一人描く。体の形は向きによらず同じで，頭だけが違う。

    Args:
        seed: 姿勢，服，背景の種。
        facing: ``FACING`` の名前。
        height: 身長（画素）。

    Returns:
        絵 ``(192, 192, 3)`` uint8 と，関節の位置 ``(13, 2)``。名前の左右は，絵の人から見た左右。

    Raises:
        ValueError: 知らない向きのとき。
    """
    if facing not in FACING:
        raise ValueError(
            f"向き {facing!r} はありません。{'・'.join(FACING)} のどれかにしてください。"
        )
    rng = np.random.default_rng(seed)
    patch, points = draw_person(random_pose(rng), height, rng)
    back = tuple(rng.integers(150, 220, 3).tolist())
    image, person = Image.new("RGB", (SIDE, SIDE), back), Image.fromarray(patch)
    corner = ((SIDE - person.width) // 2, (SIDE - person.height) // 2)
    image.paste(person, corner, person)
    points = points + corner
    _draw_head(ImageDraw.Draw(image), points[0], 0.085 * height, facing)
    if facing == "back":
        points = points[list(FLIP)]  # 後ろ向きなら，画面の左が本人の左
    return np.asarray(image), points


def _draw_head(
    pen: ImageDraw.ImageDraw, centre: np.ndarray, r: float, facing: str
) -> None:
    x, y = (float(v) for v in centre)
    hair = [x - 1.05 * r, y - 1.05 * r, x + 1.05 * r, y + 1.05 * r]
    if facing == "back":
        pen.ellipse(hair, fill=_HAIR)
    elif facing == "front":
        pen.chord(hair, 200, 340, fill=_HAIR)
        for way in (-0.4, 0.4):
            eye = x + way * r
            pen.ellipse(
                [eye - 0.12 * r, y - 0.25 * r, eye + 0.12 * r, y + 0.05 * r], fill=_INK
            )
        pen.line([x, y, x, y + 0.25 * r], fill=(120, 70, 50), width=2)
        mouth = [x - 0.35 * r, y + 0.2 * r, x + 0.35 * r, y + 0.6 * r]
        pen.arc(mouth, 20, 160, fill=_LIP, width=2)


def sided(read: np.ndarray, points: np.ndarray, near: float) -> tuple[float, float]:
    """左右の名前の正しい関節の割合と，左右を取り違えた関節の割合。

    左右の関節が近く，どちらとも言えるときは，どちらにも数えない。

    Args:
        read: MoveNet の答え ``(17, 3)``。
        points: 正解 ``(13, 2)``（初めの行は頭で，数えない）。
        near: 当たったとみなす距離（画素）。
    """
    guess = read[5:17, :2]  # 左右の肩から足首まで，どちらの並びも同じ
    own = np.linalg.norm(guess - points[1:], axis=1) <= near
    other = np.linalg.norm(guess - points[list(FLIP)][1:], axis=1) <= near
    return float((own & ~other).mean()), float((other & ~own).mean())


def side_score(
    net: movenet.PoseEstimator, seed: int, facing: str, height: float, near: float
) -> float:
    """左右の正しい割合 − 取り違えた割合。−1 〜 1。"""
    image, points = draw_view(seed, facing, height)
    right, wrong = sided(net.keypoints(image), points, near * height)
    return right - wrong
