"""姿勢の検出：正解の山と向きから，正解の人が組み立てられる。"""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.segmentation import data, train
from lessons.segmentation.metrics import correct_keypoints
from lessons.segmentation.pose import cost as pose_cost
from lessons.segmentation.pose import grouping
from lessons.segmentation.pose import model as pose
from lessons.stimuli import photos
from lessons.stimuli.people import KEYPOINTS
from lessons.stimuli.scenes import SPLITS, SceneConfig, make_scene
from lessons.weights import movenet

ALONE = SceneConfig(things=("person",), smallest=0.4, largest=0.7, fewest=1, most=1)
EMPTY = SceneConfig(things=("person",), fewest=0, most=0)
SHAPE = (len(KEYPOINTS), 24, 24), (len(grouping.BONES), 2, 24, 24)
SEEDS = st.integers(0, 2**32 - 1)


def scenes(count, config):
    return [make_scene(SPLITS["test"] + i, config) for i in range(count)]


@pytest.fixture(scope="module")
def net():
    return train.load("pose")


def test_true_maps_of_one_person_give_back_the_person():
    chosen = scenes(40, ALONE)
    found = [grouping.assemble(*pose.targets(scene)) for scene in chosen]
    assert [len(people) for people in found] == [1] * 40
    assert pose.correct_share(found, chosen) == 1.0
    assert pose_cost.mean_oks(found, chosen) > 0.95


def test_true_maps_of_a_crowd_give_back_nearly_all_joints():
    """人が重なると，同じ関節の山が一つになり，正解の地図からも失われる関節がある。"""
    chosen = scenes(60, pose.CROWD)
    found = [grouping.assemble(*pose.targets(scene)) for scene in chosen]
    assert 0.85 < pose.correct_share(found, chosen) < 1


def test_line_integral_prefers_the_right_direction():
    field = np.zeros((2, 9, 9), np.float32)
    field[0] = 1  # 右向き
    a, b = np.array([1.0, 4]), np.array([7.0, 4])
    assert grouping.bone_score(field, a, b) == pytest.approx(1)
    assert grouping.bone_score(field, b, a) == pytest.approx(-1)
    assert grouping.bone_score(field, a, np.array([1.0, 8])) == pytest.approx(0)
    assert grouping.bone_score(field, a, a) == 0


@given(SEEDS)
def test_line_integral_turns_round_with_the_bone(seed):
    """逆にたどると符号が変わり，一様な場では内積そのものになる。"""
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(1, 22, (2, 2))
    field = rng.normal(size=(2, 24, 24))
    there = grouping.bone_score(field, a, b)
    assert grouping.bone_score(field, b, a) == pytest.approx(-there)
    flat = np.broadcast_to(rng.normal(size=2)[:, None, None], (2, 24, 24))
    expected = flat[:, 0, 0] @ (b - a) / np.linalg.norm(b - a)
    assert grouping.bone_score(flat, a, b) == pytest.approx(expected)


LINKS = st.lists(
    st.tuples(
        st.floats(0.3, 1), st.sampled_from(grouping.BONES), *[st.integers(0, 3)] * 2
    ),
    max_size=40,
)


@given(LINKS)
def test_nobody_has_a_joint_twice_and_no_joint_has_two_owners(raw):
    links = sorted(
        (grouping.Link(s, a, i, b, j) for s, (a, b), i, j in raw), reverse=True
    )
    people = grouping.group(links)
    owned = [item for person in people for item in person.items()]
    assert len(owned) == len(set(owned))
    offered = {p for n in links for p in ((n.a, n.i), (n.b, n.j))}
    assert set(owned) <= offered
    if links:  # いちばん骨らしい骨は，必ず採る
        first = links[0]
        assert any(
            p.get(first.a) == first.i and p.get(first.b) == first.j for p in people
        )


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_flat_maps_give_no_person(value):
    heat, field = np.full(SHAPE[0], value, np.float32), np.zeros(SHAPE[1], np.float32)
    if value:  # 平らな山では，どこも頂になり得る。向きがなければ人にはならない
        heat[:, 2:, :] = 0
    assert grouping.assemble(heat, field).shape == (0, len(KEYPOINTS), 3)


def test_scene_without_people_has_empty_maps(net):
    empty = make_scene(0, EMPTY)
    heat, field = pose.targets(empty)
    assert not heat.any()
    assert not field.any()
    found = [grouping.assemble(heat, field)]
    assert np.isnan(pose.correct_share(found, [empty]))
    assert np.isnan(pose_cost.mean_oks(found, [empty]))
    assert pose_cost.top_down(net, empty, empty.boxes).shape == (0, 13, 3)
    assert len(pose.detect(net, [empty])) == 1


@settings(max_examples=5)
@given(SEEDS)
def test_noise_gives_people_of_the_right_shape(seed):
    rng = np.random.default_rng(seed)
    heat = (rng.random(SHAPE[0]) ** 60).astype(np.float32)
    found = grouping.assemble(heat, rng.normal(size=SHAPE[1]).astype(np.float32))
    assert found.shape[1:] == (len(KEYPOINTS), 3)
    assert ((found[..., 2] > 0).sum(1) >= 4).all()
    assert np.isfinite(found).all()


def test_one_colour_image_and_crops_beyond_the_edge(net):
    flat = np.full((96, 96, 3), 127, np.uint8)
    found = pose_cost.read_one(net, flat, np.array([-20.0, -20, 30, 30]))
    assert found.shape == (13, 3)
    assert np.isfinite(found).all()
    assert (pose_cost.cut_out(flat, np.array([80.0, 80, 130, 130])) == 127).all()


@pytest.mark.parametrize("box", [(5, 5, 5, 9), (9, 9, 5, 5), (0, 0, np.nan, 4)])
def test_boxes_without_area_are_refused(net, box):
    with pytest.raises(ValueError, match="面積がありません"):
        pose_cost.cut_out(np.zeros((96, 96, 3), np.uint8), np.array(box, float))


def test_cutting_out_the_whole_picture_changes_nothing():
    image = make_scene(3, ALONE).image
    whole = 48 + np.array([-1, -1, 1, 1]) * 48 / pose_cost.MARGIN
    assert np.abs(pose_cost.cut_out(image, whole).astype(int) - image).max() <= 1


def test_oks_ignores_the_order_of_people_and_counts_the_missed():
    chosen = [s for s in scenes(30, pose.CROWD) if len(s.boxes) == 2][:5]
    whole = [s.keypoints.copy() for s in chosen]
    assert pose_cost.mean_oks(whole, chosen) == pytest.approx(1)
    assert pose_cost.mean_oks([p[::-1] for p in whole], chosen) == pytest.approx(1)
    assert pose_cost.mean_oks([p[:1] for p in whole], chosen) == pytest.approx(0.5)
    assert pose_cost.mean_oks([p[:0] for p in whole], chosen) == 0


def test_scenes_have_just_the_people_asked_for():
    for count in (1, 2, 3):
        assert {len(s.boxes) for s in pose.scenes_of(count, 40)} == {count}
    assert {len(s.boxes) for s in pose.scenes_of(6, 4, smallest=0.2, largest=0.3)} == {
        6
    }
    with pytest.raises(ValueError, match="1 以上"):
        pose.scenes_of(0, 1)
    with pytest.raises(ValueError, match="largest を小さく"):
        pose.scenes_of(30, 1)


def test_share_pairs_people_for_the_most_right_joints():
    """二人めだけを完全に答えても，一人めに取られずに，二人めの当たりと数える。"""
    chosen = next(s for s in scenes(30, pose.CROWD) if len(s.boxes) == 2)
    far = chosen.keypoints.copy()
    far[1, :, :2] = far[0, :, :2] + 40  # 重ならないように，二人めを離す
    far[..., 2] = 2
    apart = replace(chosen, keypoints=far)
    for person in (0, 1):
        assert pose.correct_share([far[person : person + 1]], [apart]) == 0.5
    assert pose.correct_share([far[::-1]], [apart]) == 1
    assert pose.correct_share([far[:0]], [apart]) == 0


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_share_is_the_best_of_all_pairings(seed):
    """すべての組み方を試した最大と同じで，人の順番によらない。"""
    rng = np.random.default_rng(seed)
    scene = make_scene(int(rng.integers(0, 500)), pose.CROWD)
    n = len(scene.keypoints)
    guess = rng.permutation(scene.keypoints.repeat(2, 0))[: n + 1].copy()
    guess[..., :2] += rng.normal(0, 3, guess[..., :2].shape)
    tried = max(
        sum(
            pose.correct_share([guess[[g]]], [one_person(scene, i)])
            * (scene.keypoints[i, :, 2] == 2).sum()
            for i, g in enumerate(order)
            if (scene.keypoints[i, :, 2] == 2).any()
        )
        for order in itertools.permutations(range(n + 1), n)
    )
    found = pose.correct_share([guess], [scene])
    seen = (scene.keypoints[..., 2] == 2).sum()
    assert found * seen == pytest.approx(tried)
    assert found == pose.correct_share([guess[::-1]], [scene])


def one_person(scene, number):
    """``number`` 番めの人だけの場面。"""
    keep = slice(number, number + 1)
    return replace(scene, keypoints=scene.keypoints[keep])


def test_inverting_twice_gives_the_scene_back():
    scene = make_scene(5, pose.CROWD)
    again = pose_cost.inverted(pose_cost.inverted(scene))
    for name in ("image", "masks", "semantic"):
        assert np.array_equal(getattr(again, name), getattr(scene, name))
    np.testing.assert_allclose(again.boxes, scene.boxes)
    np.testing.assert_allclose(again.keypoints, scene.keypoints, atol=1e-4)
    upside = pose_cost.inverted(scene)
    x1, y1, x2, y2 = upside.boxes[0].astype(int)
    assert upside.masks[0][y1:y2, x1:x2].sum() == upside.masks[0].sum()


def test_upright_people_are_read_better_than_inverted_ones(net):
    """三組の場面のどれでも，逆さにすると PCK が大きく下がる。"""
    for start in range(3):
        chosen = [
            make_scene(SPLITS["validation"] + 40 * start + i, pose.CROWD)
            for i in range(40)
        ]
        upside = [pose_cost.inverted(s) for s in chosen]
        up = pose.correct_share(pose.detect(net, chosen), chosen)
        assert up > pose.correct_share(pose.detect(net, upside), upside) + 0.3


@pytest.mark.parametrize("name", ["astronaut", "camera"])
def test_a_photo_on_its_side_is_also_read_with_less_confidence(name):
    """頁の言葉：確信度が下がるのは，逆さのときだけでなく，横倒しのときも。"""
    reader, photo = movenet.pretrained(), photos.load(name)
    upright, *tilted = (
        reader.keypoints(np.ascontiguousarray(np.rot90(photo, way)))[:, 2].mean()
        for way in (0, 1, 3)
    )
    assert max(tilted) < upright - 0.08


def test_the_one_person_read_is_not_always_the_one_in_the_middle():
    """頁の言葉：一枚の写真から一人だけを選ぶ。中央の人とは限らない。"""
    woman, man = photos.load("astronaut"), photos.load("camera")
    photo = np.hstack([np.full_like(woman, 128), man, woman])  # 中央は写真家
    points = movenet.pretrained().keypoints(photo)
    sure = points[points[:, 2] > 0.3]
    assert len(sure) > 5
    assert (sure[:, 0] > 2 * woman.shape[1]).all()


def test_whether_hiding_the_others_turns_the_order_depends_on_the_paint(net):
    """頁の言葉：ほかの人を消すと上がるが，下から組む方を超えるかは，塗り方による。"""
    chosen = pose.scenes_of(3, 24)
    g = np.random.default_rng(0)
    as_is = [pose_cost.top_down(net, scene, scene.boxes) for scene in chosen]
    plain, grain = [], []
    for scene in chosen:
        ground = scene.image[~scene.masks.any(axis=0)]
        people: list[list[np.ndarray]] = [[], []]
        for own, box in zip(scene.masks, scene.boxes, strict=True):
            others = scene.masks.any(axis=0) & ~own
            paints = (np.median(ground, axis=0), g.choice(ground, others.sum()))
            for paint, found in zip(paints, people, strict=True):
                image = scene.image.copy()
                image[others] = paint
                found.append(pose_cost.read_one(net, image, box))
        plain.append(np.array(people[0]))
        grain.append(np.array(people[1]))
    above, one, other, below = (
        pose.correct_share(found, chosen)
        for found in (as_is, plain, grain, pose.detect(net, chosen))
    )
    assert above + 0.1 < below < one
    assert above + 0.05 < other < below


def test_top_down_runs_the_network_once_a_person(net):
    passes = []
    handle = net.register_forward_hook(lambda *_: passes.append(1))
    try:
        for scene in scenes(6, pose.CROWD):
            passes.clear()
            pose_cost.top_down(net, scene, scene.boxes)
            assert len(passes) == len(scene.boxes)
            passes.clear()
            pose.detect(net, [scene])
            assert len(passes) == 1
    finally:
        handle.remove()


def test_watching_does_not_change_the_training():
    chosen = data.scene_set(16, "train", pose.CROWD)

    def losses(watch):
        torch.manual_seed(0)
        return pose.fit(pose.PoseNet(), chosen, iterations=3, batch=4, watch=watch)

    seen = []
    assert losses(seen.append) == losses(None)
    assert seen == [1, 2, 3]


@given(SEEDS, st.floats(0.5, 20))
def test_share_is_one_only_within_the_radius(seed, radius):
    scene = make_scene(seed % 1000, ALONE)
    guess = scene.keypoints.copy()
    guess[..., :2] += [radius * 0.9, 0]
    assert pose.correct_share([guess], [scene], radius) == 1
    assert correct_keypoints(guess[..., :2], scene.keypoints, radius) == 1
    guess[..., :2] += [radius, 0]
    assert pose.correct_share([guess], [scene], radius) == 0
