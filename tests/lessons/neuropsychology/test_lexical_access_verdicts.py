"""章が文で述べる判定は，記録のとおりか。"""

import numpy as np

from lessons.effects.record import named
from lessons.neuropsychology.lexical_access import patients
from lessons.neuropsychology.lexical_access.model import name_pictures


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


def test_two_proportions_without_any_theory_do_as_well_as_the_published_weights():
    """正答と非語の割合だけから埋めた予想が，論文の s と p のモデルに劣らない。"""
    known = [one for one in patients.load() if np.isfinite(one.s)]
    observed = np.array([one.pattern for one in known])
    model = np.array([name_pictures(one.s, one.p, seed=3) for one in known])
    rows = observed.copy()
    for i, own in enumerate(observed):
        others = np.delete(observed, i, axis=0)[:, 1:5].sum(axis=0)
        rows[i, 1:5] = (1 - own[0] - own[5]) * others / others.sum()
    plain = patients.rmsd(rows, observed).mean()
    assert plain < 1.05 * patients.rmsd(model, observed).mean()
