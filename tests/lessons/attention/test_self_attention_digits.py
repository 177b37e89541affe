"""手書き数字：畳み込みが勝ち，ずれの埋め込みを除くと負ける。10 の種で確かめる。"""

import numpy as np
import pytest

from lessons.attention.self_attention.local_self_attention import KINDS, digit_accuracy


@pytest.fixture(scope="module")
def accuracy():
    return {
        kind: np.array([digit_accuracy(kind, s, steps=60) for s in range(10)])
        for kind in KINDS
    }


def test_position_helps_attention(accuracy):
    gain = accuracy["attention"] - accuracy["no position"]
    assert (gain > 0).mean() >= 0.9
    assert gain.mean() > 0.03


def test_convolution_wins_on_this_small_task(accuracy):
    gain = accuracy["conv"] - accuracy["attention"]
    assert (gain > 0).mean() >= 0.9
    assert gain.mean() > 0.01
