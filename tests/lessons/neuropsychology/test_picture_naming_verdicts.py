"""章が文で述べる判定は，記録のとおりか。"""

import pytest

from lessons.effects.record import named

STATED = {
    "構造": ("semantic_errors", "severity", "colour"),
    "示さない": ("frequency", "mixed_errors"),
    "決まらない": ("colour_for_produce",),
}


@pytest.mark.parametrize("word", STATED)
def test_page_states_the_recorded_verdicts(word):
    found = named(*(f"naming_{name}" for name in STATED[word]))
    assert {one.word for one in found} == {word}


@pytest.mark.parametrize("name", ["semantic_errors", "severity"])
def test_appearance_without_meaning_shows_the_semantic_effects(name):
    (one,) = named(f"naming_{name}")
    assert "appearance" in one.verdict.passing
    assert one.verdict.controls["appearance"].low > 0
