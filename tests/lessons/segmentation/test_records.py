"""学習の記録：書いてある成績が，いっしょに置いた重みの成績と同じであること。"""

import pytest

from lessons.segmentation import train
from lessons.weights import ledger


@pytest.mark.parametrize("name", train.RECIPES)
def test_the_record_is_the_score_of_the_shipped_weights(name):
    """試験の 400 場面で測り直しても，記録と 0.001 しか違わない。"""
    assert train.evaluate(name) == pytest.approx(ledger.get(name).scores, abs=1e-3)
