"""章 recognition/feature_visualization：ICA のフィルター，傾きの測り方，隠す実験，作った絵。"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons import exercises
from lessons.effects.record import named
from lessons.recognition.convolution.model import convolve
from lessons.recognition.feature_visualization import model, tuning, yours
from lessons.recognition.feature_visualization.cells import gabor, grating, modulation
from lessons.recognition.feature_visualization.maximisation import maximised
from lessons.recognition.feature_visualization.occlusion import occlusion_map
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0


def test_patches_have_zero_mean_and_follow_their_seed():
    x = model.patches(3, number=50, side=8)
    assert x.shape == (50, 64)
    np.testing.assert_allclose(x.mean(axis=1), 0, atol=1e-9)
    assert np.array_equal(x, model.patches(3, number=50, side=8))
    assert not np.array_equal(x, model.patches(4, number=50, side=8))


def test_controls_break_only_what_they_say():
    x = model.patches(3, number=50, side=8)
    shuffled = model.patches(3, "shuffled", number=50, side=8)
    np.testing.assert_allclose(np.sort(shuffled, axis=1), np.sort(x, axis=1))
    assert np.array_equal(model.patches(3, "untrained", number=50, side=8), x)
    # 位相を壊しても，写真のスペクトルは残る
    photo = model.grey("chelsea")
    (broken,) = model._source(photo, "phase", np.random.default_rng(0))
    before, after = (np.abs(np.fft.rfft2(p)) for p in (photo - photo.mean(), broken))
    inner = (slice(1, 60), slice(1, 60))
    np.testing.assert_allclose(after[inner], before[inner], rtol=1e-6)
    assert abs(np.corrcoef(photo.ravel(), broken.ravel())[0, 1]) < 0.3


def test_bad_patches_are_refused():
    with pytest.raises(ValueError, match="使える名前: shuffled"):
        model.patches(0, "noisy")
    with pytest.raises(ValueError, match="4 から 32"):
        model.patches(0, side=2)


def test_filters_make_components_white():
    x = model.patches(0, number=4000, side=8)
    w = model.independent_filters(x, 16)
    s = x @ w.T
    np.testing.assert_allclose(np.cov(s.T), np.eye(16), atol=0.05)


def test_components_of_photos_are_more_peaked_than_unrotated_ones():
    """ICA は，白色化しただけの成分より尖った（尖度の大きい）分布を見つける。"""
    x = model.patches(0, number=4000, side=8)
    peaked = []
    for steps in (60, 0):
        s = x @ model.independent_filters(x, 16, steps=steps).T
        peaked.append(np.mean(s**4 / (s**2).mean(axis=0) ** 2))
    assert peaked[0] > 1.5 * peaked[1]


@given(angle=st.integers(0, 35).map(lambda n: 5.0 * n), frequency=st.floats(0.18, 0.35))
def test_tuning_finds_the_orientation_of_a_gabor(angle, frequency):
    r = tuning.responses(gabor(14, angle, frequency)[None])
    away = abs((tuning.preferred(r)[0] - angle + 90) % 180 - 90)
    assert away <= 5
    assert tuning.selectivity(r)[0] > 0.6
    assert 20 < tuning.bandwidth(r)[0] < 90


def test_round_spot_has_no_orientation():
    y, x = np.mgrid[:13, :13] - 6
    spot = np.exp(-(x**2 + y**2) / 4)[None]
    r = tuning.responses(spot)
    assert tuning.selectivity(r)[0] < 0.02
    assert tuning.bandwidth(r)[0] == 180


def test_cardinal_counts_are_balanced():
    filters = np.stack([gabor(14, a, 0.25) for a in (0, 90, 45, 135)])
    assert tuning.cardinal(tuning.responses(filters)) == 0
    assert tuning.cardinal(tuning.responses(filters[:2])) == 1


def test_half_wave_response_has_the_known_modulation():
    phase = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    half = np.maximum(np.cos(phase), 0)
    assert modulation(half) == pytest.approx(np.pi / 2, abs=1e-3)
    assert modulation(np.ones(24)) == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="0 以下"):
        modulation(np.zeros(24))


def test_grating_is_vertical_at_zero_degrees():
    stripes = grating(9, 0, 0.2)
    np.testing.assert_allclose(stripes, stripes[:1].repeat(9, axis=0))
    np.testing.assert_allclose(grating(9, 90, 0.2), stripes.T, atol=1e-9)


def test_hiding_the_cup_lowers_espresso_more_than_hiding_a_corner():
    net = efficientnet_lite0.pretrained()
    drop = occlusion_map(net, photos.load("coffee"), 967, side=96, step=64)
    assert drop.shape == (3, 3)
    assert drop.max() > 0.05
    assert drop.max() > drop[-1, -1]
    with pytest.raises(ValueError, match="1 から 223"):
        occlusion_map(net, photos.load("coffee"), 967, side=224)
    with pytest.raises(ValueError, match="クラス番号"):
        occlusion_map(net, photos.load("coffee"), 1000, side=200, step=99)


def test_made_picture_raises_its_own_map():
    picture, values = maximised(336, steps=8, side=64)
    assert picture.shape == (64, 64, 3)
    assert 0 <= picture.min() <= picture.max() <= 1
    assert values[-1] > values[0] + 0.1
    with pytest.raises(ValueError, match="1279"):
        maximised(1280)


def test_questions_are_marked():
    asked = yours.questions(2)
    assert [one.pictures.shape for one in asked] == [(2, 112, 112, 3)] * 2
    right = "".join("左右"[one.strong] for one in asked)
    assert yours.marked(right, asked)[0].startswith("あなた：2 / 2")
    assert yours.marked(..., asked)[0].startswith("まだ答え")
    with pytest.raises(ValueError, match="2 字"):
        yours.marked("左上", asked)


@pytest.mark.parametrize(
    ("name", "answer", "passes"),
    [
        ("orientation", 67, True),
        ("orientation", 20, False),
        ("complex", lambda simple: simple.sum(axis=0), True),
        ("complex", 3, False),
        ("control", "untrained", False),
    ],
)
def test_other_right_and_wrong_answers(name, answer, passes):
    passed, message = exercises.judge(f"feature_visualization/{name}", answer)
    assert passed == passes, message


def test_page_states_the_recorded_verdicts():
    oriented, cardinal = named("oriented_filters", "cardinal_filters")
    assert (oriented.word, cardinal.word) == ("向きだけ", "決まらない")
    assert oriented.verdict is not None
    assert cardinal.verdict is not None
    assert oriented.verdict.passing == ()
    assert oriented.verdict.robust == 1
    for control in oriented.verdict.controls.values():
        assert control.mean < oriented.verdict.model.mean / 3
    assert cardinal.verdict.model.low < cardinal.protocol.threshold
    assert "noise" in cardinal.verdict.passing


def test_straight_edges_alone_teach_oriented_filters():
    """縁だけの絵からは傾きを選ぶフィルターができる。位相を壊した写真からは，対照の差を写真と同じにしても，できない。"""
    g = np.random.default_rng(0)
    y, x = np.mgrid[:8, :8] - 3.5
    turn, place = g.uniform(0, 2 * np.pi, 4000), g.uniform(-4, 4, 4000)
    strength = g.exponential(1, 4000)
    across = np.multiply.outer(np.cos(turn), x) + np.multiply.outer(np.sin(turn), y)
    edges = strength[:, None, None] * np.tanh(across - place[:, None, None])
    edges = edges.reshape(4000, 64) + g.normal(0, 0.05, (4000, 64))
    photo = model.patches(0, number=4000, side=8)
    broken = model.patches(0, "phase", number=4000, side=8)
    contrast = g.permutation(photo.std(axis=1, keepdims=True))
    broken = broken / broken.std(axis=1, keepdims=True) * contrast
    found = []
    for seen in (edges - edges.mean(axis=1, keepdims=True), photo, broken):
        w = model.independent_filters(seen, 24).reshape(24, 8, 8)
        found.append(np.median(tuning.selectivity(tuning.responses(w))))
    assert min(found[:2]) > 2 * found[2]


def test_decorrelation_alone_is_as_selective_without_edges():
    """主成分なら，位相を壊した写真でも，写真と同じくらい傾きを選ぶ。どちらが高いかは，種による。"""
    found = {}
    for seed in (1, 100):
        for kind in ("", "phase"):
            x = model.patches(seed, kind)
            main = np.linalg.svd(x, full_matrices=False)[2][:64].reshape(64, 12, 12)
            r = tuning.responses(main)
            found[seed, kind] = np.median(tuning.selectivity(r))
    assert 0.25 < found[100, ""] < found[100, "phase"] < 0.5
    assert 0.25 < found[1, "phase"] < found[1, ""] < 0.5


def test_pooling_narrower_than_a_cycle_still_chooses_a_phase():
    """頁の縞では，広くまとめるほど位相を選ばない。粗い縞では，同じ広さでも，まだ選ぶ。"""

    def pooled(frequency: float, cells: int) -> float:
        first, found = (11 - cells) // 2, []
        for phase in np.linspace(0, 2 * np.pi, 24, endpoint=False):
            screen = grating(25, 0, frequency, phase)
            maps = np.maximum(convolve(screen, gabor(15, 0, frequency)), 0)
            here = slice(first, first + cells)
            found.append(maps[here, here].max())
        return modulation(np.array(found))

    assert pooled(0.15, 11) < 0.05  # 頁の図：一周期は 7 画素ほど
    assert 0.5 < pooled(0.15, 3) < 1
    assert pooled(0.15, 5) < 0.25
    assert pooled(0.05, 5) > 1  # 粗い縞では，五ますまとめても単純細胞に数える


def test_width_tells_photos_from_chance_only_when_frequencies_are_summed():
    """いちばん応じる細かさの幅は，学習なしでも同じくらいか，もっと狭い。細かさで足した曲線の幅は，写真の方がずっと狭い。"""
    one, summed = {}, {}
    for kind in ("", "untrained"):
        r = tuning.responses(model.learned(2, kind, number=4000))
        one[kind] = np.median(tuning.bandwidth(r))
        energy = np.sqrt((r**2).sum(axis=1, keepdims=True))
        summed[kind] = np.median(tuning.bandwidth(energy))
    assert one["untrained"] < one[""] + 5
    assert summed[""] < 0.75 * summed["untrained"]
    same = []  # 位相を壊した写真とは，足しても分かれない種がある
    for kind in ("", "phase"):
        r = tuning.responses(model.learned(4, kind, number=4000))
        energy = np.sqrt((r**2).sum(axis=1, keepdims=True))
        same.append(np.median(tuning.bandwidth(energy)))
    assert same[1] < 1.1 * same[0]


def test_patches_without_edges_that_keep_their_own_tilt_teach_oriented_filters():
    """切れ端ごとに位相を壊せば，縁がなくても傾きを選ぶ。傾きのかたよりも，切れ端ごとに，または写真の全体でなくすと，選ばない。"""
    g = np.random.default_rng(0)
    far = np.hypot(*np.meshgrid(np.fft.fftfreq(12), np.fft.fftfreq(12)))
    ring = np.round(12 * far).astype(int).ravel()

    def selectivity(x: np.ndarray) -> float:
        x = x.reshape(len(x), -1)
        x = x - x.mean(axis=1, keepdims=True)
        x = x / (x.std(axis=1, keepdims=True) + 1e-9)  # 明暗の差をそろえる
        w = model.independent_filters(x, 36, 0).reshape(36, 12, 12)
        return float(np.median(tuning.selectivity(tuning.responses(w))))

    found = []
    for seed in (0, 1):
        photo = model.patches(seed, number=4000).reshape(-1, 12, 12)
        noise = np.fft.fft2(g.normal(size=photo.shape))
        phase, size = noise / np.abs(noise), np.abs(np.fft.fft2(photo))
        flat = size.reshape(len(photo), -1)
        mean = np.stack([flat[:, ring == k].mean(axis=1) for k in range(9)], axis=1)
        sets = (
            photo,
            np.fft.ifft2(size * phase).real,
            np.fft.ifft2(mean[:, ring].reshape(size.shape) * phase).real,
            model.patches(seed, "phase", number=4000),
        )
        found.append([selectivity(x) for x in sets])
    seen, tilted, level, whole = np.mean(found, axis=0)
    assert tilted > 0.9 * seen
    assert tilted > 2 * max(level, whole)


@pytest.mark.parametrize("seed", [0, 3])
def test_small_patches_stay_oriented_without_their_tilt(seed):
    """8 画素の切れ端では，縁も傾きのかたよりもなくしても，選択性は下がらない。"""
    g = np.random.default_rng(0)
    far = np.hypot(*np.meshgrid(np.fft.fftfreq(8), np.fft.fftfreq(8)))
    ring = np.round(8 * far).astype(int).ravel()
    photo = model.patches(seed, number=3000, side=8).reshape(-1, 8, 8)
    noise = np.fft.fft2(g.normal(size=photo.shape))
    flat = np.abs(np.fft.fft2(photo)).reshape(len(photo), -1)
    kinds = range(ring.max() + 1)  # 傾きを区別せず，細かさごとの平均にする
    mean = np.stack([flat[:, ring == k].mean(axis=1) for k in kinds], axis=1)
    level = mean[:, ring].reshape(photo.shape) * noise / np.abs(noise)
    found = []
    for x in (photo, np.fft.ifft2(level).real):
        x = x.reshape(len(x), -1)
        x = x - x.mean(axis=1, keepdims=True)
        x = x / (x.std(axis=1, keepdims=True) + 1e-9)  # 明暗の差をそろえる
        w = model.independent_filters(x, 24).reshape(24, 8, 8)
        found.append(np.median(tuning.selectivity(tuning.responses(w))))
    assert found[1] > 0.9 * found[0] > 0.5
