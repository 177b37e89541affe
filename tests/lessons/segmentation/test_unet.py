"""U-Net：つなぎ，境の重み（式 2），輪郭の物差し，細胞の絵，出荷した重み。"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from lessons import runtime
from lessons.segmentation import data, metrics, semantic, train
from lessons.segmentation.unet import boundary, cell_borders
from lessons.segmentation.unet import model as unet
from lessons.stimuli import cells, photos
from lessons.stimuli.scenes import SceneConfig
from lessons.weights import ledger, selfie

EDGES = (0, 1, 8, np.inf)
LABELS = arrays(int, (9, 8), elements=st.integers(0, 3))


@pytest.mark.parametrize("skip", [True, False])
def test_answer_has_the_size_of_the_image(skip):
    model = unet.UNet(5, skip=skip).eval()
    with torch.no_grad():
        assert model(torch.zeros(2, 3, 64, 96)).shape == (2, 5, 64, 96)


def test_skip_adds_only_the_channels_that_are_laid_side_by_side():
    count = {
        skip: sum(p.numel() for p in unet.UNet(5, skip=skip).parameters())
        for skip in (True, False)
    }
    widths = unet.UNet(5).backbone.widths
    # 横から来る c 枚の地図は，c 枚を出す 3 × 3 の畳み込みに c * c * 9 の重みを足す
    assert count[True] - count[False] == sum(9 * c * c for c in widths[:-1])


def test_a_model_without_skips_cannot_be_cut():
    image = np.zeros((1, 64, 64, 3), np.uint8)
    with pytest.raises(ValueError, match="つなぎがありません"):
        boundary.segment_with_cut(unet.UNet(3, skip=False), image, 0)


def test_no_cut_equals_the_plain_network():
    model = train.load("unet")
    images = np.stack([s.image for s in data.scene_set(4, "test", data.SCENES)])
    assert np.array_equal(
        boundary.segment_with_cut(model, images, -1), semantic.segment(model, images)
    )
    with pytest.raises(ValueError, match="段 4 はありません"):
        boundary.segment_with_cut(model, images, 4)


# --- 式 2 -------------------------------------------------------------


def slow_weight(instances, w0, sigma):
    """式 2 を，画素を一つずつ回って求める（背景だけに境の項を足す）。"""
    weights = np.ones(instances.shape)
    spots = {
        k: np.argwhere(instances == k) for k in np.unique(instances[instances > 0])
    }
    for place in np.argwhere(instances == 0):
        away = sorted(np.hypot(*(spot - place).T).min() for spot in spots.values())
        if len(away) > 1:
            d1, d2 = away[:2]
            weights[tuple(place)] += w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))
    return weights


@given(LABELS, st.floats(0, 20), st.floats(0.5, 8))
@settings(max_examples=40)
def test_weight_map_equals_the_equation(instances, w0, sigma):
    mine = cell_borders.weight_map(instances, w0=w0, sigma=sigma)
    np.testing.assert_allclose(mine, slow_weight(instances, w0, sigma), atol=1e-9)


@given(LABELS)
@settings(max_examples=40)
def test_balance_gives_cells_and_background_the_same_total(instances):
    weights = cell_borders.weight_map(instances, w0=0, balance=True)
    inside = instances > 0
    assert weights.mean() == pytest.approx(1)
    if inside.any() and not inside.all():
        assert weights[inside].sum() == pytest.approx(weights[~inside].sum())


def test_narrow_gap_is_heavier_than_a_wide_one():
    instances = np.zeros((20, 40), int)
    instances[:, :10], instances[:, 11:20] = 1, 2  # 間が 1 画素
    instances[:, 30:] = 3  # 間が 10 画素
    weights = cell_borders.weight_map(instances)
    assert weights[10, 10] == pytest.approx(1 + 10 * np.exp(-(2**2) / 50))
    assert weights[10, 10] > 2 * weights[10, 25]
    assert (weights[instances > 0] == 1).all()


@pytest.mark.parametrize(
    "instances",
    [np.zeros((0, 0), int), np.zeros((5, 5), int), np.ones((5, 5), int)],
    ids=["空", "細胞なし", "細胞が一つ"],
)
def test_without_two_cells_every_pixel_weighs_one(instances):
    weights = cell_borders.weight_map(instances, balance=True)
    assert (weights == 1).all()


@pytest.mark.parametrize(
    ("instances", "options", "message"),
    [
        (np.zeros((2, 3, 3), int), {}, "整数にしてください"),
        (np.zeros((3, 3)), {}, "整数にしてください"),
        (np.full((3, 3), -1), {}, "整数にしてください"),
        (np.zeros((3, 3), int), {"sigma": 0}, "sigma は 0 より大きく"),
        (np.zeros((3, 3), int), {"w0": -1}, "w0 は 0 以上"),
        (np.zeros((3, 3), int), {"w0": np.nan}, "w0 は 0 以上"),
    ],
)
def test_bad_weight_map_input_is_refused(instances, options, message):
    with pytest.raises(ValueError, match=message):
        cell_borders.weight_map(instances, **options)


# --- 輪郭の物差し -----------------------------------------------------


@given(arrays(int, (1, 9, 8), elements=st.integers(0, 2)), st.integers(0, 500))
@settings(max_examples=40)
def test_bands_together_are_the_whole_accuracy(truth, seed):
    guess = np.random.default_rng(seed).integers(0, 3, truth.shape)
    away = boundary.distance_to_boundary(truth[0])
    shares = boundary.accuracy_by_distance(truth, guess, EDGES)
    total = 0.0
    for low, high, share in zip(EDGES[:-1], EDGES[1:], shares, strict=True):
        size = ((away >= low) & (away < high)).sum()
        total += size * share if size else 0
    finite = np.isfinite(away)
    assert total == pytest.approx((truth == guess)[0][finite].sum())


def test_distance_counts_pixels_from_the_border():
    truth = np.zeros((5, 10), int)
    truth[:, 5:] = 1
    away = boundary.distance_to_boundary(truth)
    assert away[2].tolist() == [4.5, 3.5, 2.5, 1.5, 0.5, 0.5, 1.5, 2.5, 3.5, 4.5]
    assert np.isinf(boundary.distance_to_boundary(np.zeros((4, 4), int))).all()


def test_bad_boundary_input_is_refused():
    maps = np.zeros((1, 4, 4), int)
    with pytest.raises(ValueError, match="地図の大きさが違う"):
        boundary.accuracy_by_distance(maps, np.zeros((1, 5, 4), int), EDGES)
    with pytest.raises(ValueError, match="空です"):
        boundary.accuracy_by_distance(maps[:0], maps[:0], EDGES)
    with pytest.raises(ValueError, match="高さ, 幅"):
        boundary.distance_to_boundary(maps)


# --- 細胞の絵 ---------------------------------------------------------


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_cells_are_apart_in_the_truth(seed):
    """正解の塗り方なら，隣り合う細胞はすべて分かれる。"""
    made = cells.make_cells(seed)
    again = cells.make_cells(seed)
    assert np.array_equal(made.image, again.image)
    assert made.image.dtype == np.float32
    assert 0 <= made.image.min() <= made.image.max() <= 1
    good, pairs = cells.separated(made.instances > 0, made.instances)
    assert good == pairs


def test_filling_the_membranes_joins_the_cells():
    joined = total = 0
    for seed in range(10):
        made = cells.make_cells(seed)
        filled = ndimage.binary_closing(made.instances > 0, np.ones((5, 5)))
        good, pairs = cells.separated(filled, made.instances)
        joined, total = joined + pairs - good, total + pairs
    assert total > 40
    assert joined > 0.8 * total


def test_empty_pictures_and_bad_settings():
    empty = cells.make_cells(0, cells.CellConfig(most=0))
    assert not empty.instances.any()
    assert cells.separated(empty.instances > 0, empty.instances) == (0, 0)
    with pytest.raises(ValueError, match="16 以上"):
        cells.CellConfig(size=8)
    with pytest.raises(ValueError, match="大きさが違います"):
        cells.separated(np.zeros((3, 3), bool), np.zeros((4, 4), int))


def test_unequal_cell_pictures_are_refused():
    images, truth = torch.zeros(2, 1, 16, 16), torch.zeros(2, 16, 16).long()
    for weights in (torch.ones(1, 16, 16), torch.ones(0, 16, 16)):
        with pytest.raises(ValueError, match="同じ数を一枚以上"):
            cell_borders.fit_cells(
                cell_borders.CellNet(), images, truth, weights, iterations=1
            )


# --- 章が比べる効果 ---------------------------------------------------


def test_border_weight_separates_more_cells():
    """境を重くすると，より多くの細胞を分ける。基準を上げるだけでも，同じくらい分ける。"""
    train_cells = [cells.make_cells(seed) for seed in range(60)]
    tests = [cells.make_cells(10**6 + seed) for seed in range(12)]
    images = torch.from_numpy(np.stack([c.image for c in train_cells]))[:, None]
    truth = torch.from_numpy(np.stack([c.instances > 0 for c in train_cells])).long()
    seen = torch.from_numpy(np.stack([c.image for c in tests]))[:, None]
    pairs = sum(len(cells.neighbours(c.instances)) for c in tests)
    maps = {
        w0: torch.from_numpy(
            np.stack(
                [
                    cell_borders.weight_map(c.instances, w0=w0, balance=True)
                    for c in train_cells
                ]
            )
        ).float()
        for w0 in (0, 10)
    }
    inside = np.stack([c.instances > 0 for c in tests])
    scores = []  # (種, 四つの答え方, 分けた組と mIoU)
    for seed in range(3):
        sure = {}
        for w0, weights in maps.items():
            torch.manual_seed(seed)
            net = cell_borders.CellNet()
            cell_borders.fit_cells(
                net, images, truth, weights, iterations=60, batch=4, seed=seed
            )
            with torch.no_grad():
                sure[w0] = net.eval()(seen).softmax(1)[:, 1].numpy()
        one = []
        for mask in (sure[10] > 0.5, sure[0] > 0.5, sure[0] > 0.75, sure[10] > 0.4):
            apart = sum(
                cells.separated(m, c.instances)[0]
                for m, c in zip(mask, tests, strict=True)
            )
            counts = metrics.confusion(inside.astype(int), mask.astype(int), 2)
            one.append((apart / pairs, metrics.mean_iou(counts)))
        scores.append(one)
    apart, overlap = np.moveaxis(np.array(scores), 2, 0)  # (種, 答え方)
    assert (apart[:, 0] > apart[:, 1]).all()
    assert (overlap[:, 0] < overlap[:, 1]).all()
    # 学び直さずに基準を上げるだけで，形を崩さずに，同じくらい分ける
    assert apart[:, 2].mean() > apart[:, 0].mean() - 0.02
    assert overlap[:, 2].mean() > overlap[:, 0].mean()
    # 境を重くした方の基準を下げても，ほとんど同じだけ分けたまま，形が良くなる
    assert apart[:, 3].mean() > apart[:, 0].mean() - 0.05
    assert (overlap[:, 3] > overlap[:, 0] + 0.02).all()


def test_a_raised_bar_is_too_high_for_another_seed():
    """頁の言葉：別の種では，重みなしの基準 0.8 は上げすぎで，境を重くした方に負ける。"""
    train_cells = [cells.make_cells(seed) for seed in range(80)]
    tests = [cells.make_cells(10**6 + 100 + seed) for seed in range(20)]
    images = torch.from_numpy(np.stack([c.image for c in train_cells]))[:, None]
    inside = [np.stack([c.instances > 0 for c in s]) for s in (train_cells, tests)]
    seen = torch.from_numpy(np.stack([c.image for c in tests]))[:, None]
    pairs = sum(len(cells.neighbours(c.instances)) for c in tests)
    heavy = [cell_borders.weight_map(c.instances, balance=True) for c in train_cells]
    found = []
    for weights, bar in ((np.ones_like(heavy), 0.8), (np.stack(heavy), 0.5)):
        runtime.seed_everything(5)
        net = cell_borders.CellNet()
        cell_borders.fit_cells(
            net,
            images,
            torch.from_numpy(inside[0]).long(),
            torch.from_numpy(weights).float(),
            iterations=60,
            batch=4,
            seed=5,
        )
        with torch.no_grad():
            mask = net.eval()(seen).softmax(1)[:, 1].numpy() > bar
        apart = sum(
            cells.separated(m, c.instances)[0] for m, c in zip(mask, tests, strict=True)
        )
        counts = metrics.confusion(inside[1].astype(int), mask.astype(int), 2)
        found.append((apart / pairs, metrics.mean_iou(counts)))
    assert found[0][0] < found[1][0] - 0.05
    assert found[0][1] < found[1][1] - 0.03


def test_skips_help_most_near_the_border():
    """差は輪郭の近くほど大きく，消えた誤りの割合は逆になる。遠くの割合は決まらない。"""
    scenes = data.scene_set(160, "test", data.SCENES)
    models = [train.load(name) for name in ("unet", "unet_no_skip")]
    edges, removed = (0, 1, 2, 4, 8, np.inf), []  # つなぎで消えた誤りの割合
    for part in (scenes[start : start + 40] for start in range(0, 160, 40)):
        truth = np.stack([s.semantic for s in part])
        images = np.stack([s.image for s in part])
        plain, bare = (
            boundary.accuracy_by_distance(truth, semantic.segment(m, images), edges)
            for m in models
        )
        gap = plain - bare
        assert gap[0] > 0.1
        assert gap[0] > 3 * gap[4]
        removed.append(gap[:4] / (1 - bare[:4]))
    assert all(share[2] > share[0] for share in removed)
    assert np.ptp([share[3] for share in removed]) > 0.3


@pytest.mark.parametrize(("name", "least"), [("unet", 0.86), ("unet_no_skip", 0.68)])
def test_shipped_weights_reach_their_recorded_score(name, least):
    record = ledger.get(name).scores["mIoU"]
    assert record > least
    scenes = data.scene_set(100, "test", data.SCENES)
    found = semantic.mean_iou(train.load(name), scenes, data.CLASSES)
    assert found == pytest.approx(record, abs=0.04)


def test_scene_of_one_colour_gets_one_answer_for_each_pixel():
    flat = np.full((1, 96, 96, 3), 128, np.uint8)
    answer = semantic.segment(train.load("unet"), flat)
    assert answer.shape == (1, 96, 96)
    assert 0 <= answer.min() <= answer.max() < data.CLASSES


def test_short_training_lowers_the_loss():
    torch.manual_seed(0)
    tiny = SceneConfig(size=64, things=("cat", "car"), most=2, smallest=0.35)
    losses = semantic.fit(
        unet.UNet(4), data.scene_set(40, "train", tiny), iterations=30, batch=4
    )
    assert np.mean(losses[-5:]) < np.mean(losses[:5])


@pytest.mark.parametrize("start", [0, 80])
def test_which_cut_hurts_the_border_most_depends_on_the_way_of_cutting(start):
    """mIoU では，どの切り方でも 1/8。輪郭では，平均の取り方で 1/2 と 1/8 が入れ替わる。"""
    part = data.scene_set(160, "test", data.SCENES)[start : start + 40]
    images = np.stack([s.image for s in part])
    truth = np.stack([s.semantic for s in part])
    net = unet.pretrained()
    usual_scenes = data.scene_set(100, "train", data.SCENES)
    with torch.no_grad():
        maps = net.eval().backbone(
            data.to_tensor(np.stack([s.image for s in usual_scenes]))
        )
    usual = [m.mean(dim=(0, 2, 3), keepdim=True) for m in maps]

    def scores(answer):
        counts = metrics.confusion(truth, answer, data.CLASSES)
        near = boundary.accuracy_by_distance(truth, answer, (0, 1))[0]
        return metrics.mean_iou(counts), near

    own, fixed = [], []
    for cut in range(4):
        own.append(scores(boundary.segment_with_cut(net, images, cut)))
        hook = net.backbone.register_forward_hook(
            lambda _, __, maps, cut=cut: [
                usual[k].expand_as(m) if k == cut else m for k, m in enumerate(maps)
            ]
        )
        fixed.append(scores(semantic.segment(net, images)))
        hook.remove()
    (miou, near), (miou_fixed, near_fixed) = np.array(own).T, np.array(fixed).T
    assert miou.argmin() == miou_fixed.argmin() == 2
    assert near.argmin() == 0
    assert near_fixed.argmin() == 2


def test_cut_skips_change_more_than_the_outline_in_one_of_two_photos():
    """頁の言葉：変わるのは，宇宙飛行士では輪郭の近く，写真家では離れた所も。"""
    person = selfie.pretrained()
    shown = {name: photos.load(name) for name in ("astronaut", "camera")}
    whole = {name: person.mask(photo) > 0.5 for name, photo in shown.items()}
    for widen in (person.model.widen1, person.model.widen2, person.model.widen3):
        widen.register_forward_pre_hook(
            lambda _, maps: (maps[0], maps[1].mean((2, 3), True).expand_as(maps[1]))
        )
    far = {}
    for name, before in whole.items():
        changed = (person.mask(shown[name]) > 0.5) != before
        away = np.where(
            before,
            ndimage.distance_transform_edt(before),
            ndimage.distance_transform_edt(~before),
        )
        far[name] = (away[changed] > 0.04 * len(before)).mean()
    assert far["astronaut"] < 0.1
    assert far["camera"] > 0.2


def test_how_much_of_the_person_survives_depends_on_the_way_of_cutting():
    """頁の言葉：場所の違いを消すだけなら形の大部分が残り，0 に置き換えると残らない。"""
    person, photo = selfie.pretrained(), photos.load("astronaut")
    whole = person.mask(photo) > 0.5
    kept = {}
    for way, flat in {
        "平均": lambda m: m.mean((2, 3), True).expand_as(m),
        "0": torch.zeros_like,
    }.items():
        hooks = [
            widen.register_forward_pre_hook(
                lambda _, maps, flat=flat: (maps[0], flat(maps[1]))
            )
            for widen in (person.model.widen1, person.model.widen2, person.model.widen3)
        ]
        cut = person.mask(photo) > 0.5
        for hook in hooks:
            hook.remove()
        kept[way] = (cut & whole).sum() / (cut | whole).sum()
    assert kept["平均"] > 0.9
    assert kept["0"] < 0.6
