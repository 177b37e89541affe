"""章 attention/cam の効果。"""

from __future__ import annotations

from lessons.attention.cam.localisation import localisation_effect
from lessons.effects.live import Effect

_PAPER = "Zhou ほか（2016）"
_REPORTED = (
    "場所を教えずに学習した分類器の CAM から物の四角を作り，"
    "ILSVRC 2014 の定位課題で，上位五つの誤り率 37.1 % を得た"
)

EFFECTS = [
    Effect(
        name="CAM は，二つの物のうち，名指した方に集まる",
        chapter="attention/cam",
        paper=_PAPER,
        reported=_REPORTED,
        quantity="二枚を並べた絵で，名指した方の写真に入った CAM の割合（偶然なら 0.5）",
        measure=lambda seed: localisation_effect(seed).own,
        low=0.8,
    ),
    Effect(
        name="CAM の頂点は，名指した物の側にある",
        chapter="attention/cam",
        paper=_PAPER,
        reported=_REPORTED,
        quantity="CAM の頂点が，名指した方の写真にあった割合（偶然なら 0.5）",
        measure=lambda seed: localisation_effect(seed).hits,
        low=0.9,
    ),
]
