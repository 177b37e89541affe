"""視覚探索の効果：記録した値が，モデルごとの表（どれを示し，どれを示さないか）と合う。

はじめて報告した論文：Treisman & Gelade (1980)，Treisman & Schmidt (1982)，
Wolfe, Cave & Franzel (1989)，Prinzmetal et al. (1995)。
"""

import numpy as np
import pytest

from lessons.attention.visual_search.effects import CRITERIA, MODELS
from lessons.effects.record import named

VERDICTS = {
    "integration": [True, True, True, False],
    "guided": [True, False, False, True],
}


def values(name: str) -> np.ndarray:
    """記録した，実験ごとの値 ``(実験の数,)``。"""
    (found,) = named(name)
    assert found.record is not None
    assert found.word == "組み込み"
    return np.array(found.record["model"]).ravel()


@pytest.mark.parametrize("model", MODELS)
def test_one_model_takes_every_effect_and_none_shows_all(model):
    found = []
    for name, criterion in CRITERIA.items():
        held = np.mean([criterion.holds(value) for value in values(f"{name}_{model}")])
        assert max(held, 1 - held) >= 0.8  # どちらでも，はっきり
        found.append(bool(held > 0.5))
    assert found == VERDICTS[model]


def test_values_of_the_conjunction_search():
    assert 20 < values("steep_conjunction_integration").mean() < 30
    assert 1.8 < values("absent_ratio_integration").mean() < 2.2
    assert 5 < values("steep_conjunction_guided").mean() < 11
    assert values("absent_ratio_guided").mean() > 3


def test_registration_decides_whether_illusory_conjunctions_win():
    """結合錯誤とない特徴の報告の大小は，選んだ数で入れ替わる。"""
    assert values("illusory_registered").min() > 0.1
    assert values("illusory_unregistered").max() < 0


def test_model_is_unlike_people_about_display_time():
    """人では見せる時間で変わらなかったのに，モデルでは大きく変わる。"""
    assert values("exposure_time").min() > 0.2
