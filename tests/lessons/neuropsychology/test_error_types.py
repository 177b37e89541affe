"""呼称の誤りの型：音の近さの決まり，型の表，混ぜたときの割合。"""

import numpy as np
import pytest

from lessons.neuropsychology import error_types
from lessons.stimuli.naming_pictures import Word, words

TABLE = error_types.relations(words())
KINDS = list(error_types.TYPES)


def index(name):
    return [word.name for word in words()].index(name)


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        ("りす", "いす", True),  # 最後
        ("うし", "うま", True),  # 最初
        ("ばなな", "さかな", True),  # 最後
        ("らくだ", "さくら", True),  # 二つ
        ("いぬ", "ねこ", False),
        ("きゅうり", "きつね", False),  # 「きゅ」と「き」は別のモーラ
    ],
)
def test_sounds_alike(a, b, alike):
    assert error_types.sounds_alike(a, b) is alike
    assert error_types.sounds_alike(b, a) is alike


@pytest.mark.parametrize(
    ("target", "answer", "kind"),
    [
        ("犬", "犬", "correct"),
        ("犬", "猫", "semantic"),
        ("牛", "馬", "mixed"),
        ("虎", "トラック", "formal"),
        ("犬", "橋", "unrelated"),
    ],
)
def test_relations(target, answer, kind):
    assert KINDS[TABLE[index(target), index(answer)]] == kind


def test_table_is_symmetric_and_correct_only_on_the_diagonal():
    assert (TABLE == TABLE.T).all()
    assert ((TABLE == 0) == np.eye(len(TABLE), dtype=bool)).all()


def test_proportions_count_every_kind():
    targets = [index(n) for n in ("犬", "犬", "牛", "虎", "犬", "犬")]
    answers = [
        *(index(n) for n in ("犬", "猫", "馬", "トラック", "橋")),
        error_types.OMISSION,
    ]
    got = error_types.proportions(targets, answers, TABLE)
    assert np.allclose(got, 1 / 6)


def test_chance_of_random_answers_is_what_the_table_holds():
    rng = np.random.default_rng(0)
    targets = np.repeat(np.arange(156), 20)
    answers = rng.integers(156, size=targets.size)
    got = error_types.chance(targets, answers, TABLE, rng, repeats=10)
    expected = error_types.proportions(targets, answers, TABLE)
    assert np.allclose(got, expected, atol=0.01)


def test_chance_keeps_correct_and_omitted_and_loses_the_relation():
    rng = np.random.default_rng(1)
    targets = np.arange(156)
    same = [
        next(j for j in range(156) if TABLE[i, j] == KINDS.index("semantic"))
        for i in targets
    ]
    answers = np.array(same)
    answers[:40] = targets[:40]
    answers[40:60] = error_types.OMISSION
    got = error_types.chance(targets, answers, TABLE, rng)
    share = error_types.proportions(targets, answers, TABLE)
    assert got.sum() == pytest.approx(1)
    assert got[0] == share[0]
    assert got[-1] == share[-1]
    assert share[KINDS.index("semantic")] == pytest.approx(96 / 156)
    assert got[KINDS.index("semantic")] < 0.3 * 96 / 156


def test_chance_without_errors_is_the_share_itself():
    got = error_types.chance([0, 1], [0, 1], TABLE, np.random.default_rng(0))
    assert got.tolist() == [1, 0, 0, 0, 0, 0]


def test_words_of_one_category_are_not_taken_for_similar_sounds():
    """別の分類で音の近い語も，遠い語もある（型が一つに偏らない）。"""
    assert {KINDS[k] for k in np.unique(TABLE)} == set(KINDS) - {"omission"}
    assert isinstance(words()[0], Word)
