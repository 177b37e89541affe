"""途中の層でも，場所を平均してから効果を測る：GAP との差は，深さから来るのか，場所の平均から来るのか。"""

from __future__ import annotations

from lessons.recognition.perceptual_effects.model import (
    COMPARISONS,
    distance,
    index,
    shown,
)

CHANNELS = {"b10": 112, "b14": 192, "head": 1280}
"""場所を持つ層の名前から，チャンネルの数を引く表。``head`` を平均したものが GAP。"""


def averaged_index(
    name: str, seed: int, layer: str, control: str = "", *, items: int = 24
) -> float:
    """場所を平均した層で測った，効果の指数（``items`` 組の平均）。

    Args:
        name, seed, control, items: ``model.effect_index`` と同じ。
        layer: ``CHANNELS`` のどれか。

    Raises:
        ValueError: 場所を持たない層のとき。使える名前を挙げる。
    """
    if layer not in CHANNELS:
        raise ValueError(
            f"層 {layer!r} には場所がありません。使える名前: {'，'.join(CHANNELS)}"
        )
    pair = COMPARISONS[name]
    v = shown(pair.draw, seed, items, 1.0, control)[layer]
    v = v.unflatten(-1, (CHANNELS[layer], -1)).mean(dim=-1)  # (組, 図形, チャンネル)
    far, near = (distance(v[:, i], v[:, j]) for i, j in (pair.farther, pair.nearer))
    return float(index(far, near).mean())
