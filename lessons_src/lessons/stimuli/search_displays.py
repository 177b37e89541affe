"""視覚探索の画面をつくる：色のついた傾いた棒や文字を，揺らした格子に並べる。

画面は二つの形で手に入ります。
モデルが「特徴」から考えるときは ``Display.items``（位置・色・形・傾きの一覧）を，
「絵」から考えるときは ``render(display)``（RGB の画素）を使います。
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

PALETTE: dict[str, tuple[int, int, int]] = {
    "red": (222, 62, 56),
    "green": (60, 180, 100),
    "blue": (62, 98, 180),
    "yellow": (166, 150, 24),
    "brown": (150, 110, 80),
    "gray": (113, 113, 114),
}
"""項目の色（RGB，0〜255）。明るさ (r + g + b) / 3 は，どれも同じにしてある。"""

_CURVE = np.linspace(0, 1, 17)
_RING = np.column_stack(
    [np.cos(2 * np.pi * _CURVE), np.sin(2 * np.pi * _CURVE)]
)  # (17, 2)

STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "bar": (((-1, 0), (1, 0)),),
    "T": (((-0.8, -1), (0.8, -1)), ((0, -1), (0, 1))),
    "L": (((-0.7, -1), (-0.7, 1), (0.7, 1)),),
    "X": (((-0.75, -1), (0.75, 1)), ((-0.75, 1), (0.75, -1))),
    "N": (((-0.75, 1), (-0.75, -1), (0.75, 1), (0.75, -1)),),
    "O": (tuple((0.85 * float(x), float(y)) for x, y in _RING),),
}
"""形ごとの筆画。各筆画は折れ線の頂点 ``(x, y)``（右と下が正，大きさ 1）。"""

THICKNESS = {"bar": 0.26}
"""線の太さの半分（大きさを 1 として）。載っていない形は 0.17。"""

MARGIN = 0.3
"""画面の縁の余白（ますの一辺を 1 として）。"""


@dataclass(frozen=True)
class Look:
    """項目の見かけ：色・形・傾き。

    Attributes:
        color: ``PALETTE`` の名前。
        shape: ``STROKES`` の名前。
        tilt: 傾き（度）。横棒が 0，反時計回りが正。文字の正立は 0。
    """

    color: str
    shape: str = "bar"
    tilt: float = 0.0


@dataclass(frozen=True)
class Item:
    """画面の項目一つ。``x`` と ``y`` は中心の画素の座標。"""

    x: float
    y: float
    look: Look


@dataclass(frozen=True)
class Search:
    """探索課題：標的一つと，妨害の種類（一つか二つ以上）。"""

    target: Look
    distractors: tuple[Look, ...]


@dataclass(frozen=True)
class Display:
    """探索画面一枚。

    Attributes:
        search: 課題。
        items: 項目の一覧。並びは位置と無関係。
        target: 標的の番号（``items`` の添字）。無ければ ``None``。
        side: 画面の一辺（画素）。
        radius: 項目の大きさ（中心から端まで，画素）。
    """

    search: Search
    items: tuple[Item, ...]
    target: int | None
    side: int
    radius: float

    @property
    def set_size(self) -> int:
        """項目の数。"""
        return len(self.items)

    @property
    def xy(self) -> np.ndarray:
        """項目の中心 ``(n, 2)``。列は x, y。"""
        return np.array([(item.x, item.y) for item in self.items], float)


_RED_VERTICAL = Look("red", tilt=90)

SEARCHES: dict[str, Search] = {
    "color": Search(_RED_VERTICAL, (Look("green", tilt=90),)),
    "orientation": Search(_RED_VERTICAL, (Look("red", tilt=0),)),
    "conjunction": Search(_RED_VERTICAL, (Look("green", tilt=90), Look("red", tilt=0))),
    "letter_color": Search(Look("blue", "T"), (Look("green", "X"), Look("brown", "T"))),
    "letter_conjunction": Search(
        Look("green", "T"), (Look("green", "X"), Look("brown", "T"))
    ),
}
"""よく使う課題。``color`` と ``orientation`` は特徴探索，``conjunction`` は結合探索。"""


def make_display(
    search: Search | str,
    set_size: int,
    present: bool,
    seed: int,
    *,
    side: int = 384,
    grid: int = 6,
    jitter: float = 0.22,
) -> Display:
    """探索画面を一枚つくる。

    ``grid × grid`` のますから ``set_size`` 個を選び，中心を少し揺らして項目を置く。
    妨害が二種類以上なら，数をできるだけ等しくする。

    Args:
        search: 課題，または ``SEARCHES`` の名前。
        set_size: 項目の数（標的を含む）。1 以上 ``grid²`` 以下。
        present: 標的を置くか。
        seed: 乱数の種。同じ種なら同じ画面になる。
        side: 画面の一辺（画素）。
        grid: 格子の一辺のますの数。
        jitter: 揺らす幅（ますの一辺に対する割合，0〜0.25）。

    Raises:
        ValueError: 課題の名前や数が範囲の外のとき。
    """
    if isinstance(search, str):
        if search not in SEARCHES:
            raise ValueError(
                f"探索課題 {search!r} はありません。使える名前: {', '.join(SEARCHES)}"
            )
        search = SEARCHES[search]
    if not 1 <= set_size <= grid * grid:
        raise ValueError(
            f"項目の数 {set_size} は置けません。1 から {grid * grid} までにするか，"
            "grid を大きくしてください。"
        )
    if not 0 <= jitter <= 0.25:
        raise ValueError(
            f"jitter は 0〜0.25 にしてください（受け取った値: {jitter}）。"
        )
    rng = np.random.default_rng(seed)
    cell = side / (grid + 2 * MARGIN)
    places = rng.permutation(grid * grid)[:set_size]  # (n,)
    centers = np.column_stack([places % grid, places // grid]) + 0.5 + MARGIN
    centers = (centers + rng.uniform(-jitter, jitter, centers.shape)) * cell  # (n, 2)
    kinds, others = len(search.distractors), set_size - present
    order = rng.permutation((np.arange(others) + rng.integers(kinds)) % kinds)
    looks = [search.distractors[kind] for kind in order]
    if present:  # 場所は無作為に選んであるので，先頭に置いてよい
        looks.insert(0, search.target)
    items = tuple(
        Item(x, y, look) for (x, y), look in zip(centers.tolist(), looks, strict=True)
    )
    return Display(search, items, 0 if present else None, side, 0.27 * cell)


def render(display: Display, background: int = 20) -> np.ndarray:
    """画面を絵にする。

    Args:
        display: 探索画面。
        background: 背景の灰色（0〜255）。

    Returns:
        RGB の絵 ``(side, side, 3)``，uint8。
    """
    side = display.side
    image = np.full((side, side, 3), float(background))
    for item in display.items:
        _draw(image, item, display.radius)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _draw(image: np.ndarray, item: Item, radius: float) -> None:
    """項目を ``image`` ``(H, W, 3)`` に塗る。縁は 1 画素の幅でなめらかにする。"""
    half = int(np.ceil(radius * 1.5))
    left, top = int(item.x) - half, int(item.y) - half
    rows = slice(max(top, 0), min(top + 2 * half + 1, image.shape[0]))
    columns = slice(max(left, 0), min(left + 2 * half + 1, image.shape[1]))
    y, x = np.mgrid[rows, columns].astype(float) + 0.5
    points = np.stack([x - item.x, y - item.y], axis=-1) / radius  # (h, w, 2)
    angle = np.deg2rad(item.look.tilt)  # 画面の y は下向きなので，逆に回す
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = points @ turn  # 項目の座標に戻す
    distance = np.full(points.shape[:2], np.inf)
    for stroke in STROKES[item.look.shape]:
        vertices = np.array(stroke)
        for a, b in pairwise(vertices):
            distance = np.minimum(distance, _to_segment(points, a, b))
    thick = THICKNESS.get(item.look.shape, 0.17)
    cover = np.clip((thick - distance) * radius + 0.5, 0, 1)[..., None]  # (h, w, 1)
    color = np.array(PALETTE[item.look.color], float)
    image[rows, columns] += cover * (color - image[rows, columns])


def _to_segment(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """点 ``(..., 2)`` から線分 ``ab`` までの距離 ``(...)``。"""
    ab = b - a
    along = np.clip(((points - a) @ ab) / (ab @ ab), 0, 1)[..., None]
    return np.linalg.norm(points - a - along * ab, axis=-1)
