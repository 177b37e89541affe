"""姿勢の章の，体の絵，対照，効果，あなたの答え。"""

import numpy as np
import pytest
import torch

from lessons.segmentation.pose import bodies, controls, point_light, yours
from lessons.segmentation.pose import model as pose
from lessons.segmentation.pose.cost import inverted
from lessons.segmentation.pose.effects import MEASURES
from lessons.segmentation.pose.point_light import walker
from lessons.stimuli import walkers
from lessons.stimuli.people import LIMBS
from lessons.weights import movenet


def lengths(points):
    return np.array([np.linalg.norm(points[a] - points[b]) for a, b in LIMBS])


@pytest.mark.parametrize("seed", range(5))
def test_impossible_bodies_keep_their_bones_and_bend_outside_the_range(seed):
    """骨の長さは同じ種のふつうの体と同じで，肘と膝の曲がりだけが，ふつうの範囲の外。"""
    usual = bodies.random_pose(np.random.default_rng(seed))
    odd = bodies.impossible_pose(np.random.default_rng(seed))
    assert lengths(odd) == pytest.approx(lengths(usual))
    for side, sign in ((0, 1), (1, -1)):
        for root, low, high in ((1, -2.2, -1.2), (7, 1.0, 2.0)):
            a, b, c = (odd[root + side + k] * [sign, 1] for k in (0, 2, 4))
            first, second = (np.arctan2(*(q - p)) for p, q in ((a, b), (b, c)))
            bend = (second - first + np.pi) % (2 * np.pi) - np.pi
            assert low - 1e-6 <= bend <= high + 1e-6


def test_scenes_are_mirrored_and_back_again():
    scene = bodies.body_scene(3)
    again = bodies.mirrored(bodies.mirrored(scene))
    np.testing.assert_allclose(again.keypoints, scene.keypoints, atol=1e-4)
    assert np.array_equal(again.image, scene.image)
    with pytest.raises(ValueError, match=r"possible・impossible のどれか"):
        bodies.body_scene(0, "bent")


def test_only_upside_down_costs_joints():
    net = pose.pretrained()
    scenes = [bodies.body_scene(i) for i in range(8)]
    assert bodies.shares(net, scenes).mean() > 0.95
    assert bodies.shares(net, [inverted(s) for s in scenes]).mean() < 0.4
    assert abs(bodies.cost_of(net, scenes, flip=True).mean()) < 0.05


def test_impossible_bodies_lose_no_smaller_share_of_their_joints():
    """頁の言葉：ありえない体の損が小さいのは引き算で測ったとき。割合では小さくない。"""
    net, lost = pose.pretrained(), {}
    for posture in ("possible", "impossible"):
        scenes = [bodies.body_scene(100 + i, posture) for i in range(24)]
        up = bodies.shares(net, scenes).mean()
        down = bodies.shares(net, [inverted(s) for s in scenes]).mean()
        lost[posture] = up - down, (up - down) / up
    assert lost["possible"][0] > lost["impossible"][0] + 0.2
    assert lost["impossible"][1] > lost["possible"][1] - 0.05


def test_shuffling_keeps_the_weights_and_loses_the_joints():
    net = pose.pretrained()
    mixed = controls.shuffled(net, 0)
    for a, b in zip(net.parameters(), mixed.parameters(), strict=True):
        assert torch.equal(a.flatten().sort().values, b.flatten().sort().values)
    scenes = [bodies.body_scene(i) for i in range(4)]
    assert bodies.shares(mixed, scenes).mean() < 0.1
    one, two = (controls.untrained(pose.PoseNet, s) for s in (1, 1))
    assert torch.equal(one.head.weight, two.head.weight)


def test_walkers_differ_and_measures_take_their_controls():
    a, b = (walker(np.random.default_rng(s)) for s in (0, 1))
    assert a.shape == (24, 13, 2)
    assert not np.allclose(a, b)
    cost = MEASURES["pose_body_inversion"](5, "mirror", radius=4, height=60)
    assert cost.shape == (bodies.ITEMS,)
    assert abs(cost.mean()) < 0.1


def test_yours_counts_right_answers():
    lines = yours.graded({"逆さ": yours.truth("逆さ"), "ふつう": "○○○○○○"})
    assert lines[0].startswith("逆さ：正解 6 / 6")
    assert lines[1].startswith("ふつう：正解 3 / 6")
    assert "まだ答え" in yours.graded({"逆さ": ...})[0]
    with pytest.raises(ValueError, match="○ か × の 6 字"):
        yours.graded({"逆さ": "○×"})
    assert len(yours.sheet("ふつう")) == 6


def test_light_points_are_hardly_a_person_even_upright():
    """ふつうの向きの光る点でも，0.3 を超える特徴点は 17 個のうち数個だけ。"""
    net = movenet.pretrained()
    for seed in range(2):
        moves = walker(np.random.default_rng(seed))
        read = [
            net.keypoints(walkers.dots(p, radius=point_light.RADIUS))[:, 2]
            for p in moves[:: point_light.STEP]
        ]
        assert np.mean([(sure > 0.3).sum() for sure in read]) < 6
