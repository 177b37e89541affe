"""手がかりの課題で，勾配が標的だけを弱め，手がかりは弱めないときの反応時間。"""

from __future__ import annotations

import numpy as np

from lessons.neuropsychology.neglect import cueing
from lessons.neuropsychology.neglect.searching import attention


def response_times(
    gradient: float = 0.0, *, seed: int = 0, cue: float = 0.8, trials: int = 1000
) -> tuple[float, float]:
    """左の標的の，当たりと外れの平均の反応時間（モデルの単位）。

    Args:
        gradient: 右半球の働きの失われた割合。標的だけに効く。
        seed: 雑音の種。
        cue: 手がかりがためる証拠。
        trials: 条件ごとの試行の数。
    """
    rng = np.random.default_rng(seed)
    rate = float(attention(np.array([-cueing.PLACE]), gradient)[0])
    valid, invalid = (
        cueing._race(rng, lead, rate, trials, 0.05, 60.0) for lead in (cue, -cue)
    )
    return valid, invalid
