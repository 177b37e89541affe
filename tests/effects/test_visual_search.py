"""視覚探索の効果：頁が測った値が，モデルごとの表（どれを示し，どれを示さないか）と合う。

はじめて報告した論文：Treisman & Gelade (1980)，Treisman & Schmidt (1982)，
Wolfe, Cave & Franzel (1989)，Prinzmetal et al. (1995)。
"""

import numpy as np
import pytest

from lessons.attention.visual_search.model import CRITERIA, MODELS

VERDICTS = {
    "特徴統合理論": [True, True, True, False],
    "ガイド付き探索": [True, False, False, True],
}


@pytest.mark.parametrize("model", MODELS)
def test_one_model_takes_every_effect_and_none_shows_all(measured, model):
    found = []
    for criterion in CRITERIA:
        values = measured[f"{criterion.name}（{model}）"]
        held = np.mean([criterion.holds(value) for value in values])
        assert max(held, 1 - held) >= 0.8  # どちらでも，はっきり
        found.append(bool(held > 0.5))
    assert found == VERDICTS[model]


def test_values_of_the_conjunction_search(measured):
    _, steep, twice, _ = (criterion.name for criterion in CRITERIA)
    assert 20 < measured[f"{steep}（特徴統合理論）"].mean() < 30
    assert 1.8 < measured[f"{twice}（特徴統合理論）"].mean() < 2.2
    assert 5 < measured[f"{steep}（ガイド付き探索）"].mean() < 11
    assert measured[f"{twice}（ガイド付き探索）"].mean() > 3


def test_model_is_unlike_people_about_display_time(measured):
    """人では見せる時間で変わらなかったのに，モデルでは大きく変わる。"""
    assert measured["見せる時間を変えても，結合錯誤はほとんど変わらない"].min() > 0.2
