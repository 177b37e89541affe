"""人間・モデル・あなた：図形が述べたとおりで，量が手で作った場合に正しく，答えを数えること。"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.effects import record
from lessons.segmentation import composed, data, nulls
from lessons.segmentation.fpn import forest, one_shot
from lessons.segmentation.fpn import model as fpn
from lessons.segmentation.fpn import yours as fpn_yours
from lessons.segmentation.mask_rcnn import behind
from lessons.segmentation.mask_rcnn import yours as mask_yours
from lessons.segmentation.panoptic import consistency
from lessons.segmentation.panoptic import yours as panoptic_yours
from lessons.segmentation.unet import model as unet
from lessons.segmentation.unet import ownership
from lessons.segmentation.unet import yours as unet_yours


def rng(seed=0):
    return np.random.default_rng(seed)


# ---- U-Net：境界の帰属


@given(st.integers(0, 999), st.sampled_from(ownership.KINDS), st.integers(20, 36))
@settings(max_examples=15)
def test_the_edge_is_the_same_whichever_side_owns_it(seed, kind, size):
    """左右の絵は，縁のまわりの窓で一画素も違わず，窓の外では違う。"""
    images = ownership.displays(rng(seed), 2, kind, size).astype(int)
    assert images.shape == (2, 2, 2, 96, 96, 3)
    left, right = images[:, :, 0], images[:, :, 1]
    window = slice(48 - 5, 48 + 5)
    assert (left[..., window, window, :] == right[..., window, window, :]).all()
    assert (left != right).any(axis=(2, 3, 4)).all()


def test_reversal_turns_light_into_dark():
    images = ownership.displays(rng(), 4, "solid").mean(axis=-1)
    edge = images[:, :, :, 40:56, 44:48].mean(axis=(3, 4)) - images[
        :, :, :, 40:56, 48:52
    ].mean(axis=(3, 4))  # 縁の左 − 右
    assert (edge[:, 0] > 50).all()
    assert (edge[:, 1] < -50).all()


def test_agreement_tells_owners_from_brightness():
    """持ち主だけに応じる単位は 1，明るさだけに応じる単位は −1，どちらにも応じなければ 0。"""
    owner = np.zeros((3, 2, 2, 5))
    owner[:, :, 0] = rng().normal(size=5)
    assert ownership.agreement(owner) == pytest.approx(1)
    bright = np.zeros((3, 2, 2, 5))
    bright[:, 0, 0] = bright[:, 1, 1] = rng().normal(size=5)
    assert ownership.agreement(bright) == pytest.approx(-1)
    assert ownership.agreement(np.ones((3, 2, 2, 5))).tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(3))
def test_a_lone_line_is_answered_like_the_side_of_a_square(seed):
    """四角でなく離れた線でも，つなぎのない U-Net の応答は同じように変わる。"""
    net = unet.pretrained(skip=False)
    square, lone = (
        ownership.agreement(
            ownership.responses(
                net, ownership.displays(np.random.default_rng(seed), 16, kind)
            )
        ).mean()
        for kind in ("line", "apart")
    )
    assert square > 0.5
    assert lone > square
    images = ownership.displays(np.random.default_rng(seed), 2, "apart")
    near = images[:, :, :, :, 48 - 6 : 48 + 6]
    assert (near[:, :, 0] == near[:, :, 1]).all()  # 縁の近くは同じ
    with pytest.raises(ValueError, match="8 から 40"):
        ownership.displays(np.random.default_rng(0), 1, "apart", 60)


def test_filled_squares_turn_with_the_brightness_only_with_skips():
    """塗った四角で違いが逆に寄るのは，つなぎのある方。ない方は，どちらにも寄らない。"""
    turned = {
        skip: ownership.agreement(
            ownership.responses(
                unet.pretrained(skip=skip),
                ownership.displays(np.random.default_rng(3), 8, "solid"),
            )
        ).mean()
        for skip in (True, False)
    }
    assert turned[True] < -0.4
    assert abs(turned[False]) < 0.25


def test_the_finest_stage_equals_the_network_itself():
    """段の応答から得点を作ると，U-Net の得点になる。"""
    images = ownership.displays(rng(), 1)
    for skip in (True, False):
        model = unet.pretrained(skip=skip)
        seen = []
        hook = model.up[-1].register_forward_hook(
            lambda *a, seen=seen: seen.append(a[2])
        )
        with torch.no_grad():
            model.eval()(data.to_tensor(images.reshape(-1, 96, 96, 3)))
        hook.remove()
        here = seen[0][:, :, 23:25, 23:25].mean(dim=(2, 3)).numpy()
        found = ownership.responses(model, images, "1/2").reshape(4, -1)
        assert found == pytest.approx(here, abs=1e-5)


# ---- FPN：一度だけ見た形，森と木


def test_shapes_keep_their_form_when_the_size_changes():
    lines = one_shot.shape(rng())
    small, large = one_shot.drawn(lines, 16), one_shot.drawn(lines, 64)
    again = large.reshape(16, 4, 16, 4).mean(axis=(1, 3))
    assert np.corrcoef(small.ravel(), again.ravel())[0, 1] > 0.95


def test_displays_put_the_shape_in_its_box():
    images, boxes = one_shot.displays(rng(1), 3, 16, 64)
    assert (boxes[:, 0, 2:] - boxes[:, 0, :2] == 16).all()
    assert (boxes[:, 1:, 2:] - boxes[:, 1:, :2] == 64).all()
    for image, (x1, y1, x2, y2) in zip(
        images.reshape(-1, 128, 128, 3), boxes.reshape(-1, 4).astype(int), strict=True
    ):
        dark = image[..., 0] < 120
        assert dark.any()
        assert dark.sum() == dark[y1:y2, x1:x2].sum()
    wide = one_shot.windows(boxes)
    assert (wide[..., 2:] - wide[..., :2] == one_shot.WINDOW).all()


def test_forests_are_made_of_their_parts():
    one = forest.forest(rng(3))
    assert one.large != one.small
    assert len(one.parts) >= 4
    x1, y1, x2, y2 = one.whole[0]
    assert (one.parts[:, :2] >= (x1, y1)).all()
    assert (one.parts[:, 2:] <= (x2, y2)).all()


def test_the_measure_finds_a_large_thing_that_is_really_there():
    """測り方の確かめ：大きい絵そのものを置けば，検出器は大きい形を答える。"""
    g = rng(2)
    shown = [forest.forest(g, solid=True) for _ in range(12)]
    large, small = np.mean(forest.answers(one_shot.network("", 0), shown), axis=0)
    assert large >= 0.6
    assert small == 0


# ---- Mask R-CNN：隠れた部分


@given(st.integers(0, 999))
@settings(max_examples=10)
def test_hidden_and_cut_things_show_the_same_pixels(seed):
    one = behind.display(rng(seed))
    whole, hidden, cut = one.images.astype(int)
    assert (whole[one.visible] == hidden[one.visible]).all()
    assert (cut[one.visible] == hidden[one.visible]).all()
    assert one.hidden.any()
    assert (cut[one.hidden] != whole[one.hidden]).any()
    assert not (one.hidden & one.visible).any()


def test_a_wide_bar_hardly_brings_the_hidden_thing_nearer():
    """物を 48 画素，帯を 16 画素にしても，近さの指数は，わずかに正になるだけ。"""
    near = [
        behind.completion(seed, items=16, side=48, bar=16, layer="head").mean()
        for seed in (3, 4, 5)
    ]
    assert 0 < np.mean(near) < max(near) < 0.1


@pytest.mark.parametrize("seed", [2, 4])
def test_the_verdict_on_painting_is_for_the_sizes_of_the_protocol(seed):
    """頁の言葉：約束より小さい 30 画素の物では，塗る割合の差が，決めた 0.15 を超える。"""
    assert behind.painted(seed, items=24, side=30, bar=8).mean() > 0.15


def test_share_of_painted_pixels_by_hand():
    region = np.zeros((4, 4), bool)
    region[0] = True
    half = np.zeros((1, 4, 4), bool)
    half[0, 0, :2] = True
    assert behind.share(half, region) == 0.5
    assert behind.share(np.zeros((0, 4, 4), bool), region) == 0


# ---- パノプティック：場面との釣り合い


@given(st.integers(0, 999), st.sampled_from(list(consistency.HOMES)), st.booleans())
@settings(max_examples=15)
def test_pairs_hold_the_same_thing_on_both_sides_of_the_horizon(seed, home, local):
    one = consistency.pair(rng(seed), home, local=local)
    assert one.name in consistency.HOMES[home]
    rows = [np.nonzero(mask)[0].mean() for mask in one.masks]
    assert one.masks[0].sum() == one.masks[1].sum()
    above = rows[0] < rows[1]  # はじめの絵の物が上にあるか
    assert above == ((home == "空") != local)


def test_names_are_read_from_the_pixels_of_the_thing():
    g = rng(4)
    pairs = [consistency.pair(g, "空", blur=0.0) for _ in range(8)]
    net = consistency.network("", 0)
    right = [
        said == one.name
        for one in pairs
        for said in consistency.named(net, one.images, one.masks)
    ]
    assert np.mean(right) > 0.9


# ---- 対照のネットワーク


def test_nulls_change_weights_but_not_the_trained_one():
    trained = unet.pretrained()
    before = trained.score.weight.clone()

    def null(control):
        return nulls.altered(trained, control, 0, lambda net: net(nulls.pictures()))

    mixed, again, fresh = null("shuffled"), null("shuffled"), null("untrained")
    assert torch.equal(trained.score.weight, before)
    assert torch.equal(
        mixed.score.weight.flatten().sort().values, before.flatten().sort().values
    )
    assert torch.equal(mixed.score.weight, again.score.weight)
    assert not torch.allclose(fresh.score.weight, before)


# ---- あなた


def test_your_answers_are_counted():
    holes, wholes, truth = unet_yours.sheet()
    assert holes.shape == (6, 12, 12, 3)
    assert sorted(truth) == sorted("左左左右右右")
    other = truth.translate(str.maketrans("左右", "右左"))
    lines = unet_yours.counted(other, truth)
    assert lines[0].endswith("0 枚が正解")
    assert lines[1].endswith("6 枚が正解")
    assert len(wholes) == 6
    assert unet_yours.counted(truth, ...)[0].startswith("まだ")
    model = [(False, True)] * 5 + [(True, True)]
    lines = fpn_yours.counted("大大小小小小", model)
    assert "大きい形 2 枚，並べた物 4 枚" in lines[0]
    assert "大きい形 1 枚，並べた物 6 枚" in lines[1]
    assert fpn_yours.counted(..., model)[0].startswith("まだ")
    net = behind.network("", 0)
    assert mask_yours.counted("121212", net)[0] == (
        "あなた：隠れた物 1.0 個，欠けた物 2.0 個（一枚の平均）"
    )
    assert mask_yours.counted(..., net)[0].startswith("まだ")
    _, swapped = panoptic_yours.sheet()
    home = "".join("右" if swap else "左" for swap in swapped)
    lines = panoptic_yours.counted(home, consistency.network("", 0))
    assert lines[0] == "あなた：合う場所 6 組，合わない場所 0 組，同じ 0 組"
    assert panoptic_yours.counted(..., consistency.network("", 0))[0].startswith("まだ")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ownership.displays(rng(), 1, "dot"), "使える名前: line"),
        (lambda: ownership.displays(rng(), 1, "line", 60), "8 から 40"),
        (
            lambda: ownership.responses(
                unet.pretrained(), ownership.displays(rng(), 1), "1/32"
            ),
            "使える名前: 1/16",
        ),
        (lambda: one_shot.displays(rng(), 1, 64, 16), "小さい順に"),
        (
            lambda: one_shot.matched(0, items=1, small=16, large=64, reader="eye"),
            "使える名前: box",
        ),
        (lambda: forest.forest(rng(), side=10), "64 から 120"),
        (lambda: behind.display(rng(), bar=40), "bar は 2 から"),
        (
            lambda: behind.completion(0, items=1, side=44, bar=8, layer="x"),
            "使える名前: head",
        ),
        (lambda: consistency.pair(rng(), "海"), "使える名前: 空"),
        (lambda: consistency.pair(rng(), "空", side=60), "10 から 26"),
        (lambda: composed.patch("person", 20), "ある名前: cat"),
        (lambda: unet_yours.counted("左右", "左右左右左右"), "6 字に"),
        (lambda: fpn_yours.counted("大", []), "6 字に"),
        (lambda: mask_yours.counted("12", None), "6 字に"),
        (lambda: panoptic_yours.counted("上", None), "6 字に"),
    ],
)
def test_bad_input_gets_one_japanese_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_coarse_map_alone_does_not_see_the_forest_either():
    """粗い一枚の地図の検出器は，そのままの大きい絵は答えても，並べて作った形は答えない。"""
    net = fpn.pretrained("single_map")
    said = {}
    for solid in (False, True):
        rng = np.random.default_rng(0)
        shown = [forest.forest(rng, side=104, cell=16, solid=solid) for _ in range(12)]
        said[solid] = np.mean(forest.answers(net, shown), axis=0)[0]
    assert said[True] > 0.7
    assert said[False] < 0.1


def test_trees_too_small_to_find_do_not_bring_out_the_forest():
    """間隔を 10 画素に詰めると，並べた物を答えなくなるが，大きい形も答えない。"""
    net = fpn.pretrained("fpn")
    said = {}
    for cell in (16, 10):
        rng = np.random.default_rng(0)
        shown = [forest.forest(rng, cell=cell) for _ in range(24)]
        said[cell] = np.mean(forest.answers(net, shown), axis=0)
    assert said[16][1] > 0.75
    assert said[10][1] < 0.4
    assert max(said[10][0], said[16][0]) < 0.15


# ---- 頁の言葉は，記録の判定に従う

WORDS = {
    "border_ownership_line": "決まらない",
    "border_ownership_line_no_skip": "向きだけ",
    "border_ownership_solid": "逆",
    "one_shot_size": "構造",
    "one_shot_size_window": "決まらない",
    "forest_before_trees": "逆",
    "amodal_paint": "示さない",
    "amodal_index": "示さない",
    "scene_consistency": "示さない",
}


@pytest.mark.parametrize("name", WORDS)
def test_the_pages_follow_the_recorded_verdicts(name):
    (one,) = record.named(name)
    assert one.word == WORDS[name]
