"""見る側と話す側の結合：日本語の語の網，傷ごとの誤り，悪い入力。"""

import numpy as np
import pytest

from lessons.neuropsychology.error_types import relations
from lessons.neuropsychology.lexical_access import joined, patients, seeing
from lessons.stimuli.naming_pictures import Word, words

CORRECT, SEMANTIC, FORMAL, MIXED, UNRELATED, NONWORD = range(6)


@pytest.fixture(scope="module")
def lex():
    return joined.lexicon(words())


def run(lex, candidates, s, p, seed=0):
    rng = np.random.default_rng(seed)
    chosen, said = joined.speak(lex, candidates, s, p, rng)
    kinds = joined.score(lex, np.arange(len(lex.words)), said)
    return chosen, joined.shares(kinds)


def test_the_net_follows_the_words(lex):
    W = len(lex.words)
    assert (lex.meaning.sum(axis=1) == joined.FEATURES).all()
    common = lex.meaning @ lex.meaning.T
    same = np.array([[a.category == b.category for b in lex.words] for a in lex.words])
    assert (common[same & ~np.eye(W, dtype=bool)] == joined.SHARED).all()
    assert (common[~same] == 0).all()
    assert (lex.sound.sum(axis=1) == [word.moras for word in lex.words]).all()
    dog, cow = (
        next(i for i, word in enumerate(lex.words) if word.reading == reading)
        for reading in ("いぬ", "うし")
    )
    assert [lex.units[k] for k in np.flatnonzero(lex.sound[dog])] == [
        (0, "い"),
        (1, "ぬ"),
    ]
    assert lex.sound[dog] @ lex.sound[cow] == 0


def test_intact_naming_is_right(lex):
    chosen, got = run(lex, np.eye(len(lex.words)), 0.04, 0.04)
    assert (chosen == np.arange(len(lex.words))).mean() > 0.9
    assert got[CORRECT] > 0.9
    assert got[UNRELATED] < 0.02  # 無関係の語は，156 語の競争からは出ない
    assert got.sum() == pytest.approx(1)


def test_a_phonological_lesion_makes_nonwords_and_a_semantic_one_words(lex):
    sure = np.eye(len(lex.words))
    sound = run(lex, sure, 0.05, 0.01)[1]
    meaning = run(lex, sure, 0.012, 0.05)[1]
    assert sound[NONWORD] > 0.3
    assert sound[NONWORD] > 3 * sound[1:NONWORD].sum()
    assert meaning[NONWORD] < 0.05
    assert meaning[1:NONWORD].sum() > 0.2


def test_candidates_decide_which_word_is_said(lex):
    """見る側が隣の語を推せば，その語が言われる。"""
    W = len(lex.words)
    moved = np.roll(np.eye(W), 1, axis=1)
    chosen, _ = run(lex, moved, 0.04, 0.04)
    assert (chosen == (np.arange(W) + 1) % W).mean() > 0.9


def test_scoring_agrees_with_the_table_of_relations(lex):
    table = relations(lex.words)
    order = ["correct", "semantic", "formal", "mixed", "unrelated"]
    rng = np.random.default_rng(0)
    for target, answer in rng.integers(0, len(lex.words), (300, 2)):
        kind = joined.score(lex, [target], [lex.readings[answer]])[0]
        assert order[kind] == order[table[target, answer]]
    assert joined.score(lex, [0], [("ぬ", "ぬ", "ぬ")]).tolist() == [NONWORD]


def test_without_shared_features_meaning_comes_only_from_seeing():
    lex = joined.lexicon(words(), shared=0)
    assert (lex.meaning @ lex.meaning.T == 10 * np.eye(len(lex.words))).all()


def word(name, reading, category="動物"):
    return Word(name, name, reading, category, 2, 4.0)


@pytest.mark.parametrize(
    ("given", "shared", "message"),
    [
        ([word("犬", "いぬ")], 2, "二つ以上"),
        ([word("犬", "いぬ"), word("狗", "いぬ")], 2, "読み「いぬ」の語が二つ"),
        ([word("犬", "いぬ"), word("猫", "")], 2, "読み ''"),
        ([word("犬", "いぬ"), word("猫", "猫")], 2, "読み '猫'"),
        ([word("犬", "いぬ"), word("猫", "ねこ")], 11, "shared は"),
    ],
)
def test_bad_words_are_told(given, shared, message):
    with pytest.raises(ValueError, match=message) as caught:
        joined.lexicon(given, shared=shared)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"candidates": np.ones((3, 5)) / 5}, "表にしてください"),
        ({"candidates": np.zeros((3, 156))}, "行の和が 1"),
        ({"candidates": -np.eye(156)}, "0 以上"),
        ({"s": 0.5}, "s は"),
        ({"p": -1}, "p は"),
    ],
)
def test_bad_candidates_are_told(lex, change, message):
    given = {"candidates": np.eye(156), "s": 0.05, "p": 0.05} | change
    with pytest.raises(ValueError, match=message):
        joined.speak(lex, **given, rng=np.random.default_rng(0))


def test_the_viewer_never_learned_the_style_it_is_shown():
    eye = seeing.viewer("noto")
    sure = eye.candidates()
    assert sure.shape == (156, 156)
    assert np.allclose(sure.sum(axis=1), 1)
    assert (sure.argmax(axis=1) == np.arange(156)).mean() > 0.6
    hurt = eye.candidates(0.9, seed=1)
    assert (hurt.argmax(axis=1) == np.arange(156)).mean() < 0.6
    with pytest.raises(ValueError, match="0 から 1"):
        eye.candidates(1.5)
    with pytest.raises(ValueError, match="描き方"):
        seeing.viewer("crayon")


@pytest.mark.parametrize("seed", range(2))
def test_only_the_sound_lesion_of_the_joined_model_makes_nonwords(seed):
    share = {
        name: joined.shares(seeing.answer_types("noto", seed, **lesion))
        for name, lesion in (
            ("none", {}),
            ("see", {"share": 0.6}),
            ("meaning", {"s": 0.02}),
            ("sound", {"p": 0.015}),
        )
    }
    assert share["none"][CORRECT] > max(
        share[k][CORRECT] for k in ("see", "meaning", "sound")
    )
    assert share["sound"][NONWORD] > 0.3
    assert max(share[k][NONWORD] for k in ("none", "see", "meaning")) < 0.1


@pytest.mark.parametrize(("share", "s"), [(0.3, 0.03), (0.8, 0.01)])
def test_the_eye_and_the_meaning_lesion_look_alike_when_correct_is_matched(share, s):
    """強さを替えても，正答がそろえば，見る側と意味の傷の割合は近い。"""
    see, mean = (
        np.mean(
            [
                joined.shares(seeing.answer_types(style, 5, **lesion))
                for style in ("noto", "twemoji", "emojione")
            ],
            axis=0,
        )
        for lesion in ({"share": share}, {"s": s})
    )
    assert abs(see[CORRECT] - mean[CORRECT]) < 0.08
    assert patients.rmsd(see, mean) < 0.05


def test_the_nearest_patient_is_found_with_its_certainty():
    people = patients.load()
    target = people[16]
    kinds = np.repeat(np.arange(6), np.round(target.pattern * 2000).astype(int))
    found = seeing.nearest_patient(kinds, people, draws=50)
    assert found.name == target.name
    assert found.rmsd < 0.005
    assert found.share > 0.9
    few = seeing.nearest_patient(kinds[::100], people, draws=50)
    assert few.share < found.share


def test_unrelated_share_of_errors_follows_the_list_of_words():
    """誤りのうち無関係の語は，語を 20 に減らしても減らず，分類を絞ると減る。

    答えのうちの無関係の語は，語を減らすだけでも減る。
    """
    every = words()

    def far(chosen, seed):
        sure = np.eye(len(chosen))
        share = run(joined.lexicon(chosen), sure, 0.015, 0.04, seed)[1]
        return share[UNRELATED] / (1 - share[CORRECT]), share[UNRELATED]

    mixed, kin = [], []
    for seed in range(40, 60):
        rng = np.random.default_rng(seed)
        mixed.append(far([every[i] for i in rng.permutation(len(every))[:20]], seed))
        some: list[Word] = []
        for group in rng.permutation(sorted({word.category for word in every})):
            if len(some) < 16:
                some += [word for word in every if word.category == group]
        kin.append(far(some[:20], seed))
    whole, few, near = far(every, 40), np.mean(mixed, axis=0), np.mean(kin, axis=0)
    assert few[0] == pytest.approx(whole[0], abs=0.1)
    assert near[0] < 0.6 * few[0]
    assert near[1] < few[1] < 0.8 * whole[1]
