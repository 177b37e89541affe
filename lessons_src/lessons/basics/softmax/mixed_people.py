"""分野の好みだけが違う人の集まり：温度が一つでも，割合の表では温度が変わって見える。"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lessons.basics.softmax.choices import FIELDS, PEOPLE
from lessons.basics.softmax.fitting import fit_values
from lessons.basics.softmax.model import Array, sigmoid


def mixed_people(
    share: Array, spread: float, seed: int, fields: Sequence[str] = FIELDS
) -> Array:
    """一人ひとりが温度 1 で選ぶ ``PEOPLE`` 人の，割合の表 ``(9, 9)``。

    値は，表から求めた値に，人ごと，分野ごとの好みを足したもの。

    Args:
        share: 値を求める割合の表 ``(9, 9)``。行の人より列の人を選んだ割合。
        spread: 分野の好みの，人による違い（標準偏差）。0 なら，全員が同じ値。
        seed: 乱数の種。
        fields: 九人の分野。同じ名前の人どうしは，好みの違いを分け合う。

    Raises:
        ValueError: ``spread`` が負のとき，分野が九人分でないとき。
    """
    if not spread >= 0:
        raise ValueError(f"好みの違い {spread} は，0 以上にしてください。")
    if len(fields) != len(share):
        raise ValueError(
            f"分野が {len(fields)} 人分です。{len(share)} 人分にしてください。"
        )
    rng = np.random.default_rng(seed)
    kinds = sorted(set(fields))
    liking = rng.normal(0, spread, (PEOPLE, len(kinds)))  # 人 × 分野
    field = [kinds.index(name) for name in fields]
    x = fit_values(share) + liking[:, field]  # (PEOPLE, 9)
    rows, columns = np.triu_indices(len(fields), 1)
    chosen = rng.random((PEOPLE, len(rows))) < sigmoid(x[:, columns] - x[:, rows])
    mixed = np.full(share.shape, 0.5)
    mixed[rows, columns] = chosen.mean(0)
    mixed[columns, rows] = 1 - mixed[rows, columns]
    return mixed
