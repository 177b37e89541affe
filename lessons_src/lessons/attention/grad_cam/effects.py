"""章 attention/grad_cam の効果。"""

from __future__ import annotations

from lessons.attention.grad_cam.sanity_checks import check_photos
from lessons.effects.live import Effect

_CHAPTER = "attention/grad_cam"
_ADEBAYO = "Adebayo ほか（2018）"


def _beyond_photos(method: str, seed: int) -> float:
    """乱す前と後の似かた（12 枚の平均）から，別の写真どうしの似かたを引く。"""
    found = check_photos(seed)[method]
    return float(found.broken.mean() - found.between)


EFFECTS = [
    Effect(
        name="重みを乱すと，Grad-CAM の地図は，別の写真の地図ほどにも似なくなる",
        chapter=_CHAPTER,
        paper=_ADEBAYO,
        reported="Grad-CAM は，重みを乱すと地図が変わり，検査を通った",
        quantity=(
            "最後の二段を乱す前と後の順位の相関（写真 12 枚の平均）から，"
            "別の写真どうしの相関を引いた値"
        ),
        measure=lambda seed: _beyond_photos("Grad-CAM", seed),
        high=0,
    ),
    Effect(
        name="重みを乱しても，誘導逆伝播の絵は変わらない",
        chapter=_CHAPTER,
        paper=_ADEBAYO,
        reported="誘導逆伝播は，上の層の重みを乱しても変わらず，検査を通らなかった",
        quantity=(
            "最後の二段を乱す前と後の順位の相関（写真 12 枚の平均）から，"
            "別の写真どうしの相関を引いた値"
        ),
        measure=lambda seed: _beyond_photos("誘導逆伝播", seed),
        low=0.5,
    ),
    Effect(
        name="絵を見ない雑音の地図も，重みを乱す検査を通る",
        chapter=_CHAPTER,
        paper="Binder ほか（2023）",
        reported="情報のない地図も，重みを乱す検査でよい成績を得る",
        quantity="重みだけで決まる乱数の地図の，乱す前と後の順位の相関",
        measure=lambda seed: float(check_photos(seed)["雑音"].broken.mean()),
        high=0.2,
    ),
]
