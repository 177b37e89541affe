"""一つの場所で見た模様を，別の場所で見分けられるか。

見たことのない線の模様を三つ，画面の同じ場所で一つずつ「見せ」，別の場所に置いた模様が
どれかを答えさせる。答えは，中の表現がいちばん近い模様。当てずっぽうなら三回に一回当たる。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw

from lessons.recognition.networks import CONTROLS as NETWORKS
from lessons.recognition.networks import inputs, network

SCREEN = 224
"""画面の一辺（画素）。"""
CHOICES = 3
"""一度に覚える模様の数。"""
READ_OUTS = ("gap", "map")
"""読み出し：最後の特徴地図を場所で平均する（gap）か，地図のまま並べる（map）か。"""
CONTROLS = ("pixels", "connected", *NETWORKS)
"""対照：画素のまま，学習していない全結合のネットワーク，未学習，重みの並べ替え。"""


@dataclass(frozen=True)
class Trial:
    """一回の課題。

    Attributes:
        learned: はじめの場所の模様 ``(3, 224, 224)``，uint8。
        moved: 別の場所の，同じ模様 ``(3, 224, 224)``。
        shift: 左右にずらした画素の数。
    """

    learned: np.ndarray
    moved: np.ndarray
    shift: int


def pattern(g: np.random.Generator, side: int) -> np.ndarray:
    """六本の線の模様 ``(side, side)``，0〜1。"""
    fine = 4
    image = Image.new("L", (side * fine, side * fine), 0)
    draw = ImageDraw.Draw(image)
    for line in g.uniform(0.08, 0.92, (6, 4)) * side * fine:
        draw.line([tuple(line[:2]), tuple(line[2:])], fill=255, width=3 * fine)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX)) / 255


def placed(ink: np.ndarray, x: int, y: int, ground: int = 0) -> np.ndarray:
    """模様を画面の ``(x, y)`` に置く ``(224, 224)``，uint8。暗い地には白，明るい地には黒で描く。"""
    screen = np.full((SCREEN, SCREEN), float(ground))
    side = len(ink)
    colour = 255 if ground < 128 else 0
    screen[y : y + side, x : x + side] += ink * (colour - ground)
    return screen.round().astype(np.uint8)


def trial(
    g: np.random.Generator,
    *,
    side: int = 64,
    ground: int = 0,
    shift: tuple[int, int] = (96, 152),
) -> Trial:
    """一回の課題を作る。ずらす幅，向き，高さは，でたらめに決める。

    Args:
        g: 乱数。
        side: 模様の一辺（画素）。
        ground: 地の明るさ（0〜255）。
        shift: ずらす幅の下と上（画素）。

    Raises:
        ValueError: ずらした模様が画面に収まらないとき。
    """
    if not 0 <= shift[0] <= shift[1] <= SCREEN - side:
        raise ValueError(
            f"ずらす幅 {shift} を，0 から {SCREEN - side} の間にしてください"
            f"（画面 {SCREEN}，模様 {side} 画素）。"
        )
    y = int(g.integers(SCREEN - side + 1))
    d = int(g.integers(shift[0], shift[1] + 1))
    x = int(g.integers(SCREEN - side - d + 1))
    start, end = (x, x + d) if g.random() < 0.5 else (x + d, x)
    inks = [pattern(g, side) for _ in range(CHOICES)]
    return Trial(
        np.stack([placed(ink, start, y, ground) for ink in inks]),
        np.stack([placed(ink, end, y, ground) for ink in inks]),
        d,
    )


@torch.no_grad()
def representation(
    images: np.ndarray, control: str = "", seed: int = 0, read_out: str = "gap"
) -> torch.Tensor:
    """画面 ``(N, 224, 224)`` を，表現 ``(N, 次元)`` に変える。

    Args:
        images: uint8。
        control: 空なら学習ずみの EfficientNet-Lite0。ほかは ``CONTROLS`` のどれか。
        seed: 対照の重みの種。
        read_out: ``READ_OUTS`` のどれか。畳み込みのない対照では，どちらも同じ。

    Raises:
        ValueError: 知らない対照か，読み出しのとき。
    """
    for value, known, word in (
        (control, ("", *CONTROLS), "対照"),
        (read_out, READ_OUTS, "読み出し"),
    ):
        if value not in known:
            names = "，".join(name for name in known if name)
            raise ValueError(f"{word} {value!r} はありません。使える名前: {names}")
    x = inputs(images)  # (N, 3, 224, 224)
    if control == "pixels":
        return x.flatten(1)
    if control == "connected":
        return _connected(x, seed)
    model = network(control, seed)
    maps = torch.cat([model.features(part) for part in x.split(24)])
    return maps.mean(dim=(2, 3)) if read_out == "gap" else maps.flatten(1)


def _connected(x: torch.Tensor, seed: int) -> torch.Tensor:
    """学習していない，二層の全結合のネットワーク（56 × 56 画素に縮めてから）。"""
    generator = torch.Generator().manual_seed(seed)
    h = F.avg_pool2d(x, 4).flatten(1)
    for units in (512, 512):
        w = torch.randn(h.shape[1], units, generator=generator)
        h = F.relu(h @ w * (2 / h.shape[1]) ** 0.5)
    return h


def answers(
    trials: list[Trial], control: str = "", seed: int = 0, read_out: str = "gap"
) -> np.ndarray:
    """別の場所の模様ごとに，いちばん近い模様の番号 ``(課題, 3)``。正しければ 0，1，2。"""
    learned_first = [one.learned for one in trials] + [one.moved for one in trials]
    both = np.concatenate(learned_first)  # (課題 × 6, 224, 224)
    v = representation(both, control, seed, read_out)
    learned, moved = (half.unflatten(0, (len(trials), CHOICES)) for half in v.chunk(2))
    return torch.cdist(moved, learned).argmin(dim=2).numpy()


def recognised(
    seed: int,
    control: str = "",
    *,
    items: int = 24,
    side: int = 64,
    ground: int = 0,
    shift: tuple[int, int] = (96, 152),
    read_out: str = "gap",
) -> np.ndarray:
    """見分けの正しさを，課題ごとに求める ``(items,)``。当てずっぽうなら平均 0，全問正解なら 1。

    引数は ``trial`` と ``representation`` と同じ。
    """
    g = np.random.default_rng(seed)
    trials = [trial(g, side=side, ground=ground, shift=shift) for _ in range(items)]
    chosen = answers(trials, control, seed, read_out)
    share = (chosen == np.arange(CHOICES)).mean(axis=1)
    return (share - 1 / CHOICES) / (1 - 1 / CHOICES)
