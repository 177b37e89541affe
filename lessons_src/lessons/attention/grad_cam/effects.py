"""章 attention/grad_cam の効果：重みを乱す検査を，すべての写真で受けさせる。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lessons.attention.grad_cam.sanity_checks import check_photos

_CONTROLS = {"noise": "雑音", "grad_cam": "Grad-CAM"}


def _survival(seed: int, method: str, stages: int) -> np.ndarray:
    """乱す前と後の順位の相関から，別の写真どうしの相関を引いた値 ``(写真の数,)``。"""
    found = check_photos(seed, stages)[method]
    return found.broken - found.between


def sanity_grad_cam(seed: int, control: str = "", *, stages: int) -> np.ndarray:
    """重みを乱すと，地図が，別の写真の地図よりどれだけ似なくなるか ``(写真の数,)``。

    Args:
        seed: 乱す重みの種。
        control: 対照の名前。空なら Grad-CAM。
        stages: 乱す段の数。出口の側から数える。
    """
    return -_survival(seed, _CONTROLS.get(control, "Grad-CAM"), stages)


def sanity_guided(seed: int, control: str = "", *, stages: int) -> np.ndarray:
    """重みを乱しても，誘導逆伝播の絵が，もとの絵にどれだけ似たままか ``(写真の数,)``。

    引数は ``sanity_grad_cam`` と同じ。空の対照は誘導逆伝播。
    """
    return _survival(seed, _CONTROLS.get(control, "誘導逆伝播"), stages)


def _noise(seed: int, control: str = "") -> np.ndarray:
    return check_photos(seed)["雑音"].broken


MEASURES: dict[str, Callable[..., Any]] = {
    "sanity_grad_cam": sanity_grad_cam,
    "sanity_guided": sanity_guided,
    "sanity_noise": _noise,
}
"""約束の名前から，測る関数を引く表。"""
