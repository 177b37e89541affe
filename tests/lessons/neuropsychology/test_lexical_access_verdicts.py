"""章が文で述べる判定は，記録のとおりか。"""

from lessons.effects.record import named


def test_page_states_the_recorded_verdicts():
    names = ("severity", "error_kinds", "mixed_healthy", "mixed_patients")
    found = named(*(f"lexical_{name}" for name in (*names, "word_outcomes")))
    assert [one.word for one in found] == ["示した"] * 3 + ["示さない", "構造"]


def test_fit_to_patients_hardly_needs_shared_meaning():
    fit, without = named("lexical_continuity", "lexical_continuity_no_meaning")
    assert without.verdict.model.mean > 0.5 * fit.verdict.model.mean


def test_word_outcomes_survive_without_feedback():
    (one,) = named("lexical_word_outcomes")
    assert one.verdict.controls["one_way"].low > 0
    assert one.verdict.passing == ("one_way",)
