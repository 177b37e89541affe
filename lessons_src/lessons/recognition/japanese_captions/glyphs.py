"""書体に，その字の形があるかを調べる。"""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font


def missing(text: Iterable[str], font: str) -> list[str]:
    """``font`` に形のない字を，現れた順に返す。空白は調べない。

    Args:
        text: 文字列，または文字列の並び。
        font: 書体の名前（``"DejaVu Sans"`` など）。

    Raises:
        ValueError: その名前の書体がないとき。
    """
    try:
        path = font_manager.findfont(font, fallback_to_default=False)
    except ValueError as error:
        raise ValueError(
            f"書体 {font!r} がありません。matplotlib が知っている名前にしてください。"
        ) from error
    known = FT2Font(path).get_charmap()
    letters = dict.fromkeys("".join(text))
    return [one for one in letters if not one.isspace() and ord(one) not in known]
