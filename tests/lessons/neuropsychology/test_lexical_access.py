"""語を選ぶ二段階のモデル：論文のシミュレーションの再現，極限，患者の表，当てはめ。"""

import numpy as np
import pytest

from lessons.neuropsychology.lexical_access import fitting, measures, patients
from lessons.neuropsychology.lexical_access import model as lexical_access

CORRECT, SEMANTIC, FORMAL, MIXED, UNRELATED, NONWORD = range(6)
NAMED = lexical_access.name_pictures


def test_the_neighbourhood_is_the_papers():
    """六つの語，目標と 3 個を分け合う意味の近い語，3 音素のうち 2 個が同じ音の近い語。"""
    for mixed in (False, True):
        net = lexical_access.neighbourhood(mixed)
        assert (net.meaning.sum(axis=1) == 10).all()
        shared = net.meaning @ net.meaning[0]
        assert shared.tolist() == [10, 3, 0, 3 if mixed else 0, 0, 0]
        assert (net.sound @ net.sound[0]).tolist() == [3, 0, 2, 2, 0, 0]
        used = (net.meaning.sum(axis=0) > 0).sum()
        assert used == (54 if mixed else 57)
    assert net.kind.tolist() == [CORRECT, SEMANTIC, FORMAL, MIXED, UNRELATED, UNRELATED]


@pytest.mark.parametrize(
    ("s", "p", "decay", "published", "margin"),
    [
        # Dell ら（1997）表 4 と Foygel・Dell（2000）表 1，3。並びは KINDS
        (0.1, 0.1, 0.5, [0.966, 0.021, 0.000, 0.012, 0.000, 0.001], 0.006),
        (0.0698, 0.1, 0.6, [0.9722, 0.0126, 0.0011, 0.0138, 0.0002, 0.0001], 0.006),
        (0.0057, 0.0057, 0.5, [0.69, 0.07, 0.06, 0.01, 0.03, 0.14], 0.02),
        (0.1, 0.1, 0.86, [0.73, 0.13, 0.04, 0.04, 0.01, 0.05], 0.02),
    ],
)
def test_published_simulations_are_reproduced(s, p, decay, published, margin):
    got = NAMED(s, p, 20_000, decay=decay)
    assert np.abs(got - published).max() < margin


def test_a_fifth_of_mixed_networks_misses_the_published_mixed_errors():
    """混合の近所を 2 割にすると，論文の健常の混合 .0138 の倍近くになる。"""
    share = {m: NAMED(0.0698, 0.1, 20_000, mixed_share=m)[MIXED] for m in (0.1, 0.2)}
    assert abs(share[0.1] - 0.0138) < 0.004
    assert share[0.2] > 0.021


def test_without_connections_only_chance_is_left():
    """活性が届かなければ，24 通りの音の並びから等しく選ぶ（6 × 2 × 2）。"""
    got = NAMED(0, 0, 20_000)
    expected = np.array([1, 1, 1.9, 0.1, 2, 18]) / 24
    assert np.abs(got - expected).max() < 0.01


@pytest.mark.parametrize("seed", range(5))
def test_each_lesion_has_its_own_errors(seed):
    """正答が同じくらいでも，s の傷は語の誤り，p の傷は非語を増やす。"""
    weak_s, weak_p = NAMED(0.012, 0.06, 4000, seed), NAMED(0.05, 0.0095, 4000, seed)
    assert 0.5 < weak_s[CORRECT] < 0.8
    assert 0.5 < weak_p[CORRECT] < 0.8
    assert weak_s[NONWORD] < 0.01
    assert weak_p[NONWORD] > 0.2
    assert weak_s[SEMANTIC] > 3 * weak_p[SEMANTIC]


@pytest.mark.parametrize("s", [0.0, 0.003, 0.01, 0.05])
def test_with_sound_intact_nonwords_stay_under_one_percent(s):
    """音の側が確かなら，意味の重みが 0 でも，非語は 1 % に届かない。"""
    assert max(NAMED(s, 0.05, 2000, seed)[NONWORD] for seed in (31, 32)) < 0.01


def test_without_noise_the_target_always_wins(monkeypatch):
    monkeypatch.setattr(lexical_access, "INTRINSIC_NOISE", 0.0)
    monkeypatch.setattr(lexical_access, "ACTIVITY_NOISE", 0.0)
    assert NAMED(0.02, 0.02, 50)[CORRECT] == 1


def test_feedback_is_what_makes_mixed_words_win():
    """帰りの道を切ると，混合の語は，意味だけが近い語と同じだけ選ばれる。"""
    net = lexical_access.neighbourhood(True)
    ratio = {}
    for feedback in (1.0, 0.0):
        rng = np.random.default_rng(0)
        word = lexical_access.name_once(
            net, 0.02, 0.04, 20_000, rng, feedback=feedback
        ).word
        ratio[feedback] = (word == MIXED).sum() / (word == SEMANTIC).sum()
    assert ratio[1.0] > 1.3
    assert 0.85 < ratio[0.0] < 1.15


def test_without_feedback_near_sounds_are_no_commoner_than_unrelated_words():
    """意味の重みが弱いとき，音の近い語が無関係より多いのは，帰りの道のため。"""
    with_it, without = (
        lexical_access.name_pictures(0.005, 0.05, 8000, 3, feedback=f) for f in (1, 0)
    )
    assert with_it[2] > with_it[4] + 0.02
    assert without[2] == pytest.approx(without[4], abs=0.02)
    assert with_it[1] / (with_it[4] / 2) == pytest.approx(1.5, abs=0.2)


def test_one_step_is_the_equation():
    net = lexical_access.neighbourhood(False)
    rng = np.random.default_rng(1)
    state = lexical_access.State(
        *(rng.random((4, n)).astype(np.float32) for n in (60, 6, 10))
    )
    still = lexical_access.State(*(layer.copy() for layer in state))
    many = [
        lexical_access.spread(state, net, 0.03, 0.02, np.random.default_rng(i))
        for i in range(3000)
    ]
    words = np.mean([m.words for m in many], axis=0)
    expected = (
        0.4 * state.words
        + 0.03 * state.features @ net.meaning.T
        + 0.02 * state.phonemes @ net.sound.T
    )
    assert np.abs(words - expected).max() < 0.02
    spread_sd = np.std([m.words for m in many], axis=0)
    assert np.allclose(spread_sd, np.sqrt(0.01**2 + (0.16 * expected) ** 2), rtol=0.1)
    assert all((a == b).all() for a, b in zip(state, still, strict=False))


def test_the_same_seed_gives_the_same_answers():
    assert (NAMED(0.02, 0.02, 500, 3) == NAMED(0.02, 0.02, 500, 3)).all()
    assert (NAMED(0.02, 0.02, 500, 3) != NAMED(0.02, 0.02, 500, 4)).any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"s": -0.01}, "s は 0 以上"),
        ({"s": float("nan")}, "s は 0 以上"),
        ({"p": 0.3}, "p は 0 以上 0.2 以下"),
        ({"decay": 1.0}, "decay は"),
        ({"feedback": 2}, "feedback は"),
        ({"mixed_share": 1.5}, "mixed_share は"),
        ({"trials": 9}, "trials は 10 以上"),
    ],
)
def test_values_out_of_range_are_told(change, words):
    with pytest.raises(ValueError, match=words):
        NAMED(**{"s": 0.02, "p": 0.02} | change)


def test_the_table_of_patients_is_whole():
    found = patients.load()
    assert len(found) == 23
    assert sum(np.isfinite(p.s) for p in found) == 21
    by_name = {p.name: p for p in found}
    # Foygel・Dell の当てはめに使われた L.H. の割合（そのほかを除いたもの）
    expected = [0.711, 0.031, 0.072, 0.010, 0.021, 0.155]
    assert np.allclose(by_name["L.H."].pattern, expected, atol=0.001)
    assert all(abs(p.pattern.sum() - 1) < 1e-9 for p in found)


GOOD = "patient,type,correct,semantic,formal,mixed,unrelated,nonword,other,s,p\n"
ROW = "A.A.,伝導,0.90,0.02,0.01,0.01,0.01,0.03,0.02,0.03,0.03\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("mixed", "mix") + ROW, ":1: 列を"),
        (GOOD + ROW.replace("0.90", "0.80"), ":2: 割合の和が 0.90"),
        (GOOD + ROW.replace("0.90", "1.90"), ":2: 割合は 0 以上 1 以下"),
        (GOOD + ROW.replace("0.90", "九割"), ":2: 割合と s，p は数"),
        (GOOD + ROW.replace(",0.03,0.03\n", ",0.03,\n"), ":2: s と p は"),
        (GOOD + ROW + ROW, ":3: 患者 A.A. が二度"),
        (GOOD + "A.A.,伝導,0.9\n", ":2: 割合と s，p は数"),
    ],
)
def test_a_bad_table_is_told_by_line(tmp_path, text, words):
    path = tmp_path / "patients.csv"
    path.write_text(text, "utf8")
    with pytest.raises(ValueError, match=words):
        patients.load(path)


def test_published_parameters_follow_the_patients():
    """論文の s と p で，21 人の隔たりの平均は .03 を切る（論文は 94 人で .024）。"""
    known = [p for p in patients.load() if np.isfinite(p.s)]
    gaps = [float(patients.rmsd(NAMED(p.s, p.p, 2000), p.pattern)) for p in known]
    assert np.mean(gaps) < 0.03
    assert known[int(np.argmax(gaps))].name == "J.F."
    # 隣の人の s と p では，そうはならない
    moved = known[7:] + known[:7]
    others = [
        float(patients.rmsd(NAMED(q.s, q.p, 2000), p.pattern))
        for p, q in zip(known, moved, strict=False)
    ]
    assert np.mean(others) > 3 * np.mean(gaps)


def test_sampling_gap_is_the_binomial_one():
    share = np.array([0.7, 0.06, 0.07, 0.02, 0.02, 0.13])
    got = patients.sampling_rmsd(share, 175, 20_000)
    expected = np.sqrt((share * (1 - share)).sum() / 175 / 6)
    assert np.sqrt((got**2).mean()) == pytest.approx(expected, rel=0.02)


@pytest.fixture(scope="module")
def grid():
    return fitting.surface(size=10, trials=400)


def test_the_fit_finds_the_parameters_that_made_the_data(grid):
    for i, j in ((5, 4), (8, 3), (4, 8)):
        again = NAMED(grid.first[i], grid.second[j], 20_000, seed=99)
        found = fitting.fit(grid, again)
        assert abs(np.log(found.first / grid.first[i])) < 0.6
        assert abs(np.log(found.second / grid.second[j])) < 0.6
        assert found.rmsd < 0.03


def test_the_true_cell_is_rarely_told_apart(grid):
    hits = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        i, j = rng.integers(3, 9, 2)
        answers = rng.multinomial(175, grid.patterns[i, j]) / 175
        region = fitting.indistinguishable(grid, answers, 175)
        hits.append(region[i, j])
        assert region.sum() < 60
    assert np.mean(hits) >= 0.8


def test_a_wrong_rule_is_told():
    with pytest.raises(ValueError, match="s-p か weight-decay"):
        fitting.surface("sp")


def test_the_model_beats_the_guess_only_when_the_correct_answers_are_left_out():
    """RMSD では理論のない予想に勝たないが，誤りの型だけの相関では勝つ。"""
    known = [p for p in patients.load() if np.isfinite(p.s)]
    seen = np.array([p.pattern for p in known])
    model = np.array([NAMED(p.s, p.p, 3000, 5) for p in known])
    guess = np.zeros_like(seen)
    guess[:, [0, 5]] = seen[:, [0, 5]]
    for i in range(len(seen)):
        others = np.delete(seen, i, axis=0)[:, 1:5].sum(axis=0)
        guess[i, 1:5] = (1 - seen[i, [0, 5]].sum()) * others / others.sum()
    gap = {k: patients.rmsd(v, seen).mean() for k, v in (("m", model), ("g", guess))}
    assert gap["g"] < gap["m"] + 0.002
    among = [
        np.corrcoef(rows[:, 1:].ravel(), seen[:, 1:].ravel())[0, 1]
        for rows in (model, guess)
    ]
    assert among[0] > among[1] + 0.05


def test_more_mixed_neighbours_raise_the_mixed_share_without_feedback():
    """混合の語のある近所を二回に一回にすると，帰りの道を切っても 0.3 ほど（頁の文）。"""
    shares = [
        measures.mixed_share(
            lexical_access.name_pictures(
                0.0698, 0.1, 20_000, seed, feedback=0, mixed_share=0.5
            )[None]
        )
        for seed in range(2)
    ]
    assert np.mean(shares) == pytest.approx(0.3, abs=0.05)
