"""発表された効果：頁が 10 の種で測った値を読み，向きと大きさが宣言と合うことを確かめる。"""

import numpy as np
import pytest

from lessons.effects.live import SEEDS, Result, all_effects

EFFECTS = all_effects()


def test_no_effect_is_missing(measured):
    assert list(measured) == [effect.name for effect in EFFECTS]
    assert len(measured) >= 10


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.name)
def test_model_shows_the_effect_exactly_as_declared(measured, effect):
    result = Result(effect, measured[effect.name])
    assert len(result.values) == len(SEEDS) >= 10
    assert np.isfinite(result.values).all()
    assert result.passed == effect.shown, (
        f"{effect.name}: 平均 {result.mean:.4g}，標準偏差 {result.spread:.3g}，"
        f"基準 {result.criterion}，値 {np.round(result.values, 3).tolist()}"
    )
