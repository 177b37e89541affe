"""線の二等分の説明を並べる：目立ちやすさの和が左右で等しくなる所に，印が付くとする。

線の中心を 0，右を正とし，長さの単位は mm。どの説明も，損傷の大きさ ``damage``（0〜1）と
線の長さ ``length`` から，位置ごとの目立ちやすさを返す。
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from lessons.neuropsychology.neglect.searching import attention
from lessons.stimuli.paper import WIDTH

Array = NDArray[np.float64]
Account = Callable[[Array, float, float], Array]
"""（位置 (n,)，線の長さ，損傷の大きさ）→ 目立ちやすさ (n,)。"""

LENGTHS = (10.0, 25.0, 50.0, 75.0, 100.0, 150.0, 200.0, 250.0)
"""調べる線の長さ（mm）。"""


def page(x: Array, length: float, damage: float) -> Array:
    """紙の勾配：抹消の探索と同じ，二つの半球の直線の勾配。"""
    return attention(2 * x / WIDTH, damage)


def placed(center: float) -> Account:
    """紙の中央から ``center`` mm 右に置いた線の，紙の勾配。"""
    return lambda x, length, damage: attention(2 * (x + center) / WIDTH, damage)


def page_exponential(rate: float) -> Account:
    """紙の指数の勾配：目立ちやすさが，左へ行くほど一定の割合で減る。

    Args:
        rate: 損傷 1 のときの，1 mm あたりの減る割合。
    """
    return lambda x, length, damage: np.exp(rate * damage * x)


def object_centred(x: Array, length: float, damage: float) -> Array:
    """物の勾配：同じ直線の勾配が，線の長さに合わせて伸び縮みする（Mozer ほか 1997 の予測）。"""
    return attention(2 * x / length, damage)


def hemispheres(
    place: float, width: float, lowering: float, narrowing: float
) -> Account:
    """二つの半球の釣り鐘形の曲線の和（Anderson 1996）。損傷は右半球の曲線を低く，狭くする。

    Args:
        place: 頂点の位置（左半球は ``+place``，右半球は ``-place``，mm）。
        width: 損傷のない曲線の標準偏差（mm）。
        lowering: 損傷 1 のときに，右半球の曲線の高さが失われる割合（0〜1）。
        narrowing: 損傷 1 のときに，右半球の曲線の幅が失われる割合（0 以上 1 未満）。
    """

    def salience(x: Array, length: float, damage: float) -> Array:
        left = np.exp(-(((x - place) / width) ** 2) / 2)
        spared = width * (1 - narrowing * damage)
        right = (1 - lowering * damage) * np.exp(-(((x + place) / spared) ** 2) / 2)
        return left + right

    return salience


def bisect(account: Account, length: float, damage: float, cue: float = 0.0) -> float:
    """印の，真の中心からのずれ（mm，右が正）。

    Args:
        account: 説明。
        length: 線の長さ（mm）。0 より大きい数。
        damage: 損傷の大きさ。
        cue: 手がかりの強さ。負なら左の端，正なら右の端の目立ちやすさを足す。
    """
    if length <= 0 or not 0 <= damage <= 1:
        raise ValueError(
            "length は 0 より大きく，damage は 0〜1 にしてください"
            f"（受け取った値: length={length}, damage={damage}）。"
        )
    x = (np.arange(2000) + 0.5) / 2000 * length - length / 2
    salience = account(x, length, damage)
    end = np.sign(cue) * length / 2
    near = np.exp(-(((x - end) / (0.1 * length)) ** 2) / 2)
    salience = salience + abs(cue) * salience.mean() * near
    total = np.concatenate([[0.0], np.cumsum(salience)])
    edges = np.linspace(-length / 2, length / 2, 2001)
    return float(np.interp(total[-1] / 2, total, edges))


def compressed(length: float, exponent: float, middle: float = 75.0) -> float:
    """長さの圧縮（Mennemeier ほか 2005 の考え）での，印のずれ（mm，右が正）。

    線の長さを ``middle`` に引き寄せて感じ（べき関数），右の端から，感じた長さの半分の所に
    印を付ける。短い線を長く，長い線を短く感じる。

    Args:
        exponent: べき。1 なら正しく感じる。
        middle: 正しく感じる長さ（mm）。
    """
    felt = middle ** (1 - exponent) * length**exponent
    return (length - felt) / 2


def errors(account: Account, damage: float, cue: float = 0.0) -> Array:
    """``LENGTHS`` の順の，印のずれ（mm）。"""
    return np.array([bisect(account, length, damage, cue) for length in LENGTHS])


def growth(found: Array) -> float:
    """長さ 50 mm から上での，ずれの伸びのべき（両対数の傾き）。右へのずれだけを数える。"""
    long = np.array(LENGTHS) >= 50
    use = long & (found > 0)
    if use.sum() < 3:
        return float("nan")
    return float(np.polyfit(np.log(np.array(LENGTHS)[use]), np.log(found[use]), 1)[0])


def crosses(found: Array, least: float = 0.25) -> bool:
    """長い線（200 mm）で右へ，50 mm までのどれかの線で左へ，``least`` mm を超えてずれるか。"""
    lengths = np.array(LENGTHS)
    right = found[lengths == 200][0] > least
    return bool(right and (found[lengths <= 50] < -least).any())


GRID: dict[str, tuple[Account, ...]] = {
    "紙の直線の勾配": (page,),
    "紙の指数の勾配": tuple(map(page_exponential, (0.003, 0.006, 0.012, 0.024))),
    "物の勾配": (object_centred,),
    "二つの半球の曲線": tuple(
        hemispheres(*row)
        for row in product(
            (10.0, 20.0, 40.0), (25.0, 50.0, 100.0), (0.25, 0.5, 1.0), (0.0, 0.4, 0.8)
        )
    ),
}
"""説明ごとの，試すパラメータの組のすべて。"""
DAMAGES = (0.2, 0.4, 0.6, 0.8)
"""試す損傷の大きさ。"""


def survey(name: str) -> dict[str, float]:
    """説明 ``name`` を，パラメータの組のすべてで調べた割合と中央値。

    Returns:
        ``sets`` 組の数，``right`` 200 mm で右へずれる割合，``crosses`` 交差する割合，
        ``growth`` 伸びのべきの中央値，``left cue`` と ``right cue`` 手がかりでずれが減る割合，
        ``control`` 損傷のないときのずれの最大（mm）。
    """
    rows = []
    for account, damage in product(GRID[name], DAMAGES):
        found = errors(account, damage)
        long = bisect(account, 200.0, damage)
        cued = [abs(bisect(account, 200.0, damage, c)) < abs(long) for c in (-1, 1)]
        rows.append((long > 0.25, crosses(found), growth(found), *cued))
    table = np.array(rows, float)
    healthy = max(np.abs(errors(account, 0.0)).max() for account in GRID[name])
    right = table[:, 0] > 0
    return {
        "sets": len(table),
        "right": float(table[:, 0].mean()),
        "crosses": float(table[:, 1].mean()),
        "growth": float(np.nanmedian(table[right, 2])),
        "left cue": float(table[right, 3].mean()),
        "right cue": float(table[right, 4].mean()),
        "control": float(healthy),
    }
