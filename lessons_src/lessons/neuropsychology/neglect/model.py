"""半側空間無視：右だけで済ませる探索は，どう生まれるか。"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


# TODO：この章が教える計算に置き換え，出典（論文と式の番号）を説明に書く
def square(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """入力を 2 乗する。

    Args:
        x: 入力 ``(n,)``。

    Returns:
        ``x`` と同じ形。
    """
    return x**2  # (n,)
