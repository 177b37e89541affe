"""面でできた図形：重なり，全体と部分，顔。"""

from __future__ import annotations

import numpy as np

from lessons.stimuli.perception.canvas import Canvas, arc

Generator = np.random.Generator


def occlusion(g: Generator, size: float = 1.0) -> np.ndarray:
    """四角と円の配置 ``(3, 224, 224)``。

    順番は，離れて並ぶ四角と丸ごとの円，四角の後ろに円が隠れて見える配置，
    同じ欠けた円を四角から少し離した配置（円は欠けて見える）。
    Rensink & Enns (1998) の考えによる。
    """
    shift, turn = g.uniform(-8, 8, 2), 90.0 * g.integers(4) + g.uniform(-15, 15)
    box, radius = g.uniform(28, 36), g.uniform(24, 32)
    dark, light = (120, 255) if g.random() < 0.5 else (255, 120)
    gap = g.uniform(5, 8)

    def square(canvas: Canvas, at: float, half: float, level: int) -> None:
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        canvas.polygon([(at + half * x, at + half * y) for x, y in corners], level)

    def draw(kind: str) -> np.ndarray:
        canvas = Canvas(shift, size, turn)
        away = {"whole": radius + 8, "behind": 0.0, "apart": gap}[kind]
        middle = -20.0
        centre = middle + box + away  # 円の中心は，四角の右下の角から away だけ離れる
        canvas.disk(centre, centre, radius, light)
        if kind != "whole":  # 四角に隠れる（はずの）部分を欠く
            square(canvas, middle + away, box, 0)
        square(canvas, middle, box, dark)
        return canvas.pixels()

    return np.stack([draw("whole"), draw("behind"), draw("apart")])


def _small_shapes() -> list[np.ndarray]:
    """頂点の数と形の違う 7 つの図形の輪郭。半径はおよそ 1。"""
    shapes = []
    for corners, inner in ((3, 1), (4, 1), (5, 0.45), (6, 1), (4, 0.4), (3, 0.5)):
        t = np.linspace(0, 2 * np.pi, 2 * corners, endpoint=False) - np.pi / 2
        radius = np.where(np.arange(2 * corners) % 2 == 0, 1.0, inner)
        if inner == 1:
            t, radius = t[::2], radius[::2]
        shapes.append(np.stack([radius * np.cos(t), radius * np.sin(t)], axis=1))
    return [*shapes, arc(0, 0, 0.9, 0.9, 0, 360)]


def global_and_local(g: Generator, size: float = 1.0) -> np.ndarray:
    """小さな図形を並べた大きな図形 ``(3, 224, 224)``。

    順番は，もとの図形，大きな図形だけを替えたもの，小さな図形だけを替えたもの
    （Navon, 1977 の考えによる）。
    """
    shapes = _small_shapes()
    a, b, c, d = g.permutation(len(shapes))[:4]
    shift, radius = g.uniform(-8, 8, 2), g.uniform(66, 78)
    little, spacing = g.uniform(6.5, 8.5), g.uniform(19, 24)

    def outline(shape: np.ndarray) -> np.ndarray:
        closed = np.vstack([shape, shape[:1]]) * radius
        steps = np.linalg.norm(np.diff(closed, axis=0), axis=1)
        walked = np.concatenate([[0], np.cumsum(steps)])
        count = round(walked[-1] / spacing)
        at = np.linspace(0, walked[-1], count, endpoint=False)
        return np.stack([np.interp(at, walked, closed[:, i]) for i in (0, 1)], axis=1)

    def draw(large: int, small: int) -> np.ndarray:
        canvas = Canvas(shift, size)
        for x, y in outline(shapes[large]):
            canvas.polygon(shapes[small] * little + (x, y))
        return canvas.pixels()

    return np.stack([draw(a, b), draw(c, b), draw(a, d)])


def faces(g: Generator, size: float = 1.0) -> np.ndarray:
    """顔の絵 ``(6, 224, 224)``：顔，目と口だけを 180 度回した顔，それぞれの逆さ，頬と額を回した顔とその逆さ。

    順番は，顔，回した顔，逆さの顔，逆さの回した顔，対照の顔，逆さの対照の顔。
    Thompson (1980) のサッチャー錯視の考えによる，作り物の顔。
    """
    shift = g.uniform(-6, 6, 2)
    wide, tall = g.uniform(56, 66), g.uniform(76, 86)
    apart, eye_y, eye = g.uniform(22, 28), g.uniform(-24, -14), g.uniform(9, 12)
    mouth_y, mouth = g.uniform(34, 42), g.uniform(18, 26)
    smile, brow = g.uniform(5, 10), g.uniform(11, 15)
    skin, hair, dark = int(g.integers(170, 230)), int(g.integers(40, 110)), 25
    mark = g.uniform(6, 9)

    def draw(turned: bool, control: bool) -> np.ndarray:
        canvas = Canvas(shift, size)
        canvas.polygon(arc(0, -14, wide + 9, tall, 180, 360), hair)
        canvas.polygon(arc(0, 0, wide, tall, 0, 360), skin)
        canvas.polygon(arc(0, -38, wide - 4, tall - 46, 180, 360), hair)
        canvas.polygon([(0, -6), (-8, 18), (8, 18)], skin - 45)
        up = -1 if turned else 1
        for side in (-1, 1):
            x = side * apart
            canvas.polygon(arc(x, eye_y, 1.5 * eye, 0.8 * eye, 0, 360), 250)
            canvas.disk(x, eye_y - up * 0.15 * eye, 0.62 * eye, dark)
            lash = arc(x, eye_y, 1.6 * eye, brow, 200, 340)
            lash[:, 1] = eye_y + up * (lash[:, 1] - eye_y)
            canvas.polygon(lash, dark)
            white = arc(x, eye_y, 1.6 * eye, 0.75 * brow, 200, 340)
            white[:, 1] = eye_y + up * (white[:, 1] - eye_y)
            canvas.polygon(white, skin)
        lips = arc(0, mouth_y, mouth, smile + 5, 0, 180)
        gap = arc(0, mouth_y, 0.8 * mouth, smile - 2, 0, 180)
        for points, level in ((lips, 90), (gap, 245)):
            points[:, 1] = mouth_y + up * (points[:, 1] - mouth_y)
            canvas.polygon(points, level)
        low = -1 if control else 1  # 対照：頬の印と額の印を，同じように回す
        for side in (-1, 1):
            x, y = 36 * side, 14
            canvas.polygon(
                [
                    (x - mark, y - low * mark / 2),
                    (x + mark, y - low * mark / 2),
                    (x, y + low * mark),
                ],
                skin - 60,
            )
        return canvas.pixels()

    face, turned, control = draw(False, False), draw(True, False), draw(False, True)
    upside = [image[::-1, ::-1] for image in (face, turned, control)]
    return np.stack([face, turned, upside[0], upside[1], control, upside[2]])
