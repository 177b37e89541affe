"""絵の名前を言うモデル：読み出し，損傷，見え方をそろえた対，効果の測り方。"""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import safetensors
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.neuropsychology import error_types
from lessons.neuropsychology.error_types import OMISSION
from lessons.neuropsychology.picture_naming import (
    lesions,
    levels,
    matched_pairs,
    measures,
    model,
    visual,
)
from lessons.stimuli import naming_pictures
from lessons.weights import efficientnet_lite0, ledger

ROOM = Path(model.__file__).parent
STIMULI = Path(naming_pictures.__file__).parent
EYE = {style: model.features(style) for style in naming_pictures.STYLES}


def test_stored_features_belong_to_these_pictures_and_weights():
    with safetensors.safe_open(ROOM / "features.safetensors", "numpy") as file:
        record = file.metadata()
    pictures = (STIMULI / "naming" / "pictures.zip").read_bytes()
    assert record["pictures"] == hashlib.sha256(pictures).hexdigest()
    assert record["weights"] == ledger.get("efficientnet_lite0").sha256
    assert record["side"] == str(model.SIDE)


@pytest.mark.parametrize("style", ["noto", "fluent_line"])
def test_stored_features_are_what_the_eye_sees(style):
    chosen = [0, 70, 155]
    seen = model.look(naming_pictures.pictures(style)[chosen])
    assert np.allclose(seen, EYE[style][chosen], atol=5e-3)
    assert seen.std() > 0.1


def test_unseen_styles_are_named_far_above_chance_and_better_than_by_pixels():
    exam = model.examine(EYE)
    view = {s: visual.appearance(s)[:, :768] for s in EYE}
    assert exam.correct.mean() > 0.6
    assert 0.3 < model.examine(view).correct.mean() < exam.correct.mean() - 0.1
    assert len(exam.target) == 156 * 8


def test_a_family_is_never_in_its_own_training():
    """除いた組の活動を壊しても，その組の読み出しは変わらない。"""
    broken = dict(EYE) | {s: EYE[s] * 0 for s in ("fluent", "fluent_line")}
    assert np.array_equal(
        model.readouts(broken)["fluent"].weight, model.readouts(EYE)["fluent"].weight
    )


def test_readout_solves_the_ridge_equation():
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(6, 20)).astype(np.float32) for _ in range(3)]
    readout = model.learn(x, penalty=2.0)
    z = (np.concatenate(x) - readout.mean) / readout.spread
    target = np.tile(np.eye(6), (3, 1)) - 1 / 6
    expected = np.linalg.solve(z.T @ z + 2 * np.eye(20), z.T @ target)
    assert np.allclose(readout.weight, expected, atol=1e-3)


def test_a_removed_unit_says_nothing():
    readout = model.learn(list(EYE.values()))
    keep = np.ones(1280, np.float32)
    keep[:600] = 0
    changed = EYE["noto"].copy()
    changed[:, :600] += 5
    assert np.allclose(
        model.name_scores(readout, EYE["noto"], keep),
        model.name_scores(readout, changed, keep),
    )


def test_answer_is_silent_when_unsure():
    scores = np.array([[0.5, 0.1, 0.0], [0.5, 0.45, 0.0]])
    assert model.answer(scores).tolist() == [0, 0]
    assert model.answer(scores, 0.1).tolist() == [0, OMISSION]


@pytest.mark.parametrize("style", ["oil", ""])
def test_unknown_style_is_refused(style):
    with pytest.raises(ValueError, match="使える名前: openmoji"):
        model.features(style)


@pytest.mark.parametrize("bad", ["絵", np.zeros((4, 4)), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_picture_is_refused_in_one_sentence(bad):
    with pytest.raises(ValueError, match="写真"):
        model.look([bad])


def test_long_pictures_are_not_squeezed():
    wide = np.zeros((20, 80, 3), np.uint8)
    tall = model._square(wide)
    assert tall.shape == (80, 80, 3)
    assert (tall[30:50] == 0).all()
    assert (tall[:30] == 255).all()


@given(st.floats(0, 1), st.integers(1, 400), st.integers(0, 99))
@settings(max_examples=30)
def test_lesion_removes_the_share_asked_for(share, units, seed):
    keep = lesions.surviving(units, share, np.random.default_rng(seed))
    assert keep.shape == (units,)
    assert (keep == 0).sum() == round(share * units)


@pytest.mark.parametrize("share", [-0.1, 1.01, 30, float("nan"), "半分", None])
def test_shares_outside_zero_and_one_are_refused(share):
    with pytest.raises(ValueError, match=r"0 から 1 の数にして.*0\.3 と書きます"):
        lesions.surviving(10, share, np.random.default_rng(0))
    with pytest.raises(ValueError, match="amount は 0 から 1"):
        lesions.perturbed(efficientnet_lite0.EfficientNetLite0(), "late", share, 0)


def test_only_the_place_is_perturbed_and_the_network_stays_whole():
    network = efficientnet_lite0.EfficientNetLite0()
    before = {k: v.clone() for k, v in network.named_parameters()}
    changed = {}
    for place in lesions.PLACES:
        hurt = dict(lesions.perturbed(network, place, 0.1, 0).named_parameters())
        changed[place] = {k for k, v in hurt.items() if not v.equal(before[k])}
    assert all(v.equal(before[k]) for k, v in network.named_parameters())
    every = [k for k, v in before.items() if v.ndim == 4]
    assert sorted(every) == sorted(k for names in changed.values() for k in names)
    assert "_conv_stem.weight" in changed["early"]
    assert "_conv_head.weight" in changed["late"]
    assert all(len(names) > 10 for names in changed.values())
    with pytest.raises(ValueError, match="使える名前: early, middle, late"):
        lesions.perturbed(network, "top", 0.1, 0)


def test_confusions_and_matched_pairs_by_hand():
    target = np.array([0, 1, 2, 3, 0, 1, 2, 3])
    answer = np.array([1, 1, 3, 3, 2, OMISSION, 2, 3])
    exam = model.Exam(target, answer, np.repeat([0, 1], 4))
    table = matched_pairs.confusions(exam, 4)
    assert table[0].tolist() == [0, 0.5, 0.5, 0]
    assert table.sum() == 1.5
    gaps = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))
    rates = matched_pairs.compare(table, gaps, np.array(["a", "a", "b", "b"]))
    # 同じ分類：0→1 .5，1→0 0，2→3 .5，3→2 0。そろえた対：0→2 .5，1→2 0，2→1 0，3→1 0
    assert rates.same == 0.25
    assert rates.matched == 0.125
    assert rates.other == 0.5 / 8


def test_distances_are_euclidean():
    x = np.random.default_rng(0).normal(size=(7, 12))
    gaps = visual.distances([x, x])
    z = (x - x.mean(0)) / (x.std(0) + 1e-3)
    expected = np.sqrt(((z[:, None] - z[None]) ** 2).mean(2))
    assert np.allclose(gaps, expected)


@pytest.mark.parametrize(
    "measure", [measures.semantic_errors, measures.severity, measures.frequency]
)
def test_shuffled_controls_give_no_effect(measure):
    values = [measure(seed, "shuffled") for seed in range(6)]
    assert abs(np.mean(values)) < 0.08


def test_semantic_errors_come_from_looks_too():
    """学習を一つもしない見え方が，学習ずみの目の七割より多い「意味の間違い」をする。"""
    eye = np.mean([measures.semantic_errors(s) for s in range(3)])
    view = np.mean([measures.semantic_errors(s, "appearance") for s in range(3)])
    assert eye > 0.15
    assert view > 0.7 * eye


@pytest.mark.parametrize("cosine", [False, True])
def test_looks_come_near_with_another_readout(cosine):
    """名前ごとの平均との近さで答えても，見え方の割合は，目の七割を超える。"""
    category = naming_pictures.categories()
    near = []
    for activity in (EYE, {s: visual.appearance(s) for s in EYE}):
        kin = []
        for style, x in activity.items():
            known = [
                other
                for name, other in activity.items()
                if model.family(name) != model.family(style)
            ]
            every = np.concatenate(known)
            mean, spread = every.mean(axis=0), every.std(axis=0) + 1e-3
            centre, z = (np.mean(known, axis=0) - mean) / spread, (x - mean) / spread
            if cosine:
                centre = centre / np.linalg.norm(centre, axis=1, keepdims=True)
            score = z @ centre.T
            if not cosine:
                score -= (centre**2).sum(axis=1) / 2
            said = score.argmax(axis=1)
            wrong = said != np.arange(156)
            kin.append((category[said] == category)[wrong])
        near.append(np.concatenate(kin).mean())
    assert near[0] > 0.25
    assert near[1] > 0.7 * near[0]


@pytest.mark.parametrize("lost", [0.0, 0.9])
def test_errors_are_no_nearer_in_sound_at_any_damage(lost):
    """無傷でも重い損傷でも，混合の間違いは偶然をはっきりとは上回らない。"""
    excess = [measures.mixed_errors(seed, lost=lost) for seed in range(3)]
    assert np.mean(excess) < 0.03


def test_errors_do_not_know_sounds():
    assert abs(np.mean([measures.mixed_errors(s) for s in range(5)])) < 0.04


def test_colour_gain_depends_on_what_was_learned():
    both, line = (
        np.mean([measures.colour(s, training=t).mean() for s in range(3)])
        for t in ("both", "line")
    )
    assert both > 0.03
    assert line < -0.03


def test_measures_find_an_effect_put_in(monkeypatch):
    """物差しの検査：分類しか伝えない目では，誤りがほとんど同じ分類になる。"""
    codes = np.unique(naming_pictures.categories(), return_inverse=True)[1]
    clear = np.eye(15, dtype=np.float32)[codes]

    def seen(control, seed):
        rng = np.random.default_rng(seed)
        return {
            s: clear + 0.01 * rng.normal(size=clear.shape).astype(np.float32)
            for s in naming_pictures.STYLES
        }

    monkeypatch.setattr(measures, "eye", seen)
    assert measures.semantic_errors(0, penalty=1.0) > 0.6


def test_which_level_survives_depends_on_the_pooling_and_the_pictures():
    """大まかな名前がいちばん減ることは，得点のまとめ方と絵を替えると出ない。"""
    most = levels.shares(0.9)
    mean = levels.shares(0.9, pool=np.mean)
    other = levels.shares(0.9, style="openmoji")
    assert min(most, key=most.get) == "大分け"
    assert min(mean, key=mean.get) == "種類"
    assert min(other, key=other.get) == "個別"


def test_either_half_of_the_units_can_name_almost_as_well():
    """どちらの半分だけで学び直しても，正答率はあまり落ちない：情報を分け持っている。"""
    order = np.random.default_rng(0).permutation(1280)
    whole = model.examine(EYE).correct.mean()
    for half in (order[:640], order[640:]):
        part = model.examine({s: x[:, half] for s, x in EYE.items()})
        assert part.correct.mean() > whole - 0.1


def test_units_of_small_spread_carry_less():
    """活動の散らばりの大きい半分なら落ちず，小さい半分では落ちる（頁の 0.67 と 0.54）。"""
    order = np.concatenate(list(EYE.values())).var(0).argsort()
    small, large = (
        model.examine({s: x[:, half] for s, x in EYE.items()}).correct.mean()
        for half in (order[:640], order[640:])
    )
    assert large == pytest.approx(0.67, abs=0.02)
    assert small == pytest.approx(0.54, abs=0.02)


def test_losing_the_units_of_small_spread_adds_semantic_errors():
    """無作為でなく，散らばりの小さい 9 割を除くと，意味の間違いは増える（練習の答えの範囲）。"""
    order = np.concatenate(list(EYE.values())).std(0).argsort()
    keep = np.ones(1280, np.float32)
    keep[order[: round(0.9 * 1280)]] = 0
    learned, table = model.readouts(EYE), error_types.relations(naming_pictures.words())
    semantic = [
        error_types.proportions(e.target, e.answer, table)[1]
        for e in (model.examine(EYE, learned), model.examine(EYE, learned, keep))
    ]
    assert semantic[1] > 1.3 * semantic[0]
