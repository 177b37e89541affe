"""宣言に書いた正解の数や境が，章のモデルの出す数と合う。"""

from __future__ import annotations

import numpy as np
import pytest

from lessons.basics.binary_addition.problems import carries, longest_chain
from lessons.basics.mlp_sgd.model import descend
from lessons.basics.softmax.model import softmax
from lessons.exercises import judge
from lessons.neuropsychology.lexical_access.exercises import CUT, HALF, WHOLE
from lessons.neuropsychology.lexical_access.model import name_pictures

MIXED = 3


@pytest.mark.parametrize(("feedback", "value"), [(0.5, HALF), (1.0, WHOLE), (0, CUT)])
def test_mixed_errors_are_those_of_the_model(feedback: float, value: float) -> None:
    got = name_pictures(0.0698, 0.1, 20_000, feedback=feedback)[MIXED]
    assert got == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize("beta", [0.1, 0.43, 0.436, 0.4361, 0.5, 3.0])
def test_the_temperature_of_ninety_percent(beta: float) -> None:
    right = softmax([1.0, 2.0, 3.0], beta).max() >= 0.9
    assert judge("softmax/temperature", beta)[0] == right


@pytest.mark.parametrize("rate", [0.02, 0.0257, 0.026, 0.1, 0.224, 0.2243, 0.24, 0.25])
def test_the_learning_rates_that_reach_the_valley(rate: float) -> None:
    end = abs(float(descend(lambda w: 8 * w, [1.0], rate=rate, steps=20)[-1, 0]))
    passed, said = judge("mlp_sgd/rate", rate)
    assert passed == (end <= 0.01)
    assert ("飛び越え" in said) == (end >= 1)


def test_every_number_of_the_carry_exercise() -> None:
    every = np.arange(256)
    lengths = longest_chain(carries(np.full(256, 127), every, 8))
    for number, length in zip(every.tolist(), lengths.tolist(), strict=True):
        passed, said = judge("binary_addition/chain", number)
        assert passed == (length == 7), number
        assert passed or length in (0, 8) or f"続くのは {length} 回" in said
    assert not judge("binary_addition/chain", 0.5)[0]
    assert set(lengths.tolist()) == set(range(9))
