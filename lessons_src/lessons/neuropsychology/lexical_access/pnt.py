"""フィラデルフィア絵画命名検査（PNT）の絵を，読者が持っているときに読む。

絵は検査の作り手（Moss Rehabilitation Research Institute）のもので，この本には入れない。
練習の 9 枚と本番の 175 枚（Roach ら，1996）を，ファイルの名前（英語の語）で見分ける。
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lessons.neuropsychology.lexical_access.archive import ArchiveError, contents
from lessons.stimuli import own_photo

TEST_COUNT, PRACTICE_COUNT = 175, 9
PRACTICE = frozenset(
    [
        "peas",
        "waitress",
        "tank",
        "dress",
        "hamburger",
        "mirror",
        "tiger",
        "guitar",
        "whale",
    ]
)
"""練習の絵の名前。"""
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp")
MOST_PIXELS = 16_000_000
"""一枚の絵の画素数の上限。"""


class Item(NamedTuple):
    """検査の絵一枚。"""

    name: str  # 英語の語（ファイルの名前）
    practice: bool  # 練習なら真
    picture: NDArray[np.uint8]  # (H, W, 3)


def load(path: str | Path, *, longest: int = 512) -> list[Item]:
    """書庫の中の絵を，名前の順に返す。絵がいちばん多いフォルダーのものだけを使う。

    Args:
        path: 書庫（zip か tar）の場所。
        longest: 絵の長い辺の上限（画素）。

    Raises:
        ArchiveError: 書庫が安全でないとき，絵がないとき，絵でないものが混じるとき，
            同じ語の絵が二枚あるとき。
    """
    folders: dict[PurePosixPath, dict[str, bytes]] = {}
    for name, content in contents(path).items():
        place = PurePosixPath(name)
        hidden = any(part.startswith((".", "__MACOSX")) for part in place.parts)
        if place.suffix.lower() in SUFFIXES and not hidden:
            folders.setdefault(place.parent, {})[name] = content
    if not folders:
        raise ArchiveError(
            f"{path}: 絵（{'，'.join(SUFFIXES)}）が入っていません。"
            "PNT の絵の書庫を選び直してください。"
        )
    chosen = max(folders.values(), key=len)
    items: dict[str, Item] = {}
    for name in sorted(chosen):
        word = PurePosixPath(name).stem.lower().strip()
        if word in items:
            raise ArchiveError(
                f"{path}: 「{word}」の絵が二枚あります（{name!r}）。一枚だけにしてください。"
            )
        picture = _picture(path, name, chosen[name], longest)
        items[word] = Item(word, word in PRACTICE, picture)
    return list(items.values())


def report(items: list[Item]) -> str:
    """本番と練習の数を言い，足りなければそう言う一文。"""
    practice = sum(item.practice for item in items)
    test = len(items) - practice
    if (test, practice) == (TEST_COUNT, PRACTICE_COUNT):
        return f"本番 {test} 枚と練習 {practice} 枚がそろっています。"
    return (
        f"本番 {test} 枚，練習 {practice} 枚です。"
        f"PNT は本番 {TEST_COUNT} 枚，練習 {PRACTICE_COUNT} 枚なので，結果は論文と比べられません。"
    )


def _picture(
    path: str | Path, name: str, content: bytes, longest: int
) -> NDArray[np.uint8]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(
                io.BytesIO(content), formats=("PNG", "JPEG", "GIF", "BMP")
            )
        if image.width * image.height > MOST_PIXELS:
            raise own_photo.PhotoError("画素が多すぎる")
        return own_photo.load(image, longest=longest)
    except Exception as error:  # 復号器は壊れ方によってさまざまな例外を出す
        raise ArchiveError(
            f"{path}: {name!r} は絵として読めないか，大きすぎます。"
            "壊れていない書庫を取り直してください。"
        ) from error
