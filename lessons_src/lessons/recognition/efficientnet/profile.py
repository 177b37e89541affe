"""悪くした絵を 16 の名前から選ぶ課題を，ネットワークに受けさせる。

四つの描き方の絵の平均を「見本」とし，残りの一つの描き方の絵を悪くして，いちばん近い見本を答える。
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from lessons import human
from lessons.recognition.efficientnet.degradations import DEGRADATIONS, SIDE
from lessons.recognition.networks import inputs, network
from lessons.stimuli import naming_pictures

CHOICES = 16
CHANCE = 1 / CHOICES
LAYERS = ("b14", "gap", "logit")
"""読み出す層：14 番めの塊，最後の特徴地図の平均（GAP），1,000 個の得点。塊は場所を平均する。"""
ROOM = "recognition/efficientnet"
EVERYDAY = (
    "airplane", "bear", "bicycle", "duck", "sailboat", "bottle", "car", "cat",
    "clock", "dog", "elephant", "keyboard", "knife", "truck", "key", "umbrella",
)  # fmt: skip
"""頁で使う 16 の概念。人間の実験の 16 の名前に近いものを選んだ。"""


def people() -> np.ndarray:
    """人間の正答率 ``(条件の数,)``。``DEGRADATIONS`` の順。"""
    found = {n.condition: n.value for n in human.numbers(ROOM, "human_profile")}
    return np.array([found[name] for name in DEGRADATIONS])


def chosen(seed: int) -> tuple[tuple[str, ...], str]:
    """種から，16 の概念と，試験に使う描き方を選ぶ。"""
    g = np.random.default_rng(seed)
    names = [word.concept for word in naming_pictures.words()]
    picked = g.choice(names, CHOICES, replace=False)
    return tuple(map(str, picked)), str(g.choice(naming_pictures.COLOUR))


def drawn(concepts: tuple[str, ...], style: str, size: float = 1.0) -> np.ndarray:
    """一つの描き方の絵 ``(16, 224, 224, 3)``，uint8。``size`` は紙の一辺に対する絵の大きさ。

    Raises:
        ValueError: 知らない概念か，大きさが 0〜1 でないとき。
    """
    order = {word.concept: i for i, word in enumerate(naming_pictures.words())}
    unknown = [name for name in concepts if name not in order]
    if unknown:
        raise ValueError(
            f"概念 {'，'.join(unknown)} の絵はありません。"
            "lessons.stimuli.naming_pictures.words() から選んでください。"
        )
    if not 0 < size <= 1:
        raise ValueError(f"大きさ {size!r} を，0 より大きく 1 以下にしてください。")
    found = naming_pictures.pictures(style)[[order[name] for name in concepts]]
    side = round(SIDE * size)
    edge = (SIDE - side) // 2
    pages = np.full((len(concepts), SIDE, SIDE, 3), 255, np.uint8)
    for page, picture in zip(pages, found, strict=True):
        grown = Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC)
        page[edge : edge + side, edge : edge + side] = np.asarray(grown)
    return pages


@torch.no_grad()
def seen(images: np.ndarray, control: str = "", seed: int = 0) -> dict[str, np.ndarray]:
    """絵 ``(N, 224, 224, 3)`` の，層ごとの表現 ``(N, 次元)``。

    Args:
        images: 絵。
        control: 空なら学習ずみ，``untrained``，``shuffled``，``pixels``（どの層も同じ）。
        seed: 対照の重みの種。
    """
    if control == "pixels":
        small = F.interpolate(inputs(images), size=56, mode="area").flatten(1)
        return dict.fromkeys(LAYERS, small.numpy())
    net = network(control, seed)
    found: dict[str, list[torch.Tensor]] = {layer: [] for layer in LAYERS}
    for x in inputs(images).split(16):
        h = F.relu6(net._bn0(net._conv_stem(x)))
        for number, block in enumerate(net._blocks):
            h = block(h)
            if number == 14:
                found["b14"].append(h.mean(dim=(2, 3)))
        gap = net._act(net._bn1(net._conv_head(h))).mean(dim=(2, 3))
        found["gap"].append(gap)
        found["logit"].append(net._fc(gap))
    return {layer: torch.cat(parts).numpy() for layer, parts in found.items()}


def nearest(queries: np.ndarray, templates: np.ndarray) -> np.ndarray:
    """いちばん近い見本の番号 ``(N,)``。見本の平均を引いてから，向きの近さで選ぶ。"""
    middle = templates.mean(axis=0)
    a, b = queries - middle, templates - middle
    a = a / (np.linalg.norm(a, axis=1, keepdims=True) + 1e-9)
    b = b / (np.linalg.norm(b, axis=1, keepdims=True) + 1e-9)
    return (a @ b.T).argmax(axis=1)


@lru_cache(maxsize=8)
def _all_seen(
    concepts: tuple[str, ...], style: str, size: float, control: str, seed: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """見本の表現 ``(16, 次元)`` と，悪くした絵の表現 ``(条件, 16, 次元)``。層の名前から引く。"""
    g = np.random.default_rng(seed)
    others = [other for other in naming_pictures.COLOUR if other != style]
    clean = np.concatenate([drawn(concepts, other, size) for other in others])
    own = drawn(concepts, style, size)
    tests = np.stack(
        [[change(image, g) for image in own] for change in DEGRADATIONS.values()]
    )
    templates = {
        layer: v.reshape(len(others), len(concepts), -1).mean(axis=0)
        for layer, v in seen(clean, control, seed).items()
    }
    flat = seen(tests.reshape(-1, *own.shape[1:]), control, seed)
    queries = {k: v.reshape(*tests.shape[:2], -1) for k, v in flat.items()}
    return templates, queries


def answers(
    concepts: tuple[str, ...],
    style: str,
    control: str = "",
    *,
    seed: int = 0,
    layer: str = "gap",
    size: float = 1.0,
) -> np.ndarray:
    """条件ごと，絵ごとの答え ``(条件, 16)``。正しい答えは 0，1，…，15。

    Raises:
        ValueError: 知らない層か描き方のとき。使える名前を挙げる。
    """
    for value, known, word in (
        (layer, LAYERS, "層"),
        (style, naming_pictures.COLOUR, "描き方"),
    ):
        if value not in known:
            raise ValueError(
                f"{word} {value!r} はありません。使える名前: {'，'.join(known)}"
            )
    templates, queries = _all_seen(concepts, style, size, control, seed)
    return np.stack([nearest(q, templates[layer]) for q in queries[layer]])


def right(said: np.ndarray) -> np.ndarray:
    """答えが正しいか ``(条件, 16)``。"""
    return said == np.arange(said.shape[1])


def likeness(accuracy: np.ndarray, reference: np.ndarray) -> float:
    """成績の形の近さ：1 なら人間と同じ，0 なら，いつも人間の平均と同じ成績のものと変わらない。

    負の値は 0 にする。
    """
    apart = np.abs(accuracy - reference).mean()
    flat = np.abs(reference - reference.mean()).mean()
    return float(max(0.0, 1 - apart / flat))
