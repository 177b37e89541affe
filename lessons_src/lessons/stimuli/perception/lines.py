"""線でできた図形：乱数で引いた線，部品と文脈，曲がりと平行，縞，棒，立体の角。"""

from __future__ import annotations

import numpy as np

from lessons.stimuli.perception.canvas import SIDE, Canvas, Points, arc

Generator = np.random.Generator


def _jitter(g: Generator, size: float, turn: float = 0.0) -> dict[str, object]:
    """一組に共通の，位置と倍率と線の太さ。``turn`` は回す角度の幅（±度）。"""
    return {
        "shift": g.uniform(-14, 14, 2),
        "size": size * g.uniform(0.85, 1.15),
        "turn": g.uniform(-turn, turn) if turn else 0.0,
        "width": g.uniform(3, 5),
    }


def _drawn(lines: list[Points], setting: dict[str, object]) -> np.ndarray:
    canvas = Canvas(**setting)  # type: ignore[arg-type]
    for points in lines:
        canvas.line(points)
    return canvas.pixels()


def random_lines(g: Generator, size: float = 1.0) -> np.ndarray:
    """6 本の線の模様，その左右の鏡像，上下の鏡像 ``(3, 224, 224)``。"""
    lines = [g.uniform(-70, 70, (2, 2)) for _ in range(6)]
    image = _drawn(lines, {"size": size, "width": g.uniform(4, 7)})
    return np.stack([image, image[:, ::-1], image[::-1]])


def _p(*points: tuple[float, float]) -> Points:
    return np.array(points, float)


_PARTS: list[tuple[list[Points], list[Points], list[Points]]] = [
    # 向きの違う斜めの線に，L を足す：三角形と矢印
    (
        [_p((-40, -40), (40, 40))],
        [_p((40, -40), (-40, 40))],
        [_p((-40, -40), (-40, 40), (40, 40))],
    ),
    # 向きの違う括弧に，括弧を足す：閉じるか，並ぶか
    (
        [arc(-10, 0, 30, 55, 90, 270)],
        [arc(-40, 0, 30, 55, -90, 90)],
        [arc(30, 0, 30, 55, -90, 90)],
    ),
    # 縦の線と横の線に，縦の線を足す：平行か，そうでないか
    (
        [_p((-20, -40), (-20, 40))],
        [_p((-60, 0), (20, 0))],
        [_p((40, -40), (40, 40))],
    ),
    # 上と下に折れた線に，線を足す：平行か，そうでないか
    (
        [_p((-50, 20), (0, 20), (35, -20))],
        [_p((-50, 20), (0, 20), (35, 60))],
        [_p((-50, -20), (0, -20), (35, -60))],
    ),
    # 右と左に曲がった鉤に，鉤を足す：閉じるか，開くか
    (
        [_p((0, -50), (0, 50), (35, 50))],
        [_p((0, -50), (0, 50), (-35, 50))],
        [_p((0, -50), (35, -50), (35, 50))],
    ),
    # 左と右の短い線に，短い線を足す：近いか，遠いか
    (
        [_p((-45, -8), (-45, 8))],
        [_p((15, -8), (15, 8))],
        [_p((40, -8), (40, 8))],
    ),
]
"""``(部品 A, 部品 B, 文脈)``。A と B は，文脈を足すとまとまりが変わる。"""


def parts_in_context(g: Generator, size: float = 1.0) -> np.ndarray:
    """部品の対 A，B と，同じ文脈を足した対，同じ文脈を遠くに足した対 ``(6, 224, 224)``。

    順番は A，B，A+近い文脈，B+近い文脈，A+遠い文脈，B+遠い文脈。
    遠い文脈は，部品の長さより遠くにある。
    部品の対は，Pomerantz, Sager & Stoever (1977) の考えによる 6 種類から一つを選び，
    90 度ずつ回し，鏡に映し，位置と大きさを変える。
    """
    A, B, context = _PARTS[g.integers(len(_PARTS))]
    setting = _jitter(g, size * 0.6)
    setting["turn"] = 90.0 * g.integers(4) + g.uniform(-10, 10)
    setting["shift"] = g.uniform(-8, 8, 2)
    flip = np.array([g.choice([-1, 1]), 1.0])
    way = g.uniform(0, 2 * np.pi)
    away = 135.0 * np.array([np.cos(way), np.sin(way)])
    far = [0.6 * lines + away for lines in context]

    def draw(*groups: list[Points]) -> np.ndarray:
        return _drawn([flip * line for group in groups for line in group], setting)

    return np.stack(
        [
            draw(A),
            draw(B),
            draw(A, context),
            draw(B, context),
            draw(A, far),
            draw(B, far),
        ]
    )


def curve_and_parallel(g: Generator, size: float = 1.0) -> np.ndarray:
    """性質を 0，1，2 歩ずつ変えた三つの図形 ``(3, 224, 224)``。

    0 歩は，まっすぐ，平行，幅が一定という，偶然には起きにくい形。
    0 から 1 への変化はそれを壊し（非偶然的な変化），1 から 2 への変化は，
    同じ幅だけ量が変わる（量の変化）。曲がり，二本の線の向き，先細りから一つを選ぶ。
    """
    setting = _jitter(g, size, turn=90)
    kind = g.integers(3)
    step = g.uniform(0.8, 1.2)

    def draw(amount: float) -> np.ndarray:
        canvas = Canvas(**setting)  # type: ignore[arg-type]
        if kind == 0:
            t = np.linspace(-1, 1, 60)
            k = 26 * amount
            canvas.line(np.stack([70 * t, k * (1 - t * t) - k / 2], axis=1))
        elif kind == 1:
            for side in (-1, 1):
                a = np.deg2rad(side * 7 * amount)
                end = 70 * np.array([np.cos(a), np.sin(a)])
                middle = np.array([0, 28 * side])
                canvas.line([middle - end, middle + end])
        else:
            k = 13 * amount
            canvas.polygon([(-65, -35 - k), (65, -35 + k), (65, 35 - k), (-65, 35 + k)])
        return canvas.pixels()

    return np.stack([draw(0), draw(step), draw(2 * step)])


def gratings(g: Generator, size: float = 1.0) -> np.ndarray:
    """8 度だけ向きの違う縞の対を，縦か横のまわりと，斜めのまわりで ``(4, 224, 224)``。"""
    frequency = g.uniform(0.04, 0.09) / size
    phase, middle = g.uniform(0, 2 * np.pi), g.uniform(-10, 10, 2)
    cardinal, oblique = g.choice([0, 90]), g.choice([45, 135])
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    window = np.exp(-((x - middle[0]) ** 2 + (y - middle[1]) ** 2) / (2 * 42.0**2))

    def draw(angle: float) -> np.ndarray:
        t = np.deg2rad(angle)
        wave = np.sin(2 * np.pi * frequency * (x * np.cos(t) + y * np.sin(t)) + phase)
        return np.rint(127.5 + 120 * wave * window).astype(np.uint8)

    angles = (cardinal - 4, cardinal + 4, oblique - 4, oblique + 4)
    return np.stack([draw(angle) for angle in angles])


RATIOS = (0.30, 0.375, 0.469, 0.58, 0.73)
"""二本の棒の長さの差を，平均の長さで割った値（Pramod & Arun, 2014 の刺激の値）。"""
BASES = (64.0, 100.0)
"""棒の平均の長さ（画素）。"""


def bars(g: Generator, size: float = 1.0) -> np.ndarray:
    """長さの違う棒の対を 10 組 ``(20, 224, 224)``。二つの平均の長さ × 五つの比。"""
    setting = _jitter(g, size)
    setting["turn"] = g.choice([0.0, 90.0])
    setting["width"] = g.uniform(12, 20)
    images = []
    for base in BASES:
        for ratio in RATIOS:
            for sign in (-1, 1):
                half = base * (1 + sign * ratio / 2) / 2
                images.append(_drawn([_p((-half, 0), (half, 0))], setting))
    return np.stack(images)


def solid_corners(g: Generator, size: float = 1.0) -> np.ndarray:
    """立体と平面の図形の対 ``(6, 224, 224)``。どの対も，一方は他方を 180 度回したもの。

    順番は，直方体の対，Y 字の対，四角の中の Y 字の対。直方体だけが立体に見える
    （Enns & Rensink, 1990, 1991 の考えによる）。
    """
    setting = _jitter(g, size)
    w, d = g.uniform(40, 55), g.uniform(22, 32)
    corner = np.array([g.uniform(-6, 6), g.uniform(-6, 6)])
    left, right = corner + np.array([-w, -d]), corner + np.array([w, -d])
    low = np.array([0, w])
    three = [np.stack([corner, end]) for end in (left, right, corner + low)]
    back = left + right - corner
    rim = [left, back, right, right + low, corner + low, left + low, left]
    box = 62.0
    square = _p((-box, -box), (box, -box), (box, box), (-box, box), (-box, -box))

    def pair(lines: list[Points]) -> list[np.ndarray]:
        return [_drawn(lines, setting), _drawn([-line for line in lines], setting)]

    images = pair([np.stack(rim), *three]) + pair(three) + pair([square, *three])
    return np.stack(images)
