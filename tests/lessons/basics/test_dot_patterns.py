"""点の模様の分類：対照と，効果の向き。"""

import numpy as np
import pytest

from lessons.basics.cross_entropy import dot_patterns
from lessons.effects.record import named


def test_accuracies_are_shares_for_every_test_and_class():
    found = dot_patterns.accuracies(0, steps=20)
    assert set(found) == {"prototype", *dot_patterns.DISTORTIONS}
    for values in found.values():
        assert len(values) == len(dot_patterns.SIZES)
        assert all(0 <= value <= 1 for value in values)


def test_same_seed_gives_the_same_network():
    once = dot_patterns.accuracies(3, steps=20)
    dot_patterns.accuracies.cache_clear()
    assert dot_patterns.accuracies(3, steps=20) == once


def test_shuffled_classes_favour_the_large_class_without_learning_any():
    """でたらめな類を学んでも，例の多い類を多く答える。類の大きさの効果は，偏りだけでも出る。"""
    nets = [dot_patterns.accuracies(seed, "shuffled") for seed in range(20)]
    high = np.mean([net["high"] for net in nets], axis=0)
    assert high[2] - high[0] > 0.2
    assert abs(high.mean() - 1 / 3) < 0.05


def test_remembering_the_examples_shows_as_much_prototype_advantage_as_learning():
    """何も学ばず，いちばん近い例で答えるだけでも，ネットワークと同じだけ出る。"""
    learned, kept = (
        np.mean([dot_patterns.prototype_advantage(seed, c) for seed in range(20)])
        for c in ("", "stored")
    )
    assert kept > 0.9 * learned


def test_unknown_control_is_refused():
    with pytest.raises(ValueError, match="使える名前: shuffled"):
        dot_patterns.accuracies(0, "random")


def test_verdicts_that_the_page_states():
    names = ("prototype_advantage", "prototype_advantage_stored", "category_size")
    prototype, stored, size = named(*names)
    assert (prototype.word, stored.word, size.word) == ("示した", "構造", "構造")
    assert list(stored.verdict.passing) == ["stored"]
    assert "shuffled" in size.verdict.passing
