"""一度だけ見た文字を，もっと強い対照で見分ける：位置をそろえてぼかした画素，未学習の入口に近い地図。

``characters`` の対照は，縮めた画素と，未学習の目の出口だけ。ここでは，同じように学習のない，
ほかの二つの見方でも測る。

``python -m lessons.recognition.transfer_learning.simple_sight`` が測り，``simple_sight.csv`` に書く
（約 1 分）。頁は，その記録を読む。
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from scipy.ndimage import center_of_mass, gaussian_filter

from lessons.recognition.runs import Runs
from lessons.recognition.transfer_learning import characters, early_maps

SIGHTS = {
    "eye": "写真で学んだ目の出口",
    "pixels": "縮めた画素",
    "blurred": "中心をそろえて，ぼかした画素",
    "early": "未学習の目の，入口に近い地図",
}
"""見方の名前から，頁での名前を引く表。"""
SEEDS = range(700, 708)
BLUR = 6
"""ぼかしの標準偏差（画素）。文字の絵の一辺は 112 画素。"""
RUNS = Runs(
    Path(__file__).with_name("simple_sight.csv"),
    {"sight": tuple(SIGHTS), "seed": SEEDS},
)
"""すべての見方と種で測った，正答率の記録。"""


def blurred(images: np.ndarray) -> np.ndarray:
    """線の重さの中心を絵の中央に動かし，ぼかした値 ``(N, 784)``。``images`` は ``(N, 112, 112)``。"""
    found = []
    for image in images:
        ink = 255.0 - image
        middle = (np.array(ink.shape) - 1) / 2
        shift = np.round(middle - center_of_mass(ink)).astype(int)
        moved = np.roll(ink, tuple(shift), axis=(0, 1))
        found.append(gaussian_filter(moved, BLUR)[::4, ::4].ravel())
    return np.stack(found)


@cache
def _sheet(seed: int) -> np.ndarray:
    """二人の書き手の，20 の文字 ``(40, 112, 112)``。"""
    return np.concatenate(characters.sheet(np.random.default_rng(seed)))


def score(sight: str, seed: int) -> float:
    """20 の文字から選ぶ正答率。"""
    both = _sheet(seed)
    if sight == "blurred":
        v = blurred(both)
    elif sight == "early":
        v = early_maps.features(both, "untrained", seed, characters.SIDE).numpy()
    else:
        v = characters.seen(both, "pixels" if sight == "pixels" else "")
    kinds = characters.KINDS
    said = characters.nearest(v[:kinds], v[kinds:])
    return float((said == np.arange(kinds)).mean())


def recorded() -> dict[str, np.ndarray]:
    """記録した正答率。見方の名前から ``(種,)`` を引く表。"""
    return dict(zip(SIGHTS, RUNS.read(), strict=True))


if __name__ == "__main__":
    RUNS.write(score)
