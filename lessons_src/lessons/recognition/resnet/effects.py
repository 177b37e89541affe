"""章 recognition/resnet の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.recognition.resnet.lesion import each_lesion
from lessons.recognition.resnet.model import CHANCE, error_rates, trained
from lessons.recognition.resnet.recurrence import over_time
from lessons.recognition.resnet.recurrence import trained as trained_over_time

SHALLOW = 3
"""浅いネットの塊の数（8 層）。"""


def degradation(
    seed: int, control: str = "", *, blocks: int, rate: float, steps: int
) -> float:
    """深くすると増える，学習の絵の誤り：深いネットの割合 − 浅いネットの割合。

    対照は ``residual``（近道をつける）と ``untrained``（学習しない）。
    """
    kind = "residual" if control == "residual" else "plain"
    steps = 0 if control == "untrained" else steps
    shallow, deep = (
        error_rates(trained(kind, n, seed, rate=rate, steps=steps))[0]
        for n in (SHALLOW, blocks)
    )
    return deep - shallow


def _kept(
    kind: str, seed: int, control: str, blocks: int, rate: float, steps: int
) -> float:
    steps = 0 if control == "untrained" else steps
    net = trained(kind, blocks, seed, rate=rate, steps=steps)
    return float(each_lesion(net).mean()) - CHANCE


def lesion(
    seed: int, control: str = "", *, blocks: int, rate: float, steps: int
) -> float:
    """塊を一つ壊した残差ネットの正答率（塊の平均）− 偶然の割合。

    対照は ``plain``（近道がない），``shallow``（近道がなく浅いので，壊す前の成績は近い），
    ``untrained``（学習しない）。
    """
    kind = "plain" if control in ("plain", "shallow") else "residual"
    blocks = SHALLOW if control == "shallow" else blocks
    return _kept(kind, seed, control, blocks, rate, steps)


def lesion_plain(
    seed: int, control: str = "", *, blocks: int, rate: float, steps: int
) -> float:
    """近道を除いて，``lesion`` と同じことを測る。対照は ``untrained``。"""
    return _kept("plain", seed, control, blocks, rate, steps)


def occlusion_time(
    seed: int, control: str = "", *, steps: int, side: int, updates: int
) -> float:
    """時間の得：隠した絵で伸びた正答率 − 隠さない絵で伸びた正答率。

    対照は ``untrained``（学習しない），``deep``（時間の代わりに，別々の重みの層を重ねる），
    ``wide``（時間の代わりに，チャンネルを増やす）。
    """
    if control == "wide":
        narrow, wide = (
            over_time(
                trained_over_time(seed, steps=1, width=n, side=side, updates=updates),
                seed,
                side,
            )
            for n in (16, 40)
        )
        gains = wide.occluded[0] - narrow.occluded[0], wide.whole[0] - narrow.whole[0]
        return float(gains[0] - gains[1])
    net = trained_over_time(
        seed,
        steps=steps,
        shared=control != "deep",
        side=side,
        updates=0 if control == "untrained" else updates,
    )
    return over_time(net, seed, side).extra


MEASURES: dict[str, Callable[..., Any]] = {
    "depth_degradation": degradation,
    "block_lesion": lesion,
    "block_lesion_plain": lesion_plain,
    "occlusion_time": occlusion_time,
}
"""約束の名前から，測る関数を引く表。"""
