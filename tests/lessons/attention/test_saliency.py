"""顕著性モデル：42 枚の地図，正規化，探索画面への応じ方，視線の動き。"""

import dataclasses

import numpy as np
import pytest
import torch
from scipy.ndimage import label

from lessons.attention.saliency import without_rule
from lessons.attention.saliency.exercises import EXERCISES
from lessons.attention.saliency.model import (
    PAIRS,
    SMALLEST,
    THETAS,
    N,
    broadly_tuned,
    center_surround,
    fit,
    gabor,
    gaussian_pyramid,
    saliency,
)
from lessons.attention.saliency.scanpath import Fixation, scanpath
from lessons.attention.saliency.search import (
    conjunction_cost,
    first_is_target,
    paths_over,
    pop_out_accuracy,
    random_shifts,
    return_share,
    returns_on_displays,
    search,
    shifts_to_target,
)
from lessons.stimuli import photos
from lessons.stimuli.search_displays import Item, Look, Search, make_display, render

SEEDS = range(10)


@pytest.fixture(scope="module")
def coffee():
    return saliency(photos.load("coffee"))


def plane(value, side=256):
    return np.full((side, side, 3), value, np.uint8)


def test_there_are_42_maps_with_the_names_and_sizes_of_the_paper(coffee):
    assert set(PAIRS) == {(2, 5), (2, 6), (3, 6), (3, 7), (4, 7), (4, 8)}
    wanted = {f"{kind}({c},{s})" for kind in ("I", "RG", "BY") for c, s in PAIRS}
    wanted |= {f"O({c},{s},{theta})" for c, s in PAIRS for theta in THETAS}
    assert set(coffee.maps) == wanted
    kinds = [name.partition("(")[0] for name in coffee.maps]
    assert [kinds.count(k) for k in ("I", "RG", "BY", "O")] == [6, 6, 6, 24]
    for name, one in coffee.maps.items():
        c = int(name.partition("(")[2][0])
        assert one.shape == (1, 1, -(-400 // 2**c), -(-600 // 2**c)), name
        assert one.min() >= 0
        assert one.max() > 0
    for one in (coffee.I_bar, coffee.C_bar, coffee.O_bar, coffee.S):
        assert one.shape == (1, 1, 25, 38)


def test_saliency_is_the_mean_of_the_normalised_conspicuity_maps(coffee):
    mean = (N(coffee.I_bar) + N(coffee.C_bar) + N(coffee.O_bar)) / 3
    assert torch.equal(coffee.S, mean)


def test_pyramid_halves_nine_times_and_keeps_flat_light():
    levels = gaussian_pyramid(torch.full((1, 1, 300, 257), 0.4))
    assert len(levels) == 9
    assert [level.shape[2] for level in levels] == [300, 150, 75, 38, 19, 10, 5, 3, 2]
    for level in levels:
        assert torch.allclose(level, torch.tensor(0.4), atol=1e-6)


def test_pyramid_removes_what_the_coarser_level_cannot_hold():
    checker = (torch.arange(256)[:, None] + torch.arange(256)) % 2
    level = gaussian_pyramid(checker.float()[None, None])[1]
    assert (level[..., 2:-2, 2:-2] - 0.5).abs().max() < 1e-3


def test_center_surround_is_the_absolute_difference():
    center, surround = torch.zeros(1, 1, 8, 8), torch.full((1, 1, 1, 1), 0.25)
    center[0, 0, 3, 4] = 1
    difference = center_surround(center, surround)
    assert difference[0, 0, 3, 4] == 0.75
    assert difference[0, 0, 0, 0] == 0.25


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        ((1, 0, 0), (3, 0, 0, 0)),
        ((0, 1, 0), (0, 3, 0, 0)),
        ((0, 0, 1), (0, 0, 3, 0)),
        ((1, 1, 0), (0.75, 0.75, 0, 1.5)),
        ((1, 1, 1), (0, 0, 0, 0)),
    ],
)
def test_colors_are_broadly_tuned(rgb, expected):
    """手で計算した値：明るさで割った色を，論文の式に入れる。"""
    r, g, b = (torch.full((1, 1, 2, 2), float(x)) for x in rgb)
    for got, wanted in zip(broadly_tuned(r, g, b), expected, strict=True):
        assert torch.allclose(got, torch.tensor(float(wanted)), atol=1e-5)


def test_color_of_dark_places_is_ignored():
    red = torch.tensor([1.0, 0.05]).reshape(1, 1, 1, 2)
    R, *_ = broadly_tuned(red, red * 0, red * 0)
    assert R[0, 0, 0, 0] == pytest.approx(3)
    assert R[0, 0, 0, 1] == 0


@pytest.mark.parametrize("tilt", THETAS)
def test_gabor_prefers_a_bar_of_its_own_orientation(tilt):
    look = Look("gray", "bar", tilt)
    display = make_display(Search(look, (look,)), 1, True, 0, side=64, grid=1, jitter=0)
    image = torch.from_numpy(render(display)[..., 0] / 255).float()[None, None]
    level = gaussian_pyramid(image)[2]
    answers = {theta: float(gabor(level, theta)[0, 0, 8, 8]) for theta in THETAS}
    assert max(answers, key=answers.get) == tilt
    assert answers[tilt] > 2 * answers[(tilt + 90) % 180]


def test_gabor_does_not_answer_flat_light():
    assert gabor(torch.full((1, 1, 16, 16), 0.7), 45).max() < 1e-6


def reference_N(image):
    """正規化の別の書き方：画素を一つずつ調べ，いちばん高い山を一つだけ除く。"""
    image = (image - image.min()) / (image.max() - image.min())
    hills, _ = label(image == 1, np.ones((3, 3)))  # つながった最大のますは一つの山
    top = hills == hills.ravel()[image.argmax()]
    peaks = []
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            around = image[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
            if not top[y, x] and 0.1 < image[y, x] == around.max():
                peaks.append(image[y, x])
    return image * (1 - (np.mean(peaks) if peaks else 0)) ** 2


@pytest.mark.parametrize("seed", range(5))
def test_N_equals_a_pixel_by_pixel_version(seed):
    image = np.random.default_rng(seed).random((12, 17)).astype(np.float32)
    got = N(torch.from_numpy(image)[None, None])[0, 0].numpy()
    assert np.allclose(got, reference_N(image), atol=1e-6)


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_N_equals_a_pixel_by_pixel_version_with_ties_and_plateaus(levels):
    for seed in range(8):
        rng = np.random.default_rng(seed)
        image = rng.integers(0, levels, (9, 11)).astype(np.float32)
        got = N(torch.from_numpy(image)[None, None])[0, 0].numpy()
        assert np.allclose(got, reference_N(image), atol=1e-6)


@pytest.mark.parametrize(
    "peaks", [[1.0], [1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 0.4], [1.0, 0.4, 0.2]]
)
def test_N_multiplies_by_the_weight_of_the_exercise(peaks):
    """同じ高さの最大の山が並ぶ地図も，練習の答えと同じ重みになる。"""
    (exercise,) = (e for e in EXERCISES if e.name == "saliency/normalize")
    image = torch.zeros(1, 1, 9, 6 * len(peaks))
    for number, height in enumerate(peaks):
        image[0, 0, 4, 6 * number + 3] = height
    assert float(N(image).max()) == pytest.approx(exercise.solution(peaks), abs=1e-6)


def test_a_hill_of_two_cells_is_one_hill():
    image = torch.zeros(1, 1, 9, 9)
    image[0, 0, 4, 4:6] = 1
    assert N(image).max() == 1


def test_N_promotes_one_peak_and_demotes_many():
    one = torch.zeros(1, 1, 20, 20)
    one[0, 0, 10, 10] = 1
    many = one.clone()
    many[0, 0, 2::5, 2::5] = 0.9
    assert N(one).max() == 1
    assert N(many).max() == pytest.approx(0.01, abs=1e-6)
    assert torch.allclose(N(7 * many), N(many), atol=1e-6)


@pytest.mark.parametrize("color", [0, 255, (200, 40, 40), (1, 2, 3)])
def test_flat_picture_gives_zero_and_no_fixation(color):
    result = saliency(plane(color))
    for one in (*result.maps.values(), result.S):
        assert torch.isfinite(one).all()
    assert result.S.max() == 0
    assert scanpath(result.S[0, 0], (256, 256)) == []


def test_grey_picture_has_no_color_saliency():
    result = saliency(photos.load("camera"))
    assert result.C_bar.max() == 0
    assert result.S.max() > 0


def test_batch_gives_the_same_as_one_by_one():
    images = [render(make_display("color", 9, True, seed)) for seed in (0, 1)]
    together = saliency(np.stack(images)).S
    for number, image in enumerate(images):
        assert torch.allclose(together[number], saliency(image).S[0], atol=1e-5)


@pytest.mark.parametrize(
    ("image", "says"),
    [
        (np.zeros((300, 300), np.uint8), "RGB"),
        (np.zeros((300, 300, 4), np.uint8), "RGB"),
        (np.zeros((300, 300, 3)), "uint8"),
        (np.zeros((300, 255, 3), np.uint8), "fit"),
    ],
)
def test_bad_picture_is_refused_with_a_way_out(image, says):
    with pytest.raises(ValueError, match=says):
        saliency(image)


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [((1, 1), (640, 640)), ((1200, 900), (640, 480)), ((50, 1000), (SMALLEST, 640))],
)
def test_fit_makes_any_picture_usable(shape, wanted):
    image = fit(np.zeros((*shape, 3), np.uint8))
    assert image.shape == (*wanted, 3)
    assert torch.isfinite(saliency(image).S).all()


def test_pop_out_maps_peak_at_the_odd_item_only_in_its_own_dimension():
    """色が違えば色の地図が，傾きが違えば方位の地図が，標的を選ぶ。"""
    for task, odd, other in (
        ("color", "C_bar", "O_bar"),
        ("orientation", "O_bar", "C_bar"),
    ):
        hits = {"C_bar": 0, "O_bar": 0}
        for seed in range(6):
            display = make_display(task, 16, True, seed)
            result = saliency(render(display))
            for name in hits:
                path = scanpath(getattr(result, name)[0, 0], (384, 384), 40)
                hits[name] += first_is_target(display, path)
        assert hits[odd] == 6
        assert hits[other] <= 3


def test_first_fixation_lands_on_the_odd_item():
    """80 枚の無作為な画面。偶然なら 25 分の 1。"""
    values = [pop_out_accuracy(seed) for seed in SEEDS]
    assert np.mean(values) > 0.95
    assert min(values) >= 0.75


def test_conjunction_search_grows_no_more_than_random_visits_do():
    """項目とともに増えることは，無作為に訪ねても起きるので，モデルの手柄ではない。"""
    costs = np.array([conjunction_cost(seed, displays=12) for seed in SEEDS])
    model, random = costs.T
    assert model.mean() > 2
    assert random.mean() > 2  # 絵を見ない訪ね方も，同じ基準を満たす
    assert abs(model.mean() - random.mean()) < 1


def test_random_visits_pass_over_every_item_once():
    display = make_display("conjunction", 9, True, 0)
    counts = [random_shifts(display, np.random.default_rng(s)) for s in range(400)]
    assert set(counts) <= set(range(1, 10))
    assert 1 in counts
    alone = make_display("color", 1, True, 0)
    assert random_shifts(alone, np.random.default_rng(0)) == 1
    # 円が項目を一つしか含まない広い画面では，逐次探索の (n + 1) / 2 になる
    wide = dataclasses.replace(
        display,
        side=12,
        items=tuple(Item(100.0 * k, 0, i.look) for k, i in enumerate(display.items)),
    )
    counts = [random_shifts(wide, np.random.default_rng(s)) for s in range(2000)]
    assert np.mean(counts) == pytest.approx(5, abs=0.2)
    with pytest.raises(ValueError, match="標的のない"):
        random_shifts(make_display("color", 4, False, 0), np.random.default_rng(0))


def test_pop_out_beats_random_visits():
    """色と傾きの標的は，無作為に訪ねるより，はるかに速く見つかる。"""
    for task in ("color", "orientation"):
        found = search(task, 36, range(12))
        assert found.shifts.max() <= 2 < found.random.min()


def test_inhibition_of_return_keeps_the_eye_from_coming_back():
    with_it = [returns_on_displays(seed, displays=2) for seed in SEEDS]
    without = [returns_on_displays(seed, displays=2, inhibit=False) for seed in SEEDS]
    assert np.mean(with_it) < 0.1
    assert max(with_it) < 0.25
    assert min(without) == 1


def bumps(heights):
    S = np.zeros((30, 40))
    for number, height in enumerate(heights):
        S[5 + 10 * (number // 3), 6 + 14 * (number % 3)] = height
    return S


def test_eye_visits_places_in_order_of_saliency():
    path = scanpath(bumps([0.5, 1.0, 0.8, 0.6]), (300, 400), 250)
    assert [(f.x, f.y) for f in path[:4]] == [(205, 55), (345, 55), (65, 155), (65, 55)]
    times = [f.time for f in path]
    assert times[0] == pytest.approx(30, abs=1)
    assert times[1] - times[0] == pytest.approx(30 / 0.8, abs=1)


def test_eye_comes_back_when_inhibition_has_faded():
    path = scanpath(bumps([1.0]), (300, 400), 3000)
    assert len(path) > 1
    assert {(f.x, f.y) for f in path} == {(65, 55)}
    assert path[1].time - path[0].time > 150


def test_search_measures_are_what_they_say():
    display = make_display("color", 16, True, 0)
    x, y = display.xy[display.target]
    far = Fixation(384 - x, 384 - y, 30.0)
    there = Fixation(x, y, 60.0)
    assert first_is_target(display, [there, far])
    assert not first_is_target(display, [far, there])
    assert not first_is_target(display, [])
    assert shifts_to_target(display, [far, there]) == 2
    assert np.isnan(shifts_to_target(display, [far]))
    assert return_share([there, far, there], 10) == 0.5
    assert return_share([there, far, Fixation(x, y, 900.0)], 10) == 0
    absent = make_display("color", 16, False, 0)
    assert np.isnan(shifts_to_target(absent, [there]))
    assert not first_is_target(absent, [there])


def test_stopping_at_the_target_does_not_change_the_path_before_it():
    displays = [make_display("conjunction", 16, True, seed) for seed in range(6)]
    whole, short = paths_over(displays), paths_over(displays, until_found=True)
    for display, one, other in zip(displays, whole, short, strict=True):
        assert other == one[: len(other)]
        assert len(other) == shifts_to_target(display, one)


def test_paths_keep_the_order_of_the_displays():
    displays = [make_display("color", 9, True, seed) for seed in range(18)]
    paths = paths_over(displays)
    hits = [first_is_target(d, p) for d, p in zip(displays, paths, strict=True)]
    assert np.mean(hits) > 0.9


def test_green_among_red_is_not_chosen_first():
    """仲間と違っても，妨害より強く応じる地図がなければ，最初には選ばれない。"""

    def first(target, other):
        task = Search(Look(target, tilt=90), (Look(other, tilt=90),))
        return search(task, 16, range(500, 504)).first.mean()

    assert first("red", "green") == first("green", "blue") == 1
    assert first("green", "red") == first("gray", "blue") == 0


def test_a_stronger_map_is_not_always_enough():
    """茶の中の緑は，赤と緑の差の地図で茶より強いのに，最初に選ばれるとは言えない。"""
    task = Search(Look("green", tilt=90), (Look("brown", tilt=90),))
    assert search(task, 16, range(700, 704)).first.mean() <= 0.5
    shown = make_display(task, 16, True, seed=700)
    image = render(shown)
    hills = saliency(image).maps["RG(2,5)"][0, 0]
    values = without_rule.item_values(shown, hills)
    assert values[0] > 1.5 * values[1:].mean()
