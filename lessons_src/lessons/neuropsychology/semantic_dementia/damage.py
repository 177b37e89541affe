"""網を傷つける：線を切る，重みを乱す，ハブのユニットを失う。

同じ種なら，軽い傷で切れた線は，重い傷でも切れている。一つの網の進行を追える。
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lessons.neuropsychology.semantic_dementia.knowledge import KINDS, Knowledge
from lessons.neuropsychology.semantic_dementia.model import Networks

EVERYWHERE = "ハブ"
"""ハブに出入りする線のすべて（ハブの中の線も含む）。"""
PLACES = (EVERYWHERE, *KINDS)
"""傷つける場所。層の名前なら，ハブとその層の間の線だけを傷つける。"""


def sever(
    networks: Networks,
    share: float,
    seeds: Sequence[int],
    knowledge: Knowledge | None = None,
    place: str = EVERYWHERE,
) -> Networks:
    """線を ``share`` の割合だけ切る（重みを 0 にする）。

    Args:
        networks: S 個の網。
        share: 切る割合。0 以上 1 以下。
        seeds: 網ごとの，傷の種 ``(S,)``。
        knowledge: ``place`` が層のとき，その層のユニットを知るために使う。
        place: 傷つける場所。``PLACES`` のどれか。

    Raises:
        ValueError: 割合が 0〜1 の外のとき，場所の名前が違うとき。
    """
    _check_share(share)
    here = _where(networks, knowledge, place)
    draws = _draws(networks, seeds, normal=False)
    return Networks(
        *(
            w * ~(h & (draw < share))
            for w, h, draw in zip(_parts(networks), here, draws, strict=True)
        )
    )


def perturb(
    networks: Networks,
    size: float,
    seeds: Sequence[int],
    knowledge: Knowledge | None = None,
    place: str = EVERYWHERE,
) -> Networks:
    """重みに，標準偏差 ``size`` の正規乱数を足す。引数は ``sever`` と同じ。

    Raises:
        ValueError: ``size`` が負のとき，場所の名前が違うとき。
    """
    if not size >= 0:
        raise ValueError(f"size（乱れの標準偏差）は 0 以上にしてください（{size}）。")
    here = _where(networks, knowledge, place)
    draws = _draws(networks, seeds, normal=True)
    return Networks(
        *(
            w + size * draw * h
            for w, h, draw in zip(_parts(networks), here, draws, strict=True)
        )
    )


def ablate(networks: Networks, share: float, seeds: Sequence[int]) -> Networks:
    """ハブのユニットを ``share`` の割合だけ失う（つながる線をすべて切る）。

    Raises:
        ValueError: 割合が 0〜1 の外のとき。
    """
    _check_share(share)
    size = networks.inner.shape[1]
    kept = []
    for seed in _checked(networks, seeds):
        g = torch.Generator().manual_seed(seed)
        lost = torch.randperm(size, generator=g)[: round(share * size)]
        kept.append(torch.ones(size).index_fill(0, lost, 0.0))
    on = torch.stack(kept)  # (S, H)
    return Networks(
        networks.up * on[:, None, :],
        networks.inner * on[:, :, None] * on[:, None, :],
        networks.down * on[:, :, None],
    )


def _check_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise ValueError(
            f"share（失う割合）は 0 以上 1 以下にしてください（{share}）。"
        )


def _checked(networks: Networks, seeds: Sequence[int]) -> Sequence[int]:
    if len(seeds) != len(networks):
        raise ValueError(
            f"seeds は網の数 {len(networks)} だけ並べてください（{len(seeds)} 個）。"
        )
    return seeds


def _parts(networks: Networks) -> tuple[Tensor, Tensor, Tensor]:
    return networks.up, networks.inner, networks.down


def _draws(networks: Networks, seeds: Sequence[int], *, normal: bool) -> list[Tensor]:
    """網ごとの乱数。一つの網の傷は，一緒に動かす網によらない。"""
    shapes = [part.shape[1:] for part in _parts(networks)]
    groups: list[list[Tensor]] = [[], [], []]
    for seed in _checked(networks, seeds):
        g = torch.Generator().manual_seed(seed)
        for group, shape in zip(groups, shapes, strict=True):
            draw = torch.randn if normal else torch.rand
            group.append(draw(shape, generator=g))
    return [torch.stack(group) for group in groups]


def _where(
    networks: Networks, knowledge: Knowledge | None, place: str
) -> tuple[Tensor, Tensor, Tensor]:
    """傷つける線 ``(V, H), (H, H), (H, V)``。"""
    if place not in PLACES:
        raise ValueError(
            f"場所 {place!r} はありません。{'，'.join(PLACES)} から選んでください。"
        )
    V, H = networks.up.shape[1:]
    rows = torch.full((V,), place == EVERYWHERE)
    if place != EVERYWHERE:
        if knowledge is None:
            raise ValueError(
                f"場所を {place} にするときは，knowledge も渡してください。"
            )
        rows[torch.from_numpy(knowledge.places(place))] = True
    inner = torch.full((H, H), place == EVERYWHERE)
    return rows[:, None].expand(V, H), inner, rows.expand(H, V)
