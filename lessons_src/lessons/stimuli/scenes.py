"""正解がすべてわかっている場面を作る：種類，四角，形，意味の地図，人の関節。

空と地面を背景に，物の絵と人を置きます。重なり，大小，回転，色の違い，雑音があります。
同じ種からは，いつも同じ場面ができます。
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from PIL import Image

from lessons.stimuli import people

THINGS: dict[str, str] = {
    "cat": "猫",
    "dog": "犬",
    "bird": "鳥",
    "fish": "魚",
    "elephant": "象",
    "turtle": "亀",
    "apple": "りんご",
    "banana": "バナナ",
    "car": "自動車",
    "bicycle": "自転車",
    "boat": "船",
    "airplane": "飛行機",
    "tree": "木",
    "umbrella": "傘",
    "person": "人",
}
"""数えられる物の種類（英語の名前 → 日本語）。"""

STUFF: dict[str, str] = {"sky": "空", "ground": "地面"}
"""数えられない物の種類。"""

SPLITS: dict[str, int] = {
    "train": 0,
    "validation": 1_000_000_000,
    "test": 2_000_000_000,
}
"""学習・確認・試験に使う種の始まり。互いに重ならない。"""


@dataclass(frozen=True)
class SceneConfig:
    """場面の作り方。"""

    size: int = 96  # 一辺の画素数
    things: tuple[str, ...] = tuple(THINGS)  # 現れる物の種類
    fewest: int = 1  # 物の数の下限（0 にすると，空の場面もできる）
    most: int = 4  # 物の数の上限
    smallest: float = 0.18  # 物の大きさの下限（一辺に対する比）
    largest: float = 0.5  # 物の大きさの上限
    rotation: float = 25.0  # 回転の上限（度）
    visible: float = 0.4  # 隠れてもよい限度：見える割合の下限
    noise: float = 6.0  # 画素の雑音の標準偏差（0〜255 の尺度）
    texture: float = 22.0  # 背景の模様の強さ

    def __post_init__(self) -> None:
        unknown = sorted(set(self.things) - set(THINGS))
        if unknown or not self.things:
            raise ValueError(
                f"物の種類 {unknown} はありません。使える種類: {', '.join(THINGS)}"
            )
        if not 0 <= self.fewest <= self.most:
            raise ValueError(
                "fewest は 0 以上，most 以下にしてください"
                f"（fewest={self.fewest}, most={self.most}）。"
            )


@dataclass(frozen=True)
class Scene:
    """場面一つと，その正解。``n`` は物の数。"""

    image: np.ndarray  # (H, W, 3) uint8
    labels: np.ndarray  # (n,) int64：config.things の中の番号
    boxes: (
        np.ndarray
    )  # (n, 4) float32：x1, y1, x2, y2（見える部分。右と下の端は含まない）
    masks: np.ndarray  # (n, H, W) bool：見える部分
    semantic: np.ndarray  # (H, W) int64：0 空，1 地面，2 以降は 2 + labels
    keypoints: np.ndarray  # (n, 13, 3) float32：x, y, 2 見える／1 隠れた／0 ない
    things: tuple[str, ...]  # 種類の名前

    @property
    def names_ja(self) -> list[str]:
        """物の日本語の名前。"""
        return [THINGS[self.things[label]] for label in self.labels]


@lru_cache(maxsize=1)
def sprites() -> dict[str, Image.Image]:
    """物の絵（RGBA，64 × 64）を，余白を切って返す。"""
    folder = resources.files("lessons.stimuli").joinpath("sprites")
    found = {}
    for name in THINGS:
        if name == "person":
            continue
        with folder.joinpath(f"{name}.png").open("rb") as file:
            image = Image.open(file).convert("RGBA")
        found[name] = image.crop(image.getbbox())
    return found


@lru_cache(maxsize=4)
def _textures(size: int) -> np.ndarray:
    """背景の模様 ``(16, 2*size, 2*size)``。平均 0，標準偏差 1。細かさが少しずつ違う。"""
    rng = np.random.default_rng(7)
    found = []
    for number in range(16):
        total = np.zeros((2 * size, 2 * size))
        for cells in (4, 9, 20, 45):
            weight = rng.uniform(0.2, 1.0) / (1 + (number % 4) * (cells < 12))
            grid = Image.fromarray(rng.normal(size=(cells, cells)).astype(np.float32))
            fine = grid.resize((2 * size, 2 * size), Image.Resampling.BICUBIC)
            total += weight * np.asarray(fine)
        found.append((total - total.mean()) / total.std())
    return np.stack(found).astype(np.float32)


def make_scene(seed: int, config: SceneConfig | None = None) -> Scene:
    """種 ``seed`` から場面を一つ作る。

    Args:
        seed: 0 以上の整数。
        config: 場面の作り方。省くと既定の値。

    Returns:
        場面と正解。物は奥から手前の順。
    """
    config = config or SceneConfig()
    rng = np.random.default_rng(seed)
    size = config.size
    image, semantic = _background(rng, config)  # (H, W, 3), (H, W)
    owner = np.full((size, size), -1)  # 画素ごとの，いちばん手前の物
    labels: list[int] = []
    joints: list[np.ndarray] = []
    full: list[int] = []  # 隠れる前の面積
    for _ in range(int(rng.integers(config.fewest, config.most + 1))):
        label = int(rng.integers(len(config.things)))
        patch, points = _thing(rng, config, config.things[label])
        placed = _place(rng, size, patch)
        if placed is None:
            continue
        rows, columns, patch, (dx, dy) = placed
        solid = patch[..., 3] > 127
        hidden = owner[rows, columns][solid]
        if solid.sum() < 12 or _covers_too_much(hidden, owner, full, config.visible):
            continue
        alpha = patch[..., 3:].astype(np.float32) / 255
        image[rows, columns] += alpha * (patch[..., :3] - image[rows, columns])
        owner[rows, columns][solid] = len(labels)
        labels.append(label)
        full.append(int(solid.sum()))
        joints.append(
            points + np.array([dx, dy])
            if points is not None
            else np.full((13, 2), -1.0)
        )
    image += rng.normal(0, config.noise, (size, size, 1)).astype(np.float32)
    masks = np.array([owner == i for i in range(len(labels))], bool)
    masks = masks.reshape(len(labels), size, size)
    for index, label in enumerate(labels):
        semantic[masks[index]] = 2 + label
    return Scene(
        image=np.clip(image, 0, 255).astype(np.uint8),
        labels=np.array(labels, np.int64),
        boxes=boxes_of(masks),
        masks=masks,
        semantic=semantic,
        keypoints=_visibility(np.array(joints).reshape(-1, 13, 2), owner),
        things=config.things,
    )


def _background(
    rng: np.random.Generator, config: SceneConfig
) -> tuple[np.ndarray, np.ndarray]:
    """空と地面を描く。境の高さと色は場面ごとに変わる。"""
    size = config.size
    horizon = rng.uniform(0.3, 0.7) * size
    slope = rng.uniform(-0.15, 0.15)
    edge = horizon + slope * (np.arange(size) - size / 2)  # (W,)
    ground = np.arange(size)[:, None] >= edge[None]  # (H, W)
    sky_color = np.array([150, 185, 225]) + rng.uniform(-45, 30, 3)
    ground_color = np.array([125, 130, 85]) + rng.uniform(-50, 50, 3)
    textures = _textures(size)
    image = np.empty((size, size, 3), np.float32)
    for region, color, strength in (
        (~ground, sky_color, 0.5),
        (ground, ground_color, 1.0),
    ):
        y, x = rng.integers(0, size, 2)
        pattern = textures[rng.integers(16), y : y + size, x : x + size]
        painted = color + config.texture * strength * pattern[..., None]
        image[region] = painted[region]
    return image, ground.astype(np.int64)


def _thing(
    rng: np.random.Generator, config: SceneConfig, name: str
) -> tuple[np.ndarray, np.ndarray | None]:
    """物の絵 ``(h, w, 4)`` を，大きさ・回転・左右・色を変えて作る。人には関節が付く。"""
    side = rng.uniform(config.smallest, config.largest) * config.size
    if name == "person":
        pose = people.random_pose(rng, limb_scale=rng.uniform(0.85, 1.1))
        # 関節を見分けられるように，人は少し大きく描く。
        return people.draw_person(pose, side * 1.15, rng)
    sprite = sprites()[name]
    if rng.random() < 0.5:
        sprite = sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    scale = side / max(sprite.size)
    width, height = (max(4, round(length * scale)) for length in sprite.size)
    sprite = sprite.resize((width, height), Image.Resampling.BILINEAR)
    angle = rng.uniform(-config.rotation, config.rotation)
    sprite = sprite.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    patch = np.array(sprite, np.float32)
    patch[..., :3] *= rng.uniform(0.75, 1.25, 3)
    return np.clip(patch, 0, 255).astype(np.uint8), None


def _place(
    rng: np.random.Generator, size: int, patch: np.ndarray
) -> tuple[slice, slice, np.ndarray, tuple[int, int]] | None:
    """絵を置く場所を選び，画面からはみ出た部分を切る。"""
    height, width = patch.shape[:2]
    x = int(rng.integers(-width // 6, max(1, size - width + width // 6)))
    y = int(rng.integers(-height // 6, max(1, size - height + height // 6)))
    top, left = max(0, y), max(0, x)
    bottom, right = min(size, y + height), min(size, x + width)
    if bottom - top < 4 or right - left < 4:
        return None
    cut = patch[top - y : bottom - y, left - x : right - x]
    return slice(top, bottom), slice(left, right), cut, (x, y)


def _covers_too_much(
    hidden: np.ndarray, owner: np.ndarray, full: list[int], visible: float
) -> bool:
    """新しい物が，すでにある物を隠しすぎるかどうか。"""
    for index in np.unique(hidden[hidden >= 0]):
        remains = (owner == index).sum() - (hidden == index).sum()
        if remains < visible * full[index]:
            return True
    return False


def _visibility(points: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """関節が見えるか（2），隠れているか（1），画面の外か（0）を付ける。"""
    height, width = owner.shape
    found = np.zeros((*points.shape[:2], 3), np.float32)
    x, y = points[..., 0], points[..., 1]
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    column = np.clip(x, 0, width - 1).astype(int)
    row = np.clip(y, 0, height - 1).astype(int)
    seen = owner[row, column] == np.arange(len(points))[:, None]
    found[..., :2] = np.where(inside[..., None], points, 0)
    found[..., 2] = np.where(inside, np.where(seen, 2, 1), 0)
    return found


def boxes_of(masks: np.ndarray) -> np.ndarray:
    """形 ``(n, H, W)`` を囲む四角 ``(n, 4)``（x1, y1, x2, y2）を返す。空の形は 0 になる。"""
    boxes = np.zeros((len(masks), 4), np.float32)
    for index, mask in enumerate(masks):
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if len(rows):
            boxes[index] = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return boxes


def make_scenes(
    count: int, split: str = "train", config: SceneConfig | None = None
) -> list[Scene]:
    """場面を ``count`` 枚作る。

    Args:
        count: 枚数。0 以上。
        split: ``train``・``validation``・``test``。互いに違う場面になる。
        config: 場面の作り方。
    """
    if split not in SPLITS:
        raise ValueError(
            f"split {split!r} はありません。使える名前: {', '.join(SPLITS)}"
        )
    return [make_scene(SPLITS[split] + number, config) for number in range(count)]
