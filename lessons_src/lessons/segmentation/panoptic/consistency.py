"""場面と物の釣り合い：鳥は空に，車は地面にあるとき，名前を当てやすいか（Davenport & Potter 2004）。"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from lessons.segmentation import data
from lessons.segmentation.composed import background, finished, grain, paste, patch
from lessons.segmentation.nulls import altered, pictures
from lessons.segmentation.panoptic.model import STUFF, PanopticNet, finer, pretrained
from lessons.stimuli.scenes import THINGS

SIZE = 96
HOMES = {
    "空": ("airplane", "bird"),
    "地面": ("car", "bicycle", "cat", "dog", "elephant", "turtle"),
}
"""物の，ふだんの場所。"""
RING = 8
"""対照 ``local`` で，物のまわりに写す模様の幅（画素）。"""


@dataclass(frozen=True)
class Pair:
    """同じ物の二枚の絵。"""

    name: str
    images: np.ndarray  # (2, 96, 96, 3) uint8：釣り合う場所，釣り合わない場所
    masks: np.ndarray  # (2, 96, 96) bool：物の画素


def pair(
    rng: np.random.Generator,
    home: str,
    *,
    side: int = 26,
    blur: float = 80.0,
    local: bool = False,
) -> Pair:
    """同じ物を，空と地面に置いた絵の組を作る。

    Args:
        rng: 乱数。
        home: 物のふだんの場所（``HOMES`` のどれか）。
        side: 物の長い辺（画素）。
        blur: 物の画素だけに足す雑音の標準偏差。見分けにくくする。
        local: 真なら，すぐまわりの模様だけを元の場所から写し，反対の場所に置く。

    Raises:
        ValueError: 知らない場所か，大きさが絵に入らないとき。
    """
    if home not in HOMES:
        raise ValueError(f"場所 {home!r} はありません。使える名前: {'，'.join(HOMES)}")
    if not 10 <= side <= 26:
        raise ValueError(f"side は 10 から 26 までにしてください（いまは {side}）。")
    name = str(rng.choice(HOMES[home]))
    empty, horizon = background(rng, SIZE)
    drawn = patch(name, side)
    height, width = drawn.shape[:2]
    left = int(rng.integers(RING + 2, SIZE - width - RING - 2))
    rough, noise = rng.normal(0, blur, (height, width, 3)), grain(rng, SIZE)
    drawn = np.concatenate([drawn[..., :3] + rough, drawn[..., 3:]], axis=-1)
    middle = {"空": horizon // 2, "地面": (horizon + SIZE) // 2}
    tops = {
        place: int(np.clip(y - height // 2, 1, SIZE - height - 1))
        for place, y in middle.items()
    }
    images, masks = [], []
    for place in sorted(HOMES, key=lambda name: name != home):
        image, top = empty.copy(), tops[place]
        if local:
            away = tops[next(other for other in HOMES if other != place)]
            image = _moved(image, top, away, left, (height, width))
            top = away
        masks.append(paste(image, drawn, left, top))
        images.append(finished(image, noise))
    return Pair(name, np.array(images), np.array(masks))


def _moved(
    image: np.ndarray, top: int, away: int, left: int, size: tuple[int, int]
) -> np.ndarray:
    """高さ ``top`` のまわりの模様だけを，高さ ``away`` に写した絵。"""
    y, x = np.mgrid[:SIZE, :SIZE]
    center = away + size[0] / 2, left + size[1] / 2
    near = np.hypot(y - center[0], x - center[1]) < max(size) / 2 + RING
    shifted = np.roll(image, away - top, axis=0)
    return np.where(near[..., None], shifted, image)


@lru_cache(maxsize=4)
def network(control: str, seed: int) -> PanopticNet:
    """学習ずみのパノプティックのネットワークか，その対照。"""
    if control in ("", "local"):
        return pretrained()
    return altered(pretrained(), control, seed, lambda net: net(pictures()))


@torch.no_grad()
def named(net: PanopticNet, images: np.ndarray, masks: np.ndarray) -> list[str]:
    """物の画素で，物の種類のうち，いちばん多くの画素が選んだ名前 ``(n,)``。"""
    things, found = list(THINGS), []
    for start in range(0, len(images), 32):
        scores = finer(net.eval()(data.to_tensor(images[start : start + 32]))[0])
        chosen = scores[:, STUFF:].argmax(dim=1).numpy()
        for kinds, mask in zip(chosen, masks[start : start + 32], strict=True):
            found.append(things[np.bincount(kinds[mask]).argmax()])
    return found


def consistency(
    seed: int, control: str = "", *, items: int, side: int, blur: float
) -> np.ndarray:
    """名前が正しいか（1 か 0）：釣り合う場所 − 釣り合わない場所，を絵の組ごとに返す。

    空の物と地面の物を，同じ数だけ使う。対照は ``local``（すぐまわりの模様だけを変える），
    ``untrained``，``shuffled``。
    """
    rng = np.random.default_rng(seed)
    homes = list(HOMES)
    pairs = [
        pair(rng, homes[i % 2], side=side, blur=blur, local=control == "local")
        for i in range(items)
    ]
    images = np.concatenate([one.images for one in pairs])
    masks = np.concatenate([one.masks for one in pairs])
    said = np.array(named(network(control, seed), images, masks)).reshape(-1, 2)
    right = said == np.array([[one.name] for one in pairs])
    return right[:, 0].astype(float) - right[:, 1]
