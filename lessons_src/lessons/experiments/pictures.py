"""実験の絵の部品：SVG の紙，並べた二枚，モデルに見せる画素。"""

from __future__ import annotations

import io

import numpy as np

SIDE = 224
"""絵の一辺。ネットワークの入力の大きさ。"""
GAP = 16
"""並べた二枚の間。"""


def picture(
    inside: str, width: int = SIDE, height: int = SIDE, label: str = "刺激"
) -> str:
    """黒い地の SVG。``inside`` は，白（か灰色）の図形。"""
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}" fill="white">'
        f'<rect width="100%" height="100%" fill="black"/>{inside}</svg>'
    )


def pair(left: str, right: str) -> str:
    """二つの図形を，正方形の紙の中ほどに，左右に並べた SVG。"""
    side = 2 * SIDE + GAP
    moved = f'<g transform="translate({SIDE + GAP})">{right}</g>'
    middle = f'<g transform="translate(0 {(side - SIDE) // 2})">{left}{moved}</g>'
    return picture(middle, side, side)


def pixels(insides: list[str]) -> np.ndarray:
    """読者の見る SVG を，モデルの見る画素 ``(N, 224, 224)``，uint8 にする。"""
    import resvg_py
    from PIL import Image

    space = f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" '
    drawn = []
    for inside in insides:
        svg = picture(inside).replace("<svg ", space, 1)
        png = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=SIDE, dpi=96))
        drawn.append(np.asarray(Image.open(io.BytesIO(png)).convert("L")))
    return np.stack(drawn)


def noise(seed: int = 0, cells: int = 14) -> str:
    """覆い：白黒の升目。"""
    g = np.random.default_rng(seed)
    size = SIDE // cells
    path = "".join(
        f"M{size * x} {size * y}h{size}v{size}h-{size}z"
        for y, x in zip(*np.nonzero(g.random((cells, cells)) < 0.5), strict=True)
    )
    return picture(f'<path d="{path}"/>', label="覆い")
