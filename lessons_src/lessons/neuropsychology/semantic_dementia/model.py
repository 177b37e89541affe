"""ハブとスポークのネットワーク（Rogers ら 2004 にならう）。いくつもの網を一度に動かす。

見える層（名前・言葉・見た目）は，どれも一つの隠れた層（ハブ）とだけ，両方向につながる。
ハブの中にも線がある。どの層から入れても，ハブを通して，残りの層が埋まる。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn import functional as F

from lessons.neuropsychology.semantic_dementia.knowledge import KINDS, Knowledge

BIAS = -2.0
"""どのユニットにもある，抑えぎみの定数。入力がないと静かになる。"""
STEPS, HELD = 6, 3
"""落ち着くまでの刻みの数と，入力を固定しておく刻みの数。"""
RATE = 0.5
"""一刻みで，活動が新しい入力へ近づく割合。"""


@dataclass(frozen=True)
class Networks:
    """S 個の網の重み。

    Attributes:
        up: 見える層からハブへ ``(S, V, H)``。
        inner: ハブの中 ``(S, H, H)``。
        down: ハブから見える層へ ``(S, H, V)``。
    """

    up: Tensor
    inner: Tensor
    down: Tensor

    def __len__(self) -> int:
        return self.up.shape[0]

    def one(self, number: int) -> Networks:
        """``number`` 番の網だけを取り出す。"""
        cut = slice(number, number + 1)
        return Networks(self.up[cut], self.inner[cut], self.down[cut])


def blank(seeds: list[int], visible: int, hub: int, scale: float = 1.0) -> Networks:
    """学習していない網。種ごとに重みを引く（一つの網は，ほかの網の数によらない）。"""
    parts = []
    for seed in seeds:
        g = torch.Generator().manual_seed(seed)
        parts.append(
            [
                scale * torch.randn(shape, generator=g) / size**0.5
                for shape, size in (
                    ((visible, hub), 16),  # 一度に働く見える層のユニットは 16 ほど
                    ((hub, hub), hub),
                    ((hub, visible), hub),
                )
            ]
        )
    return Networks(*(torch.stack(group) for group in zip(*parts, strict=True)))


def settle(
    networks: Networks,
    given: Tensor,
    held: Tensor,
    *,
    last: int = 1,
    steps: int = STEPS,
    noise: float = 0.0,
    seed: int = 0,
) -> tuple[Tensor, Tensor]:
    """入力の層を固定して始め，途中で放し，網が落ち着いた姿を返す。

    Args:
        networks: S 個の網。
        given: 入力 ``(B, V)``。固定するユニットの値。
        held: 固定するユニット ``(B, V)``。0 か 1。
        last: 終わりの何刻みの平均を返すか。
        steps: 刻みの数。
        noise: ハブへの入力に毎刻み足す雑音の標準偏差。
        seed: 雑音の種。

    Returns:
        見える層 ``(S, B, V)`` とハブ ``(S, B, H)`` の活動（0〜1）。
    """
    S, H = len(networks), networks.inner.shape[1]
    B, V = given.shape
    g = torch.Generator().manual_seed(seed)
    visible_in = torch.full((S, B, V), BIAS)
    hub_in = torch.full((S, B, H), BIAS)
    outputs: list[Tensor] = []
    for t in range(steps):
        visible = visible_in.sigmoid()
        if t < HELD:
            visible = torch.where(held.bool(), given, visible)
        push = visible @ networks.up + hub_in.sigmoid() @ networks.inner + BIAS
        if noise:
            push = push + noise * torch.randn(push.shape, generator=g)
        hub_in = (1 - RATE) * hub_in + RATE * push
        pull = hub_in.sigmoid() @ networks.down + BIAS
        visible_in = (1 - RATE) * visible_in + RATE * pull
        if t >= steps - last:
            outputs.append(visible_in)
    return torch.stack(outputs).mean(0).sigmoid(), hub_in.sigmoid()


def inputs(knowledge: Knowledge, kind: str) -> tuple[Tensor, Tensor]:
    """48 の物を，層 ``kind`` から入れるときの ``given`` と ``held`` ``(48, V)``。

    名前の層には，個別の名前（ペンギン）だけを入れる。
    """
    patterns = torch.tensor(knowledge.patterns, dtype=torch.float32)
    places = torch.zeros(patterns.shape[1])
    places[torch.from_numpy(knowledge.places(kind))] = 1
    given = patterns * places
    if kind == KINDS[0]:
        given = given * (torch.arange(patterns.shape[1]) < len(knowledge.items))
    return given, places.expand_as(patterns)


def train(
    knowledge: Knowledge,
    seeds: list[int],
    *,
    epochs: int = 200,
    hub: int = 48,
    rate: float = 0.03,
    scale: float = 1.0,
    frequency: ArrayLike = 1.0,
) -> Networks:
    """名前・言葉・見た目のどれから入れても，残りを言えるように学習する。

    Args:
        knowledge: 教える知識。
        seeds: 網ごとの種 ``(S,)``。
        epochs: 144 の組（48 の物 × 3 つの入力）を見せる回数。
        hub: ハブのユニットの数。
        rate: 学習率（Adam）。
        scale: 始めの重みの大きさ。
        frequency: 物ごとの，出会う多さ ``(48,)``。平均を 1 にそろえて使う。
    """
    target = torch.tensor(knowledge.patterns, dtype=torch.float32)  # (48, V)
    pairs = [inputs(knowledge, kind) for kind in KINDS]
    given = torch.cat([pair[0] for pair in pairs])  # (144, V)
    held = torch.cat([pair[1] for pair in pairs])
    start = blank(seeds, target.shape[1], hub, scale)
    weights = [w.requires_grad_() for w in (start.up, start.inner, start.down)]
    optimiser = torch.optim.Adam(weights, lr=rate)
    goal = target.repeat(len(KINDS), 1).expand(len(seeds), -1, -1)
    often = torch.ones(len(target)) * torch.as_tensor(frequency, dtype=torch.float32)
    weight = (often / often.mean()).repeat(len(KINDS))[:, None].expand_as(goal)
    for _ in range(epochs):
        optimiser.zero_grad()
        visible, _ = settle(Networks(*weights), given, held, last=2)
        loss = F.binary_cross_entropy(visible.clamp(1e-6, 1 - 1e-6), goal, weight)
        # 網は互いに独立。平均ではなく網ごとの和なので，いくつ並べても同じ学習になる
        (loss * len(seeds)).backward()
        optimiser.step()
    return Networks(*(w.detach() for w in weights))


def respond(
    networks: Networks, knowledge: Knowledge, kind: str = "見た目"
) -> NDArray[np.float64]:
    """48 の物を層 ``kind`` から入れたときの，見える層の活動 ``(S, 48, V)``。"""
    return settle(networks, *inputs(knowledge, kind))[0].double().numpy()


def accuracy(networks: Networks, knowledge: Knowledge) -> np.ndarray:
    """見た目から，いちばん強い個別の名前が正しい割合 ``(S,)``。"""
    visible, _ = settle(networks, *inputs(knowledge, "見た目"))
    best = visible[..., : len(knowledge.items)].argmax(-1)
    return (best == torch.arange(len(knowledge.items))).float().mean(-1).numpy()
