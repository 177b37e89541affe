"""場所のソフトマックス：GAP・ガウス分布・内積注意・勝者占有と等しくなる所を確かめる。"""

import numpy as np
import pytest
import torch

from lessons.attention.attention_as_softmax import model as eye
from lessons.attention.attention_as_softmax.two_objects import (
    PRESENT,
    absent,
    absent_classes,
    pictures,
    trials,
)
from lessons.attention.self_attention.model import scaled_dot_product
from lessons.basics.softmax.model import softmax

RNG = np.random.default_rng(0)
M = RNG.normal(size=(4, 6))


@pytest.fixture(scope="module")
def A():
    generator = torch.Generator().manual_seed(0)
    picture = torch.rand(96, 128, 3, generator=generator).numpy()
    return eye.feature_maps(picture)  # (1280, 3, 4)


def test_gaze_is_a_probability_over_places():
    p = eye.gaze(M, 0.7)
    assert p.shape == M.shape
    assert (p > 0).all()
    assert p.sum() == pytest.approx(1)
    np.testing.assert_allclose(p.ravel(), softmax(eye.standardize(M).ravel(), 0.7))


def test_gaze_does_not_depend_on_the_units_of_the_map():
    np.testing.assert_allclose(eye.gaze(M), eye.gaze(100 * M - 7))


@pytest.mark.parametrize("flat", [np.zeros((3, 5)), np.full((3, 5), 8.0)])
def test_flat_map_is_looked_at_evenly(flat):
    np.testing.assert_allclose(eye.gaze(flat, 0.01), 1 / 15)


def test_cold_gaze_is_winner_take_all_and_hot_gaze_is_even():
    assert eye.gaze(M, 0.01).ravel()[M.argmax()] > 0.999
    assert eye.places(eye.gaze(M, 0.01)) == pytest.approx(1, abs=0.01)
    assert eye.places(eye.gaze(M, 1000)) == pytest.approx(M.size, rel=1e-3)


def test_number_of_places_grows_with_the_temperature():
    counts = [eye.places(eye.gaze(M, beta)) for beta in np.geomspace(0.02, 20, 12)]
    assert (np.diff(counts) > 0).all()


def test_bad_maps_and_temperatures_are_refused_in_japanese():
    with pytest.raises(ValueError, match="二次元"):
        eye.gaze(np.zeros(5))
    with pytest.raises(ValueError, match="beta"):
        eye.gaze(M, 0)
    with pytest.raises(ValueError, match="そろえて"):
        eye.look(torch.zeros(2, 3, 4), np.full((4, 3), 1 / 12))


def test_spotlight_is_a_gaussian():
    p = eye.spotlight((41, 51), (20, 25), 3.0)
    row, column = np.indices(p.shape)
    assert (row * p).sum() == pytest.approx(20)
    assert (column * p).sum() == pytest.approx(25)
    assert ((row - 20) ** 2 * p).sum() == pytest.approx(9, rel=1e-3)
    assert p[20, 28] / p[20, 25] == pytest.approx(np.exp(-0.5))


def test_fixations_follow_the_probabilities():
    p = eye.gaze(M, 0.8)
    chosen = eye.fixations(p, 50_000, np.random.default_rng(1))
    counts = np.zeros(M.shape)
    np.add.at(counts, tuple(chosen.T), 1)
    np.testing.assert_allclose(counts / 50_000, p, atol=0.01)


def test_without_repeats_no_place_is_seen_twice():
    p = eye.gaze(M, 0.5)
    chosen = eye.fixations(p, M.size, np.random.default_rng(2), repeat=False)
    assert len({tuple(place) for place in chosen}) == M.size
    with pytest.raises(ValueError, match="見られるますは 24 個"):
        eye.fixations(p, 25, np.random.default_rng(2), repeat=False)


def test_looking_evenly_is_global_average_pooling(A):
    even = np.full(A.shape[1:], 1 / A[0].numel())
    torch.testing.assert_close(eye.look(A, even), A.mean(dim=(1, 2)))
    _, model = eye.network()
    with torch.no_grad():
        expected = model._fc(A.mean(dim=(1, 2))).softmax(0).double().numpy()
    np.testing.assert_allclose(eye.name(eye.look(A, even)), expected, rtol=1e-4)


def test_named_look_is_dot_product_attention(A):
    _, model = eye.network()
    w, seen = model._fc.weight[282].detach(), A.flatten(1).T
    expected, weights = scaled_dot_product(w[None], seen, seen)
    named = eye.named_map(A, 282)
    p = softmax(named.ravel(), np.sqrt(1280)).reshape(named.shape)
    np.testing.assert_allclose(p.ravel(), weights[0].numpy(), rtol=1e-3)
    torch.testing.assert_close(eye.look(A, p), expected[0], rtol=1e-3, atol=1e-4)


def test_mean_of_the_named_map_is_the_score(A):
    _, model = eye.network()
    with torch.no_grad():
        score = float(model._fc(A.mean(dim=(1, 2)))[967] - model._fc.bias[967])
    assert eye.named_map(A, 967).mean() == pytest.approx(score, rel=1e-3, abs=1e-4)


def test_pictures_change_with_the_seed_and_only_with_it():
    first, again, other = pictures(0), pictures.__wrapped__(0), pictures(1)
    assert len(first) == 6
    assert torch.equal(first[0][0], again[0][0])
    assert not torch.equal(first[0][0], other[0][0])
    for maps, regions, classes in first:
        assert maps.shape[1:] == regions.shape[1:] == (7, 14)
        assert (regions[0] ^ regions[1]).all()
        assert classes[0] != classes[1]


def test_attention_decides_between_two_objects():
    for condition in ("場所", "名前"):
        assert all(t.attended > t.ignored for t in trials(0, condition))
    even = trials(0, "なし")
    assert np.mean([t.attended > t.ignored for t in even]) == 0.5


def test_absent_names_leave_out_what_the_photos_show():
    classes = set(absent_classes().tolist())
    assert len(classes) == 1000 - sum(map(len, PRESENT.values()))
    for shown in PRESENT.values():
        assert not classes & set(shown)
    assert {593, 540, 963} <= classes  # ハーモニカ，石油掘削プラットフォーム，ピザ


def test_absent_measures_the_named_look_of_every_class():
    found, classes = absent(0), absent_classes()
    for column in (0, 300, 900):
        for row, (A, _, _) in enumerate(pictures(0)):
            c = classes[column]
            p = eye.gaze(eye.named_map(A, c), 0.5)
            expected = eye.name(eye.look(A, p))[c]
            assert found.sought[row, column] == pytest.approx(expected, rel=1e-3)
            even = eye.name(A.mean(dim=(1, 2)))[c]
            assert found.plain[row, column] == pytest.approx(even, rel=1e-3)


def test_some_absent_names_appear_when_sought_and_not_when_another_is():
    """ない物の一つ（ピザ）では見えないが，すべてを試すと，見えてしまう物がある。"""
    found = [absent(seed) for seed in range(3)]
    highest = {
        key: np.concatenate([getattr(one, key) for one in found]).max(axis=0)
        for key in ("plain", "sought", "other")
    }
    assert (highest["plain"] > 0.1).sum() == 0
    assert (highest["sought"] > 0.1).sum() > 30
    assert (highest["sought"] > 0.5).sum() > 5
    assert (highest["other"] > 0.1).sum() < 6
    sought = np.concatenate([one.sought for one in found])
    assert np.median(sought) < 0.001
    number = absent_classes().tolist()
    assert highest["sought"][number.index(963)] < 0.05  # 選ぶ物しだいで，逆の結論になる
    assert highest["sought"][number.index(593)] > 0.8


def test_unknown_condition_names_the_valid_ones():
    with pytest.raises(ValueError, match="なし, 場所, 名前"):
        trials(0, "音")
