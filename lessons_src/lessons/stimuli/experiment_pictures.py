"""読者の実験の刺激：絵文字の絵と，言葉の画面を，小さな SVG にする。"""

from __future__ import annotations

import base64
import io
from functools import lru_cache

from PIL import Image

from lessons.stimuli.naming_pictures import pictures, words

QUALITY = 70
"""WebP の質。112 × 112 画素の絵が 2 KB ほどになる。"""


@lru_cache(maxsize=128)
def drawn(concept: str, style: str = "noto") -> str:
    """概念 ``concept`` の絵を，白い紙（128 × 128）の上に置いた SVG の部品。

    Args:
        concept: ``naming_pictures.words()`` の識別名（英語）。
        style: ``naming_pictures.STYLES`` の描き方。

    Raises:
        ValueError: 知らない概念か，知らない描き方のとき。
    """
    known = [word.concept for word in words()]
    if concept not in known:
        raise ValueError(
            f"概念 {concept!r} の絵はありません。"
            "lessons/stimuli/naming/names.csv の concept の列から選んでください。"
        )
    data = io.BytesIO()
    image = Image.fromarray(_pictures(style)[known.index(concept)])
    image.save(data, "WEBP", quality=QUALITY, method=6)
    text = base64.b64encode(data.getvalue()).decode()
    return (
        '<rect width="128" height="128" fill="#fff"/><image x="8" y="8" width="112" '
        f'height="112" href="data:image/webp;base64,{text}"/>'
    )


_pictures = lru_cache(maxsize=1)(pictures)


def picture_svg(concept: str, style: str = "noto") -> str:
    """絵だけの SVG。引数と誤りは ``drawn`` と同じ。"""
    return (
        '<svg viewBox="0 0 128 128" role="img" aria-label="絵">'
        f"{drawn(concept, style)}</svg>"
    )


def word_svg(word: str) -> str:
    """言葉を一つ，まん中に書いた SVG。地は塗らない（画面の暗い地に，白い字）。"""
    return (
        f'<svg viewBox="0 0 200 200" role="img" aria-label="{word}"><text x="100" y="110" '
        f'fill="#fff" font-size="28" text-anchor="middle">{word}</text></svg>'
    )
