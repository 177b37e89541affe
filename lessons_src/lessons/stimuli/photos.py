"""scikit-image に入っている写真を，インターネットなしで読む。

使うのは，公有・CC0・既知の制限なしと明記された写真だけです（credits の頁を見てください）。
"""

from __future__ import annotations

import numpy as np
from skimage import data

PHOTOS: dict[str, str] = {
    "astronaut": "宇宙飛行士",
    "camera": "写真家",
    "chelsea": "猫のチェルシー",
    "coffee": "コーヒー",
    "rocket": "ロケット",
    "clock": "時計",
    "coins": "硬貨",
    "retina": "網膜",
    "brick": "れんが",
    "grass": "草",
    "gravel": "砂利",
    "horse": "馬",
}
"""使える写真の名前と，日本語の名前。"""


def load(name: str) -> np.ndarray:
    """写真を読む。

    Args:
        name: ``PHOTOS`` にある名前。

    Returns:
        RGB の写真 ``(H, W, 3)``，uint8（0〜255）。白黒の写真も 3 チャンネルにする。

    Raises:
        ValueError: 知らない名前のとき。使える名前を挙げる。
    """
    if name not in PHOTOS:
        raise ValueError(
            f"写真 {name!r} はありません。使える名前: {', '.join(sorted(PHOTOS))}"
        )
    image = np.asarray(getattr(data, name)())
    if image.dtype == bool:
        image = image.astype(np.uint8) * 255
    if image.ndim == 2:
        image = np.repeat(image[:, :, None], 3, axis=2)
    return np.ascontiguousarray(image[:, :, :3])
