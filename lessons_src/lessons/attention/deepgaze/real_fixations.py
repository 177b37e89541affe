"""人の固視の記録：Toronto のデータを取り寄せる（初回だけインターネットが要る）。

120 枚の写真を 20 人が 4 秒ずつ自由に見たときの記録（Bruce & Tsotsos, 2009）。
写真は配り手のもので，この本には入れない。
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy.io import loadmat

from lessons.attention.deepgaze.simulated_fixations import GRID
from lessons.weights.classifier import Eyes
from lessons.weights.errors import OfflineError, WeightsError

SOURCE = "http://www-sop.inria.fr/members/Neil.Bruce/eyetrackingdata.zip"
"""著者の配り場所。"""
MD5 = "38d5c02217060d4d2d1a4649cc632af1"
"""配られているファイルの MD5。"""
INSIDE = "eyetrackingdata/fixdens"
WAIT_SECONDS = 30.0


class Viewed(NamedTuple):
    """写真一枚と，全員の固視。"""

    photo: NDArray[np.uint8]  # (H, W, 3)
    fixations: NDArray[np.int64]  # (n, 2)：行，列（写真の画素）


def toronto(count: int = 120, *, download: bool = True) -> list[Viewed]:
    """写真と固視を，初めから ``count`` 枚ぶん返す。

    Args:
        count: 枚数。1〜120。
        download: まだ手もとにないとき，取り寄せるかどうか。

    Raises:
        ValueError: 枚数が違うとき。
        OfflineError: 手もとになく，取り寄せもできないとき。
        WeightsError: 届いたファイルが，配られているものと違うとき。
    """
    if not 1 <= count <= 120:
        raise ValueError(f"count は 1 から 120 までにしてください（{count}）。")
    with zipfile.ZipFile(io.BytesIO(_content(download))) as archive:
        points = loadmat(io.BytesIO(archive.read(f"{INSIDE}/origfixdata.mat")))
        found = []
        for number in range(count):
            name = f"{INSIDE}/Original Image Set/{number + 1}.jpg"
            with archive.open(name) as file:
                photo = np.asarray(Image.open(file).convert("RGB"))
            seen = np.argwhere(points["white"][0, number]).astype(np.int64)
            found.append(Viewed(photo, seen))
    return found


def _content(download: bool) -> bytes:
    path = Path(torch.hub.get_dir()) / "fixations" / "toronto.zip"
    if path.is_file():
        return _checked(path.read_bytes())
    if not download:
        raise OfflineError(
            "人の固視の記録は，まだ取り寄せていません。"
            "インターネットにつながる所で，download=True と書いて動かしてください。"
        )
    try:
        with urlopen(SOURCE, timeout=WAIT_SECONDS) as answer:
            content = _checked(answer.read())
    except (URLError, TimeoutError, ConnectionError) as error:
        raise OfflineError(
            f"固視の記録を {SOURCE} から取り寄せられませんでした。"
            "インターネットにつながっているか確かめて，もう一度動かしてください。"
        ) from error
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
    return content


def _checked(content: bytes) -> bytes:
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != MD5:
        raise WeightsError(
            "固視の記録のファイルが，著者の配るものと違うため，使いませんでした。"
            f"{torch.hub.get_dir()}/fixations を消して，もう一度取り寄せてください。"
        )
    return content


def to_cells(viewed: Viewed, eyes: Eyes) -> NDArray[np.int64]:
    """写真の画素で表した固視を，ネットワークに見える範囲のますに直す。

    Args:
        viewed: 写真と固視。
        eyes: 写真の切り取り方。

    Returns:
        固視 ``(m, 2)``：行，列（28 × 28 のます）。切り取りの外の固視は除く。
    """
    height, width = viewed.photo.shape[:2]
    short = min(height, width)
    resized = np.array(
        [eyes.resize * height // short, eyes.resize * width // short], float
    )
    corner = np.round((resized - eyes.crop) / 2)
    scale = resized / [height, width]
    places = (viewed.fixations + 0.5) * scale - corner  # 切り取ったあとの画素
    cells = np.floor(places * GRID / eyes.crop).astype(np.int64)
    return cells[((cells >= 0) & (cells < GRID)).all(axis=1)]
