"""章が「人間では／モデルでは」で述べる判定は，記録のとおりか。"""

import pytest

from lessons.effects.record import named
from lessons.effects.table import to_html

STATED = {
    "向きだけ": ("errors_in_category", "other_names_later", "object", "intrusions"),
    "構造": (
        "domain_over_category",
        "colour",
        "distinctive_lost",
        "category_over_item",
        "distortion_animals",
    ),
    "示さない": ("category_names_later", "errors_typical"),
}


@pytest.mark.parametrize("word", STATED)
def test_page_states_the_recorded_verdicts(word):
    found = named(*(f"semantic_{name}" for name in STATED[word]))
    assert {one.word for one in found} == {word}


def test_shuffled_teaching_reverses_the_order_of_item_and_category():
    (one,) = named("semantic_category_over_item")
    for name in ("random_categories", "permuted_features"):
        assert one.verdict.controls[name].high < 0
    html = to_html([one])
    assert html.count("（逆向きに大きく動いた）") == 2
    assert "（効果を示した）" not in html


@pytest.mark.parametrize("name", ["domain_over_category", "colour", "distinctive_lost"])
def test_shuffled_teaching_shows_some_effects_too(name):
    (one,) = named(f"semantic_{name}")
    assert any(one.verdict.controls[control].low > 0 for control in one.verdict.passing)
