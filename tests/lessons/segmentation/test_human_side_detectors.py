"""検出器と切り出しを人と比べる章：測りのものさし，記録の判定，読者の答え。"""

from functools import partial

import numpy as np
import pytest
import torch

from lessons.effects.record import named
from lessons.segmentation import counts, detectors, nulls
from lessons.segmentation.detr.displays import reported
from lessons.segmentation.fcn import figure_ground as fg
from lessons.segmentation.fcn import yours as fcn_yours
from lessons.segmentation.metrics import Detections, box_iou
from lessons.segmentation.one_stage import crowding, subitizing
from lessons.segmentation.one_stage import model as one_stage
from lessons.segmentation.one_stage import yours as one_yours
from lessons.segmentation.rcnn import counting
from lessons.segmentation.rcnn import yours as rcnn_yours
from lessons.segmentation.tasks import animals
from lessons.segmentation.tasks import yours as tasks_yours
from lessons.stimuli.arrangements import ANIMALS, PICTURES, arranged
from lessons.stimuli.scenes import THINGS


def test_altered_networks_keep_the_original_and_its_shapes():
    before = detectors.network("one_stage").state_dict()
    kept = {name: value.clone() for name, value in before.items()}
    shuffled = detectors.network("one_stage", "shuffled", 3)
    name = "backbone.stages.0.0.0.weight"
    assert not torch.equal(shuffled.state_dict()[name], kept[name])
    torch.testing.assert_close(
        shuffled.state_dict()[name].flatten().sort().values,
        kept[name].flatten().sort().values,
    )
    for key, value in detectors.network("one_stage").state_dict().items():
        assert torch.equal(value, kept[key]), key
    with pytest.raises(ValueError, match="untrained"):
        nulls.altered(torch.nn.Linear(1, 1), "magic", 0, lambda net: None)
    with pytest.raises(ValueError, match="two_stage"):
        detectors.network("three_stage")


def test_a_hit_needs_name_place_and_confidence():
    scene = animals.faint("cat", 1, contrast=1.0)
    box = scene.boxes
    label = scene.labels

    def hit(label, box, score):
        return detectors.hit(Detections(label, box, np.array([score])), scene)

    assert hit(label, box, 0.9)
    assert not hit(label, box, 0.4)
    assert not hit(label + 1, box, 0.9)
    assert not hit(label, box + 15, 0.9)
    none = Detections(np.zeros(0, int), np.zeros((0, 4)), np.zeros(0))
    assert not detectors.hit(none, scene)
    with pytest.raises(ValueError, match="確信度"):
        detectors.hit(Detections(label, box), scene)


@pytest.mark.parametrize("power", [0.5, 0.8, 1.0])
def test_compression_finds_the_power_put_in(monkeypatch, power):
    truth = np.array(counting.NUMBERS, float)
    said = np.repeat(truth[:, None] ** power, 6, axis=1)
    monkeypatch.setattr(counting, "answers", lambda *a, **k: said)
    assert counting.compression(0) == pytest.approx(1 - power)


@pytest.mark.parametrize("start", [0, 100])
def test_things_with_neighbours_on_all_sides_are_missed_most(start):
    """数は同じ 16 個でも，四方を囲まれた物は，四隅の物よりずっと見つかりにくい。"""
    cells = np.stack(np.meshgrid(np.arange(4), np.arange(4)), -1).reshape(-1, 2)
    middles = 48 + (cells - 1.5) * 19.2
    scenes = []
    for seed in range(start, start + 24):
        names = np.random.default_rng(seed).choice(PICTURES, 16).tolist()
        scenes.append(arranged(seed, names, middles, 17))
    answers = detectors.found("two_stage", scenes)
    hits = np.array(
        [
            [detectors.hit(*pair, thing) for thing in range(16)]
            for pair in zip(answers, scenes, strict=True)
        ]
    )
    edges = (cells % 3 == 0).sum(axis=1)  # 端に当たる辺の数
    assert hits[:, edges == 0].mean() < hits[:, edges == 2].mean() - 0.3


@pytest.mark.parametrize("seed", [0, 700])
def test_a_lower_bar_makes_up_the_number_with_false_answers(seed):
    """基準を 0.3 に下げると，16 個と答えるが，見つけた物は 14 個に届かない。"""
    scenes = counts.crowd(seed, 16)
    answers = detectors.found("two_stage", scenes)
    (few, said), (share, more) = (reported(answers, scenes, bar) for bar in (0.5, 0.3))
    assert said.mean() < 14
    assert more.mean() == pytest.approx(16, abs=1)
    assert 16 * share.mean() < 14
    assert more.mean() - said.mean() > 1.5 * 16 * (share.mean() - few.mean())


@pytest.mark.parametrize("seed", [0, 3])
def test_small_things_are_undercounted_even_with_room(seed):
    """辺 13 画素の物は，間隔を広げても，16 個を 8〜11 個と答える。辺 17 画素なら 14 個を超える。"""
    small, usual = (
        counts.answers("two_stage", (16,), seed, scenes=16, side=side, across=4).mean()
        for side in (13, 17)
    )
    assert 8 <= small <= 11
    assert usual > 14


def test_the_lower_bar_does_not_make_up_the_number_of_small_things():
    """基準を 0.3 にして数がほぼ合うのは，辺 17 画素の物。14 画素では 16 個に届かない。"""
    scenes = counts.crowd(0, 16, side=14)
    answers = detectors.found("two_stage", scenes)
    assert reported(answers, scenes, 0.3)[1].mean() < 14


def test_more_proposals_do_not_bring_the_crowded_things_back(monkeypatch):
    scenes = counts.crowd(0, 16, scenes=12)

    def right():
        answers = detectors.found("two_stage", scenes)
        return 16 * reported(answers, scenes, 0.5)[0].mean()

    before = right()
    rpn = detectors.network("two_stage").rpn
    monkeypatch.setattr(rpn, "_pre_nms_top_n", {"training": 200, "testing": 2000})
    monkeypatch.setattr(rpn, "_post_nms_top_n", {"training": 60, "testing": 600})
    assert right() == pytest.approx(before, abs=0.7)


def test_one_constant_answer_is_not_counting(monkeypatch):
    monkeypatch.setattr(counting, "answers", lambda *a, **k: np.full((5, 6), 9))
    assert counting.compression(0) == 0
    assert counting.scalar_variability(0) == 0


@pytest.mark.parametrize(("power", "index"), [(1.0, 0.5), (0.5, 0.0)])
def test_variability_finds_the_power_put_in(monkeypatch, power, index):
    truth = 100.0 * np.array(counting.NUMBERS)
    noise = np.random.default_rng(0).normal(size=4000)
    noise = (noise - noise.mean()) / noise.std()
    said = truth[:, None] + (truth[:, None] ** power) * 0.2 * noise
    monkeypatch.setattr(counting, "answers", lambda *a, **k: said)
    assert counting.scalar_variability(0) == pytest.approx(index, abs=0.02)


def test_missing_at_random_keeps_the_means():
    said = np.repeat([[4.0], [5.0], [7.0]], 4000, axis=1)
    truth = (5, 8, 16)
    each = counts.missed_at_random(truth, said, 0, each=True).mean(axis=1)
    np.testing.assert_allclose(each, [4, 5, 7], atol=0.1)
    same = counts.missed_at_random(truth, said, 0).mean(axis=1)
    np.testing.assert_allclose(same, np.array(truth) * 16 / 29, atol=0.15)


def test_subitizing_is_the_difference_of_weber_fractions(monkeypatch):
    pattern = np.array([-1.0, 1.0] * 4)
    numbers = np.array(subitizing.FEW + subitizing.MORE, float)
    said = numbers[:, None] * (1 + np.outer([0.02] * 3 + [0.12] * 3, pattern))
    monkeypatch.setattr(subitizing, "answers", lambda *a, **k: said)
    assert subitizing.subitizing(0) == pytest.approx(0.10)


def test_flankers_stand_around_the_target_without_overlap():
    for scene in crowding.flanked(0, 1.3, offset=crowding.OFFSET)[:4]:
        assert len(scene.labels) == 5
        assert scene.masks.sum(axis=0).max() == 1
        assert (scene.labels[1:] != scene.labels[0]).all()
    assert {s.labels[0] for s in crowding.flanked(0, 0)} == set(range(14))


def test_near_flankers_harm_and_far_flankers_do_not():
    assert crowding.hits(5, 0).mean() > 0.85
    assert crowding.crowding(5).mean() > 0.5
    assert abs(crowding.crowding(5, "beyond").mean()) < 0.2
    assert crowding.hits(5, 0, side=10).mean() < 0.3  # 見つけられる限界
    assert crowding.hits(5, 1.3, side=18).mean() > 0.6


@pytest.mark.parametrize("seed", [0, 5])
def test_the_harmful_spacing_hardly_depends_on_the_size_of_things(seed):
    """当てた割合が半分になる間隔は，画素ではほぼ同じ。物の辺の何倍かでは，大きく違う。"""
    gaps = [18, 20, 22, 24]
    half = {}
    for side in (14, 18):
        rates = [crowding.hits(seed, g / side, side=side).mean() for g in gaps]
        half[side] = np.interp(0.5, np.maximum.accumulate(rates), gaps)
    assert 18 <= half[18] <= half[14] < 24
    assert half[14] - half[18] < 4
    assert half[14] / 14 > 1.3 * half[18] / 18


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_smaller_things_are_harmed_from_farther_away(seed):
    """24 画素の間隔でも 12 画素の物は当たらず，20 画素の物は触れる手前でも当たる。"""
    alone = crowding.hits(seed, 0, side=12).mean()
    assert alone == pytest.approx(0.63, abs=0.04)
    assert crowding.hits(seed, 24 / 12, side=12).mean() == pytest.approx(0.12, abs=0.05)
    assert crowding.hits(seed, 24 / 18, side=18).mean() > 0.9
    assert crowding.hits(seed, 21 / 20, side=20).mean() > 0.75


@pytest.mark.parametrize("seed", [0, 41])
def test_crowded_things_get_no_box_whatever_the_name(seed):
    """頁の言葉：名前を問わず，狙いの物に四角を置けた割合が，隣が近いと下がる。"""
    best = {}
    for gap in (1.3, 2.0):
        scenes = crowding.flanked(seed, gap)
        answers = detectors.found("one_stage", scenes)
        best[gap] = np.array(
            [
                box_iou(one.regions[one.scores >= 0.5], scene.boxes[:1]).max(initial=0)
                for one, scene in zip(answers, scenes, strict=True)
            ]
        )
    assert (best[2.0] >= 0.3).mean() > (best[2.0] >= 0.5).mean() - 0.1 > 0.7
    assert (best[1.3] >= 0.5).mean() < 0.3
    assert (best[1.3] >= 0.3).mean() < 0.7


@pytest.mark.parametrize("seed", [0, 5])
def test_unsure_answers_bring_loose_boxes_and_wrong_names(seed):
    """確信度が 0.05 の答えまで採ると，ゆるい四角は増えるが，名前の違うものも増える。"""
    scenes = crowding.flanked(seed, 1.3)
    rates = []
    for least in (0.5, 0.05):
        boxed, wrong = [], []
        for one, scene in zip(
            detectors.found("one_stage", scenes), scenes, strict=True
        ):
            overlap = box_iou(one.regions, scene.boxes)
            own = (overlap[:, 0] >= 0.3) & (overlap.argmax(1) == 0)
            own &= one.scores >= least
            boxed.append(own.any())
            wrong.append((own & (one.labels != scene.labels[0])).any())
        rates.append((np.mean(boxed), np.mean(wrong)))
    assert rates[1][0] > rates[0][0] + 0.3
    assert rates[1][1] > rates[0][1] + 0.1
    strict = [
        (box_iou(one.regions, scene.boxes[:1]) >= 0.5).any()
        for one, scene in zip(detectors.found("one_stage", scenes), scenes, strict=True)
    ]
    assert np.mean(strict) < 0.2  # IoU 0.5 以上の四角は，それでもほとんど置けない


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_exact_counts_fall_with_the_crowd_not_with_the_fourth_thing(seed):
    """詰まっていると 7 個は半分ほど，間隔を広げると 7〜9 割，ぴったり当たる。"""
    tight, wide = (
        [
            (counts.answers("one_stage", (n,), seed, scenes=40, across=a) == n).mean()
            for n in (1, 3, 7)
        ]
        for a in (5, 4)
    )
    assert min(tight[:2]) >= 0.85
    assert tight[2] < 0.6
    assert 0.65 < wide[2] < 0.95
    assert wide[2] > tight[2] + 0.15


@pytest.mark.parametrize("gap", [1.3, 1.6, 2.0])
def test_crowding_is_not_the_tidying_of_boxes(monkeypatch, gap):
    """重なりの整理をやめても，隣に囲まれた物を当てる割合は変わらない。"""
    usual = crowding.hits(0, gap).mean()
    monkeypatch.setattr(
        one_stage, "batched_nms", lambda box, score, *_: score.argsort(descending=True)
    )
    assert crowding.hits(0, gap).mean() == pytest.approx(usual, abs=0.08)


def test_convex_and_concave_regions_are_equally_large():
    g = np.random.default_rng(0)
    for regions in (2, 8):
        share = np.mean([fg.convex(g, regions=regions).mean() for _ in range(30)])
        assert share == pytest.approx(0.5, abs=0.02)


def test_eight_displays_alone_would_mislead_as_the_page_says():
    few, many = (
        fg.chosen(partial(fg.convex, regions=regions), seed=0, items=8).mean()
        for regions in (2, 8)
    )
    assert many > few + 0.3


def test_being_surrounded_does_not_decide_which_side_is_chosen():
    """偏りを引けば帯も，引かなければ端に切られた丸も，囲まれた丸と同じように選ばれる。"""

    def band(g):
        return np.abs(fg.Y - g.uniform(90, 166)) < 30

    def corner(g):
        x, y = g.choice([30, 226], 2)
        return np.hypot(fg.X - x, fg.Y - y) < g.uniform(45, 65)

    def large(g):
        return fg.surrounded(g, radius=105, offset=0)

    def share(draw, blank):
        return np.mean(
            [fg.chosen(draw, seed, items=8, blank=blank).mean() for seed in range(3)]
        )

    assert share(fg.surrounded, True) > 0.85
    assert share(band, True) > 0.75
    disc = share(fg.surrounded, False)
    assert share(corner, False) > disc - 0.15
    assert share(band, False) < disc - 0.1
    assert share(large, False) < disc - 0.1


def test_few_displays_are_called_a_person_for_sure():
    """丸でも，はっきり「人」と答えるのは一部の図だけ。"""
    g = np.random.default_rng(7)
    shown = np.stack([fg.painted(fg.surrounded(g), g)[0] for _ in range(24)])
    sure = (fg.person(fg.segmenter(), shown) > 0.5).mean(axis=(1, 2)) > 0.01
    assert 0 < sure.sum() < 12


def test_displays_come_in_both_colours():
    g = np.random.default_rng(1)
    region = fg.surrounded(g)
    assert 0.01 < region.mean() < 0.3
    assert not region[[0, -1]].any()
    first, second = fg.painted(region, g)
    np.testing.assert_array_equal(first[region][0], second[~region][0])
    np.testing.assert_array_equal(first[~region][0], second[region][0])


def test_the_meter_of_figure_and_ground_needs_no_network(monkeypatch):
    """いつも左を選ぶ画面からは，左の領域だけが選ばれる。場所の偏りは，引けば消える。"""
    bias = np.linspace(1, 0, fg.SIDE)[None, None].repeat(fg.SIDE, 1)
    monkeypatch.setattr(
        fg, "person", lambda net, images, reading="": bias.repeat(len(images), 0)
    )
    fg._empty.cache_clear()
    assert fg.chosen(fg.left, 0, items=4, blank=False).mean() == 1
    assert fg.chosen(fg.left, 0, items=4).mean() == 0
    fg._empty.cache_clear()
    with pytest.raises(ValueError, match="logit"):
        fg.chosen(fg.left, 0, reading="guess")


WORDS = {
    "animal_advantage": "決まらない",
    "count_compression": "向きだけ",
    "count_variability": "構造",
    "one_stage_crowding": "向きだけ",
    "one_stage_crowding_edge": "決まらない",
    "one_stage_subitizing": "示さない",
    "surroundedness": "向きだけ",
    "convexity_context": "示さない",
    "lower_region": "示さない",
}
"""頁の文が従っている判定。"""


def test_the_records_decide_what_the_pages_say():
    assert {one.protocol.id: one.word for one in named(*WORDS)} == WORDS


@pytest.mark.parametrize(
    ("graded", "sheet", "right", "said"),
    [
        (
            tasks_yours.graded,
            tasks_yours.sheet,
            lambda s: tasks_yours.LETTERS[s.labels[0]],
            "動物 6/6，ほかの物 6/6",
        ),
        (
            one_yours.graded,
            lambda: [one for pair in one_yours.sheet() for one in pair],
            lambda s: one_yours.LETTERS[s.labels[0]],
            "一つだけ 4/4，囲まれた物 4/4",
        ),
        (
            fcn_yours.graded,
            fcn_yours.sheet,
            lambda one: "d" if one.convex_is_dark else "l",
            "2 つの図で 3/3，8 つの図で 3/3",
        ),
    ],
    ids=["tasks", "one_stage", "fcn"],
)
def test_readers_are_graded(graded, sheet, right, said):
    answer = "".join(right(one) for one in sheet())
    assert said in graded(answer)[0]
    assert "まだ" in graded(...)[0]
    with pytest.raises(ValueError, match="字にして"):
        graded(answer[:-1])
    with pytest.raises(ValueError, match="字にして"):
        graded("#" * len(answer))


def test_readers_estimates_give_an_exponent():
    lines = rcnn_yours.graded(rcnn_yours.COUNTS)
    assert "あなた：12 5 16 7 10 4　指数 1.00" in lines
    half = rcnn_yours.graded([4 * (n / 4) ** 0.5 for n in rcnn_yours.COUNTS])
    assert half[1].endswith("指数 0.50")
    assert "まだ" in rcnn_yours.graded(...)[0]
    for wrong in ([1, 2], [0, 1, 2, 3, 4, 5]):
        with pytest.raises(ValueError, match="6 個"):
            rcnn_yours.graded(wrong)


def test_hit_rates_and_groups():
    rates = np.array([float(name in ANIMALS) for name in PICTURES])
    assert animals.difference(rates) == 1
    assert animals.difference(1 - rates) == -1
    assert animals.hit_rates(2, items=1, contrast=1.0).shape == (14,)
    assert list(tasks_yours.names().values()) == [THINGS[name] for name in PICTURES]
    with pytest.raises(ValueError, match="area"):
        animals.faint("cat", 0, match="width")
