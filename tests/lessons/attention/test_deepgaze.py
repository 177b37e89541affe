"""DeepGaze の章：採点を手計算と scikit-learn で，読み出しを向きと形で確かめる。"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from sklearn.metrics import roc_auc_score

from lessons.attention.deepgaze import fixation_metrics as fm
from lessons.attention.deepgaze import hand_made
from lessons.attention.deepgaze import model as deepgaze
from lessons.attention.deepgaze import simulated_fixations as gaze
from lessons.segmentation.pose import controls
from lessons.stimuli import photos
from lessons.stimuli.scenes import SceneConfig, make_scene

M = np.array([[1.0, 2.0], [3.0, 4.0]])


def test_hand_computed_scores():
    # 固視は値 4 と 3。ほかは 1 と 2。すべて勝つ。
    assert fm.auc(M, [[1, 1], [1, 0]]) == 1
    # 固視は値 2。ほかは 1, 3, 4。3 回のうち 1 回勝つ。
    assert fm.auc(M, [[0, 1]]) == pytest.approx(1 / 3)
    # 平均 2.5，標準偏差 √1.25。値 4 と 3 の平均は 3.5。
    assert fm.nss(M, [[1, 1], [1, 0]]) == pytest.approx(1 / np.sqrt(1.25))
    # 0.4 ÷ 0.25 と 0.3 ÷ 0.25 の，2 を底とする対数の平均。
    p, flat = M / 10, np.full((2, 2), 0.25)
    expected = (np.log2(1.6) + np.log2(1.2)) / 2
    got = fm.information_gain(p, flat, [[1, 1], [1, 0]])
    assert got == pytest.approx(expected)
    # ほかの絵の固視は値 4 と 2。値 3 は 1 勝 1 敗。
    assert fm.shuffled_auc(M, [[1, 0]], [[1, 1], [0, 1]]) == 0.5


def test_ties_count_half_and_flat_map_is_chance():
    flat = np.ones((3, 3))
    assert fm.auc(flat, [[0, 0]]) == 0.5
    assert fm.nss(flat, [[0, 0]]) == 0


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), levels=st.integers(2, 30), n=st.integers(1, 40))
def test_auc_equals_scikit_learn(seed, levels, n):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, levels, (6, 7)).astype(float)
    places = np.column_stack([rng.integers(0, 6, n), rng.integers(0, 7, n)])
    unseen = np.ones((6, 7), bool)
    unseen[tuple(places.T)] = False
    seen, others = values[tuple(places.T)], values[unseen]
    truth = np.r_[np.ones(len(seen)), np.zeros(len(others))]
    expected = roc_auc_score(truth, np.r_[seen, others])
    assert fm.auc(values, places) == pytest.approx(expected)
    more = np.column_stack([rng.integers(0, 6, 9), rng.integers(0, 7, 9)])
    truth = np.r_[np.ones(n), np.zeros(9)]
    expected = roc_auc_score(truth, np.r_[seen, values[tuple(more.T)]])
    assert fm.shuffled_auc(values, places, more) == pytest.approx(expected)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_invariances(seed):
    rng = np.random.default_rng(seed)
    values = rng.random((5, 5))
    places = rng.integers(0, 5, (6, 2))
    assert fm.auc(np.exp(3 * values), places) == pytest.approx(fm.auc(values, places))
    assert fm.nss(5 * values - 2, places) == pytest.approx(fm.nss(values, places))
    p = values / values.sum()
    assert fm.information_gain(p, p, places) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fm.nss(np.ones(3), [[0, 0]]), "形にして"),
        (lambda: fm.nss(M, np.empty((0, 2), int)), "一つもありません"),
        (lambda: fm.nss(M * np.nan, [[0, 0]]), "NaN"),
        (lambda: fm.auc(M, [[0.7, 1.0]]), "整数でない"),
        (lambda: fm.auc(M, [[2, 0]]), "外に固視"),
        (lambda: fm.auc(M, [[0, 0], [0, 1], [1, 0], [1, 1]]), "計算できません"),
        (lambda: fm.information_gain(M, M / 10, [[0, 0]]), "合計"),
        (
            lambda: fm.information_gain(
                np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]]), [[0, 0]]
            ),
            "確率 0",
        ),
        (lambda: deepgaze.train(torch.zeros(2, 3, 14, 14), [], steps=1), "枚分"),
    ],
)
def test_bad_input_gets_one_clear_message(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_rule_is_a_density_that_prefers_animals_and_the_center():
    scene = gaze.scenes(8)[0]
    p = gaze.gaze_density(scene)
    assert p.sum() == pytest.approx(1)
    assert (p > 0).all()
    empty = make_scene(3, SceneConfig(size=224, fewest=0, most=0))
    q = gaze.gaze_density(empty)
    assert q[13:15, 13:15].mean() > 3 * q[0, 0]
    for scene in gaze.scenes(8):
        shares = []
        kept = gaze.gaze_density(scene, gaze.Rule(preference=1))
        more = gaze.gaze_density(scene, gaze.Rule(preference=20))
        for label, mask in zip(scene.labels, scene.masks, strict=True):
            if scene.things[label] in gaze.PREFERRED:
                cells = mask.reshape(28, 8, 28, 8).mean(axis=(1, 3)) > 0.5
                shares.append(more[cells].sum() - kept[cells].sum())
        if 0 < len(shares) < len(scene.labels):
            assert sum(shares) > 0


def test_observer_follows_the_density():
    p = gaze.gaze_density(gaze.scenes(8)[1])
    seen = gaze.observe(p, 40_000, np.random.default_rng(0))
    counts = deepgaze.count_map(seen)
    assert counts.sum() == 40_000
    assert np.abs(counts / counts.sum() - p).sum() < 0.15


def test_readout_learns_where_the_feature_is_and_adds_the_prior():
    torch.manual_seed(0)
    features = torch.zeros(12, 2, 14, 14)
    looked = []
    for k in range(12):
        row, column = 2 + k % 5, 3 + (2 * k) % 9
        features[k, 0, row, column] = 1  # ここを見る
        features[k, 1, 13 - row, 13 - column] = 1  # ここは見ない
        looked.append(np.tile([2 * row, 2 * column], (20, 1)))
    readout = deepgaze.train(features, looked, steps=80, decay=0.0)
    p = deepgaze.density(readout, features)  # (12, 28, 28)
    np.testing.assert_allclose(p.sum(axis=(1, 2)), 1, atol=1e-5)
    assert np.mean([fm.auc(q, f) for q, f in zip(p, looked, strict=True)]) > 0.95
    center = gaze.spot(3.0) * 0.99 + 0.01 / 784
    biased = deepgaze.train(features, looked, center, steps=0)
    s = biased.saliency_map(features)
    want = (s + torch.from_numpy(np.log(center)).float()).flatten(1).softmax(1)
    got = deepgaze.density(biased, features).reshape(12, -1)
    np.testing.assert_allclose(got, want.detach().numpy(), atol=1e-6)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.7])
def test_blur_equals_scipy_and_lets_sigma_learn(sigma):
    s = torch.randn(2, 1, 28, 20, dtype=torch.float64)
    wide = torch.tensor(sigma, dtype=torch.float64, requires_grad=True)
    want = [gaussian_filter(one[0], sigma, mode="nearest", radius=6) for one in s]
    np.testing.assert_allclose(
        deepgaze.blur(s, wide)[:, 0].detach(), np.stack(want), atol=1e-12
    )
    assert torch.autograd.gradcheck(lambda w: deepgaze.blur(s, w).sum(0), (wide,))


@pytest.fixture(scope="module")
def curves():
    """深い特徴と低次の特徴の，学習の途中の成績（章と同じ分け方）。"""
    scenes = gaze.scenes()
    rng = np.random.default_rng(0)
    looked = [gaze.observe(gaze.gaze_density(scene), 60, rng) for scene in scenes]
    views = [scene.image / 255 for scene in scenes]
    groups = {"学習": slice(0, 30), "検証": slice(30, 40), "試験": slice(40, 60)}
    return {
        name: deepgaze.learning_curve(
            torch.stack([features(view) for view in views]), looked, groups
        )
        for name, features in (
            ("深い", deepgaze.deep_features),
            ("低次", deepgaze.low_features),
        )
    }


def test_long_training_of_deep_features_overfits(curves):
    """更新を続けると，学習した絵では上がり続け，ほかの絵では，中心だけより悪くなる。"""
    deep = curves["深い"]
    assert (np.diff(deep["学習"]) > 0).all()
    assert deep["学習"][-1] > 0.9
    assert deep["試験"][-1] < 0
    assert deep["検証"][-1] < 0


def test_steps_chosen_by_validation_do_well_on_unseen_scenes(curves):
    for name, floor in (("深い", 0.35), ("低次", 0.15)):
        curve = curves[name]
        steps = deepgaze.best_steps(curve["検証"])
        chosen = curve["試験"][deepgaze.CHECKPOINTS.index(steps)]
        assert chosen > floor
        assert chosen > curve["試験"].max() - 0.05  # 試験の絵を見ずに選んでも，ほぼ最良
    assert deepgaze.best_steps(curves["深い"]["検証"]) < 60


def test_curve_ends_where_training_ends(curves):
    scenes = gaze.scenes()
    rng = np.random.default_rng(0)
    looked = [gaze.observe(gaze.gaze_density(scene), 60, rng) for scene in scenes]
    low = torch.stack([deepgaze.low_features(s.image / 255) for s in scenes])
    center = deepgaze.center_bias(looked[:30])
    readout = deepgaze.train(low[:30], looked[:30], center, steps=25)
    p = deepgaze.density(readout, low[40:])
    gains = [
        fm.information_gain(q, center, f) for q, f in zip(p, looked[40:], strict=True)
    ]
    at = deepgaze.CHECKPOINTS.index(25)
    assert curves["低次"]["試験"][at] == pytest.approx(np.mean(gains), abs=1e-4)


def test_real_features_have_the_declared_shapes_and_stay_frozen():
    view = deepgaze.view(photos.load("chelsea"))
    features = deepgaze.deep_features(view)
    assert features.shape == (432, 14, 14)
    assert not features.requires_grad
    torch.testing.assert_close(features, deepgaze.deep_features(view))
    low = deepgaze.low_features(view)
    assert low.shape == (4, 14, 14)
    assert torch.isfinite(low).all()
    one_colour = np.full((224, 224, 3), 0.5)
    assert torch.isfinite(deepgaze.low_features(one_colour)).all()
    assert torch.isfinite(deepgaze.deep_features(one_colour)).all()


def test_one_map_for_every_picture_is_exactly_chance_when_shuffled():
    rng = np.random.default_rng(0)
    looked = [rng.integers(0, 6, (10, 2)) for _ in range(5)]
    same = rng.random((6, 6))
    scores = [
        fm.shuffled_auc(same, looked[k], np.concatenate(looked[:k] + looked[k + 1 :]))
        for k in range(5)
    ]
    assert np.mean(scores) == pytest.approx(0.5)


def test_center_bias_keeps_every_place_possible():
    p = deepgaze.center_bias([np.array([[14, 14]])])
    assert p.sum() == pytest.approx(1)
    assert p.min() >= 0.01 / 784


@pytest.fixture(scope="module")
def maps():
    """深い特徴，重みを混ぜた特徴，低次の特徴 ``(60, C, 14, 14)``。"""
    scenes = gaze.scenes()
    views = [scene.image / 255 for scene in scenes]
    eye = deepgaze._network()
    found = {
        "低次": torch.stack([deepgaze.low_features(view) for view in views]),
        "深い": torch.stack([deepgaze.deep_features(view) for view in views]),
    }
    batch = [eye.eyes.tensor(view.astype(np.float32)) for view in views[:32]]
    mixed = controls.shuffled(eye.model, 0)
    for layer in mixed.modules():  # 替えた重みに合わせて，目盛りを取り直す
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.reset_running_stats()
            layer.momentum = None
    with torch.no_grad():
        mixed.train()(torch.cat(batch))
    with pytest.MonkeyPatch.context() as patch:
        other = replace(eye, model=mixed.eval())
        patch.setattr(deepgaze, "_network", lambda: other)
        found["混ぜた"] = torch.stack([deepgaze.deep_features(view) for view in views])
    return found


def gains(maps, truth, steps):
    rng = np.random.default_rng(5)
    looked = [gaze.observe(p, 60, rng) for p in truth]
    center = deepgaze.center_bias(looked[:40])
    found = {}
    for name, count in steps.items():
        readout = deepgaze.train(maps[name][:40], looked[:40], center, steps=count)
        p = deepgaze.density(readout, maps[name][40:])
        pairs = zip(p, looked[40:], strict=True)
        found[name] = np.mean([fm.information_gain(q, center, f) for q, f in pairs])
    return found


def test_learned_weights_beat_mixed_ones(maps):
    """物を見る観察者では，深い特徴が勝ち，重みを混ぜると低次の特徴に及ばない。"""
    truth = [gaze.gaze_density(scene) for scene in gaze.scenes()]
    steps = {"低次": 100, "深い": 20, "混ぜた": 10}
    found = gains(maps, truth, steps)
    assert found["深い"] > found["低次"] + 0.1
    assert found["低次"] > found["混ぜた"] + 0.05


def test_unlearned_maps_fill_much_of_the_gap_to_deep_features():
    """深い特徴の勝ちのすべてが，学んだ重みから来るのではない（枚数も違う）。"""
    found = {name: gain.mean() for name, gain in hand_made.recorded().items()}
    gap = found["deep"] - found["low"]
    assert gap > 0.1
    assert 0.4 < (found["many"] - found["low"]) / gap < 1
    maps = hand_made.many_features(gaze.scenes()[0].image / 255)
    assert maps.shape == (96, 14, 14)
    flat = hand_made.many_features(np.full((224, 224, 3), 0.5))
    assert flat[0].cpu().numpy() == pytest.approx(0.5)  # 明るさ
    assert flat[4:16].abs().max() < 1e-3  # 傾きも，まわりとの違いもない


def test_stronger_decay_stops_overfitting(maps):
    """重みを小さく保てば，200 回まで続けても，ほかの絵で落ちない。"""
    rng = np.random.default_rng(21)
    looked = [gaze.observe(gaze.gaze_density(one), 60, rng) for one in gaze.scenes()]
    center = deepgaze.center_bias(looked[:30])
    found = []
    for decay in (1.0, 10.0):
        readout = deepgaze.train(
            maps["深い"][:30], looked[:30], center, steps=200, decay=decay
        )
        p = deepgaze.density(readout, maps["深い"][40:])
        pairs = zip(p, looked[40:], strict=True)
        found.append(np.mean([fm.information_gain(q, center, f) for q, f in pairs]))
    assert found[0] < 0
    assert found[1] > 0.25


def test_low_features_win_for_an_observer_who_follows_saliency(maps):
    """深い特徴が勝つのは，観察者の規則に合っているから。"""
    rule, truth = gaze.Rule(), []
    for one in maps["低次"][:, 3]:  # 顕著性地図
        high = one.clamp(min=0)[None, None] ** 2
        s = torch.nn.functional.interpolate(high, size=(28, 28), mode="bilinear")
        p = s[0, 0].cpu().double().numpy()
        p = (1 - rule.center - rule.lapse) * p / p.sum() + rule.lapse / p.size
        truth.append(p + rule.center * gaze.spot(rule.center_sd))
    truth = [p / p.sum() for p in truth]
    found = gains(maps, truth, {"低次": 100, "深い": 10})
    assert found["低次"] > found["深い"] + 0.03


def test_overfitting_is_about_the_drawn_fixations(maps):
    """固視を 60 回でなく 2 万回引いて教えると，同じ 100 回の更新でも，ほかの絵で落ちない。"""
    truth = [gaze.gaze_density(scene) for scene in gaze.scenes()]
    rng = np.random.default_rng(6)
    few, many = ([gaze.observe(p, n, rng) for p in truth] for n in (60, 20_000))
    center = deepgaze.center_bias(few[:30])
    found = []
    for looked in (few, many):
        readout = deepgaze.train(maps["深い"][:30], looked[:30], center, steps=100)
        p = deepgaze.density(readout, maps["深い"][40:])
        pairs = zip(p, few[40:], strict=True)
        found.append(np.mean([fm.information_gain(q, center, f) for q, f in pairs]))
    assert found[0] < 0.2
    assert found[1] > 0.35


def test_the_number_of_maps_alone_does_not_make_overfitting(maps):
    """同じ 96 枚でも，手作りの地図は 200 回でも少ししか落ちず，深い特徴からの 96 枚は 0 を割る。"""
    scenes = gaze.scenes()
    rng = np.random.default_rng(31)
    looked = [gaze.observe(gaze.gaze_density(one), 60, rng) for one in scenes]
    picked = torch.from_numpy(rng.permutation(432)[:96])
    made = torch.stack([hand_made.many_features(s.image / 255) for s in scenes])
    center = deepgaze.center_bias(looked[:30])
    found = []
    for some in (made, maps["深い"][:, picked]):
        readout = deepgaze.train(some[:30], looked[:30], center, steps=200)
        p = deepgaze.density(readout, some[40:])
        pairs = zip(p, looked[40:], strict=True)
        found.append(np.mean([fm.information_gain(q, center, f) for q, f in pairs]))
    assert found[0] > 0.2
    assert found[1] < 0
