"""提案と三つの世代：同じ答えになること，手間の違い，悪い入力。"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lessons.segmentation import boxes, data, train
from lessons.segmentation import faster_rcnn as rcnn
from lessons.segmentation.rcnn import proposals
from lessons.stimuli import photos
from lessons.stimuli.scenes import THINGS, SceneConfig, make_scenes


@pytest.fixture(scope="module")
def detector():
    return train.load("faster_rcnn")


@pytest.fixture(scope="module")
def scenes():
    return data.scene_set(60, "test", data.SCENES)


def test_faster_r_cnn_equals_the_whole_model(detector, scenes):
    """部品から組み立てた Faster R-CNN は，torchvision のモデルと同じ答えになる。"""
    for scene, whole in zip(scenes[:8], rcnn.detect(detector, scenes[:8]), strict=True):
        mine = proposals.faster_r_cnn(detector, proposals.as_input(scene))
        assert mine.labels.tolist() == whole.labels.tolist()
        np.testing.assert_allclose(mine.regions, whole.regions, atol=1e-3)
        np.testing.assert_allclose(mine.scores, whole.scores, atol=1e-4)


def test_fast_r_cnn_on_the_same_windows_equals_faster(detector, scenes):
    x = proposals.as_input(scenes[0])
    fast = proposals.fast_r_cnn(detector, x, proposals.propose(detector, x))
    faster = proposals.faster_r_cnn(detector, x)
    np.testing.assert_allclose(fast.regions, faster.regions, atol=1e-4)


def test_own_parts_give_the_proposals_of_the_trained_network(detector, scenes):
    reference = boxes.anchors(12, 12, 8, [19.2, 28.8, 40.3], [1.0])
    for scene in scenes[:5]:
        x = proposals.as_input(scene)
        with torch.no_grad():
            maps = list(detector.backbone(x[None]).values())
            score, offset = detector.rpn.head(maps)
        score = score[0][0].permute(1, 2, 0).flatten()
        offset = offset[0].reshape(3, 4, 12, 12).permute(2, 3, 0, 1).reshape(-1, 4)
        best = score.topk(200).indices
        raw = boxes.decode(offset, reference)[best].clamp(0, 96)
        solid = (raw[:, 2:] - raw[:, :2] > 1e-3).all(1)
        raw, points = raw[solid], score[best][solid]
        mine = raw[boxes.suppress(raw, points, 0.7)[:60]]
        torch.testing.assert_close(mine, proposals.propose(detector, x))


def test_backbone_passes_and_work(detector, scenes):
    """背骨を通す回数は，R-CNN では窓の数，ほかの二つでは一回。"""
    windows = torch.tensor([[8.0, 8, 40, 40], [30, 30, 70, 80], [0, 0, 96, 96]])
    few = scenes[:2]

    def run(method):
        return proposals.measure(
            detector, few, lambda s: method(detector, proposals.as_input(s), windows)
        )

    slow, fast = run(proposals.r_cnn), run(proposals.fast_r_cnn)
    faster = proposals.measure(
        detector,
        few,
        lambda s: proposals.faster_r_cnn(detector, proposals.as_input(s)),
    )
    assert (slow.passes, fast.passes, faster.passes) == (3, 1, 1)
    assert 2.5 * fast.work < slow.work < 3.5 * fast.work
    assert len(slow.found) == 2
    with pytest.raises(ValueError, match="場面が一つもありません"):
        proposals.measure(detector, [], lambda s: slow.found[0])


def test_learned_proposals_need_fewer_windows_than_grouping(detector):
    """三組の場面で，10 個の窓で囲めた物は，RPN > まとまり > 総当たり。"""
    slide = proposals.sliding_windows(96, 96, 8, [20.0, 32.0, 44.0], [0.5, 1.0, 2.0])
    every = data.scene_set(60, "test", data.SCENES)
    for seed in range(3):
        part = every[20 * seed : 20 * seed + 20]
        g = torch.Generator().manual_seed(seed)

        def mix(windows, g=g):
            return windows[torch.randperm(len(windows), generator=g)]

        learned = [proposals.propose(detector, proposals.as_input(s)) for s in part]
        grouped = [mix(proposals.group(s.image)) for s in part]
        slid = [mix(slide) for _ in part]
        shares = [
            proposals.found_shares(part, windows, [10])[0]
            for windows in (learned, grouped, slid, [mix(w) for w in learned])
        ]
        assert shares[0] > 0.85
        assert shares[0] > shares[1] > shares[2]
        assert shares[3] < shares[0] - 0.1  # 順番を混ぜると，RPN の利点は縮む


@given(st.integers(1, 80), st.integers(1, 80), st.sampled_from([1, 4, 8]), st.data())
@settings(max_examples=15)
def test_sliding_windows_stay_inside_and_differ(rows, columns, step, draw):
    sizes = draw.draw(st.lists(st.sampled_from([4.0, 9.0, 20.0]), min_size=1))
    found = proposals.sliding_windows(rows, columns, step, sizes, [0.5, 1.0, 2.0])
    assert (found[:, :2] >= 0).all()
    assert (found[:, 2] <= columns).all()
    assert (found[:, 3] <= rows).all()
    if len(set(sizes)) == len(sizes):
        assert len(torch.unique(found, dim=0)) == len(found)


def test_sliding_windows_are_counted_by_hand():
    """10 × 10 の画像に 4 × 4 の窓を 1 画素ずつ：7 × 7 個。"""
    assert len(proposals.sliding_windows(10, 10, 1, [4.0], [1.0])) == 49


@given(st.integers(0, 2**31))
@settings(max_examples=10)
def test_grouping_gives_solid_boxes_inside_the_image(seed):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 255, (40, 56, 3), dtype=np.uint8)
    found = proposals.group(image)
    assert (found[:, 2:] > found[:, :2]).all()
    assert (found >= 0).all()
    assert (found <= torch.tensor([56, 40, 56, 40])).all()
    assert len(torch.unique(found, dim=0)) == len(found)


def test_grouping_an_image_of_one_colour_gives_the_whole_image():
    found = proposals.group(np.full((30, 50, 3), 90, np.uint8))
    assert found.tolist() == [[0, 0, 50, 30]]


def test_shares_of_scenes_without_things_or_windows():
    empty = make_scenes(2, "test", SceneConfig(fewest=0, most=0))
    none = [torch.zeros(0, 4)] * 2
    assert np.isnan(proposals.found_shares(empty, none, [1])[0])
    full = make_scenes(2, "test")
    assert proposals.found_shares(full, none, [1, 10]) == [0.0, 0.0]


def test_no_windows_no_answers(detector, scenes):
    x = proposals.as_input(scenes[0])
    found = proposals.fast_r_cnn(detector, x, torch.zeros(0, 4))
    assert len(found.labels) == 0


@torch.no_grad()
@pytest.mark.parametrize("side", [24, 40, 60])
def test_photo_of_a_cat_is_not_named_even_at_the_size_of_an_anchor(detector, side):
    """写真の猫を答えないのは，大きく写っているからではない。"""
    photo = photos.load("chelsea")[:, 75:375]
    small = np.asarray(Image.fromarray(photo).resize((side, side)))
    sheets = [np.full((96, 96, 3), light, np.uint8) for light in (127, 255, 0)]
    empty = SceneConfig(fewest=0, most=0)
    sheets += [scene.image.copy() for scene in make_scenes(2, "test", empty)]
    for sheet in sheets:
        sheet[20 : 20 + side, 20 : 20 + side] = small
        (said,) = detector([data.to_tensor(sheet[None])[0]])
        assert "cat" not in {list(THINGS)[kind - 1] for kind in said["labels"][:1]}
