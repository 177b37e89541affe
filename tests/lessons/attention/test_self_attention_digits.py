"""手書き数字：畳み込みが勝ち，ずれの埋め込みを除くと負ける。10 の種で確かめる。"""

import numpy as np
import pytest

from lessons.attention.self_attention import local_self_attention as lab
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


def test_random_offsets_are_nearly_as_good_as_learned_ones(accuracy, monkeypatch):
    """ずれの埋め込みを学習させず，乱数のままにしても，除いたときほどは下がらない。"""
    make = lab.make_net

    def frozen(kind):
        net = make(kind)
        for name, parameter in net.named_parameters():
            parameter.requires_grad_("r_row" not in name and "r_column" not in name)
        return net

    monkeypatch.setattr(lab, "make_net", frozen)
    fixed = np.mean([digit_accuracy("attention", s, steps=60) for s in range(3)])
    learned, without = (
        accuracy[kind][:3].mean() for kind in ("attention", "no position")
    )
    assert fixed - without > learned - fixed
