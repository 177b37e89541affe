"""章 neuropsychology/neglect の部品の検査。"""

from collections import Counter

import numpy as np
import pytest

from lessons.neuropsychology.neglect import (
    bisection,
    copying,
    cueing,
    effects,
    finding,
    measures,
    scoring,
    searching,
    target_gradient,
    train,
)
from lessons.neuropsychology.neglect.searching import Searcher, attention, search
from lessons.stimuli import neglect_sheets, paper
from lessons.weights import ledger

HELD = 300_000
"""学習にも試験にも使っていないシートの種。"""


def sheets(count=1):
    return train.sheets(HELD, count)


# ---- 見つける ----


def test_the_detector_finds_and_names_the_items_of_new_sheets():
    detector = finding.pretrained()
    new = finding.ap50(detector, sheets(2))
    assert new > 0.9
    assert abs(new - ledger.get("neglect_sheets").scores["AP50"]) < 0.06
    shares = finding.recalls(detector, sheets(1))
    assert set(shares) == set(finding.KINDS)
    assert min(shares.values()) > 0.85


def test_an_untrained_last_layer_finds_nothing_right():
    """学習し直す前の検出器では，成績が出ない（成績の測り方の対照）。"""
    assert finding.ap50(train.build(), sheets(1)) < 0.1


def test_tiles_hold_the_true_boxes_of_the_sheet():
    sheet = neglect_sheets.star_cancellation(HELD)
    for tile in train.tiles(sheet, 5, np.random.default_rng(0)):
        assert tile.image.shape == (train.SIDE, train.SIDE, 3)
        for x1, y1, x2, y2 in tile.boxes.round().astype(int):
            assert tile.image[y1:y2, x1:x2].min() < 128  # どの四角にもインクがある
            assert 0 <= x1 < x2 <= train.SIDE
            assert 0 <= y1 < y2 <= train.SIDE


# ---- 探す ----


def test_attention_is_flat_until_the_right_hemisphere_fails():
    x = np.linspace(-1, 1, 11)
    np.testing.assert_allclose(attention(x, 0), 1)
    hurt = attention(x, 0.6)
    assert (np.diff(hurt) > 0).all()
    np.testing.assert_allclose(hurt[[0, -1]], [0.4, 1])


@pytest.mark.parametrize("test", ["線", "字", "星"])
def test_a_healthy_search_finishes_the_sheet_without_a_bias(test):
    """合わせたのは健常の成績だけで，左右の偏りはない。"""
    hits = [
        measures.test_page(test, s).hit(
            search(measures.test_page(test, s).found, test, Searcher(), s)
        )
        for s in range(4)
    ]
    assert np.mean(hits) > 0.94
    assert abs(np.mean([measures.coc(test, Searcher(), s) for s in range(4)])) < 0.02


def test_damage_mirrors_when_the_page_mirrors():
    """左右を入れ替えた紙では，見落としの側だけが入れ替わる（損傷は場所にだけ効く）。"""
    page = measures.test_page("星", 1)
    boxes = page.found.boxes.copy()
    boxes[:, [0, 2]] = paper.WIDTH - page.found.boxes[:, [2, 0]]
    mirrored = finding.Found(boxes, page.found.presence, page.found.kinds)
    sides = []
    for found in (page.found, mirrored):
        trace = search(found, "星", Searcher(gradient=0.9), 0)
        sides.append(found.places[trace.cancelled, 0].mean())
    assert min(sides) > paper.WIDTH / 2 + 10  # どちらの紙でも，消すのは右


def test_erased_items_are_never_visited_again_and_cancelled_once():
    page = measures.test_page("線", 2)
    erased = search(page.found, "線", Searcher(erase=True), 0)
    assert not erased.again.any()
    marked = search(page.found, "線", Searcher(gradient=0.9), 0)
    assert marked.again.any()
    assert len(set(marked.cancelled)) == len(marked.cancelled)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Searcher(gradient=1.2), "gradient は 0〜1"),
        (lambda: Searcher(disengage=-0.1), "disengage は 0〜1"),
        (
            lambda: search(measures.test_page("線", 0).found, "円", Searcher(), 0),
            "線・字・星 のどれか",
        ),
        (lambda: bisection.bisect(bisection.page, 0, 0.5), "length は 0 より大きく"),
        (
            lambda: scoring.centre_of_cancellation(np.array([1.0]), np.array([True])),
            "二つ以上の標的",
        ),
    ],
)
def test_bad_input_gets_one_japanese_sentence(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# ---- 無視に特有ではないこと ----


@pytest.mark.parametrize(
    ("control", "recovery"), [("intact", 10.0), ("", effects.FOREVER)]
)
def test_a_hasty_search_gains_from_erasing_without_the_gradient_or_forgetting(
    control, recovery
):
    """早くあきらめるなら，勾配か忘れることの一方だけでも，消すと見落としが減る。"""
    gains = [
        effects.erasing(s, control, patience=3, recovery=recovery)
        for s in range(20, 24)
    ]
    assert np.mean(gains) > 0.05


def test_forgetting_hurts_a_hasty_searcher_without_damage():
    gains = [effects.forgetting(s, "intact", patience=3) for s in range(20, 24)]
    assert np.mean(gains) > 0.03


def test_the_power_is_below_one_for_any_search_that_stops_early():
    """左右同じ損傷でも，見落とすほど早くやめれば，べきは 1 より小さい。"""
    hasty = effects.exponent(20, "flat", patience=3, recovery=10.0)
    assert hasty < 0.9 < effects.exponent(20, "flat")


def test_omissions_come_before_the_first_place_for_a_hasty_and_forgetful_searcher():
    """見落としより先に始める場所が変わるのは，あきらめずに探す人だけ。"""
    hasty = {"patience": 3, "recovery": 10.0}
    slight, none = (Searcher(gradient=d, **hasty) for d in (0.1, 0.0))
    seeds = range(10)
    off = np.mean([measures.coc("星", slight, s) for s in seeds])
    first, base = ([measures.start(w, s) for s in seeds] for w in (slight, none))
    assert off > scoring.COC_CUT_OFF
    assert np.mean(first) - np.mean(base) < 1.5 * np.std(base)


def test_returns_are_as_many_without_a_gradient_but_not_to_the_right():
    """後戻りの数は勾配のしるしではなく，右への偏りだけがしるしになる。"""

    def returns(who):
        rates, right = [], []
        for s in range(20, 28):
            found = measures.test_page("星", s).found
            trace = searching.search(found, "星", who, s)
            rates.append(trace.revisit_rate)
            right.extend(found.places[trace.visits[trace.again], 0] > paper.WIDTH / 2)
        return np.mean(rates), np.mean(right)

    (slope, slope_right), (even, even_right), (forget, forget_right) = (
        returns(Searcher(**who))
        for who in ({"gradient": 0.8}, {"dimming": 0.8}, {"recovery": 10.0})
    )
    assert even > slope - 0.08
    assert forget > slope + 0.1
    assert slope_right > 0.85
    assert max(even_right, forget_right) < 0.65


def test_disengaging_starts_on_the_right_when_the_eyes_start_at_the_centre(monkeypatch):
    """始める場所の違いは，はじめにどこも見ていないと決めたことから出る。"""
    who = Searcher(disengage=0.7)
    assert abs(np.mean([measures.start(who, s) for s in range(8)])) < 0.2
    rule = searching._strength

    def from_the_centre(salience, suppressed, places, here, who):
        found = rule(salience, suppressed, places, here, who)
        if here is None:
            found = found * np.where(
                places[:, 0] < paper.WIDTH / 2, 1 - who.disengage, 1
            )
        return found

    monkeypatch.setattr(searching, "_strength", from_the_centre)
    assert np.mean([measures.start(who, s) for s in range(8)]) > 0.3


# ---- 採点 ----


def test_centre_of_cancellation():
    x = np.array([10.0, 20, 30, 40, 50])
    everything = np.ones(5, bool)
    assert scoring.centre_of_cancellation(x, everything) == pytest.approx(0)
    assert scoring.centre_of_cancellation(x, x > 45) == pytest.approx(1)
    assert scoring.centre_of_cancellation(x, x > 25) == pytest.approx(0.5)
    assert scoring.centre_of_cancellation(-x, x > 25) == pytest.approx(-0.5)
    assert np.isnan(scoring.centre_of_cancellation(x, ~everything))


def test_scores_add_up_to_the_published_totals():
    assert sum(scoring.MOST.values()) == 146
    assert sum(scoring.CUT_OFF.values()) == 131
    assert scoring.omissions(np.array([10.0, 290]), np.array([False, True])) == (1, 0)
    points = [scoring.bisection_points(e) for e in (0, -12, 15, -22, 30)]
    assert points == [3, 3, 2, 1, 0]


# ---- 二等分 ----


def test_page_gradient_errs_with_the_square_and_the_object_gradient_in_proportion():
    assert bisection.growth(bisection.errors(bisection.page, 0.3)) == pytest.approx(
        2, abs=0.05
    )
    found = bisection.errors(bisection.object_centred, 0.3)
    assert bisection.growth(found) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("name", bisection.GRID)
def test_no_account_of_symmetric_salience_errs_without_damage(name):
    row = bisection.survey(name)
    assert row["control"] < 1e-6
    assert row["right"] > 0.5


def test_only_two_narrowed_curves_cross_over():
    rows = {name: bisection.survey(name)["crosses"] for name in bisection.GRID}
    two = rows.pop("二つの半球の曲線")
    assert set(rows.values()) == {0}
    assert 0.05 < two < 0.5
    lowered = bisection.hemispheres(20, 50, 0.5, 0.0)
    assert not any(
        bisection.crosses(bisection.errors(lowered, d)) for d in bisection.DAMAGES
    )


def test_compressed_lengths_cross_at_the_middle_length():
    assert bisection.compressed(75, 0.7) == pytest.approx(0)
    assert bisection.compressed(20, 0.7) < 0 < bisection.compressed(200, 0.7)
    assert bisection.compressed(200, 1.0) == pytest.approx(0)


def test_crossing_needs_both_sides():
    assert bisection.crosses(np.array([-1, -1, 0, 0, 1, 2, 3, 4.0]))
    assert not bisection.crosses(np.array([0, 0, 0, 0, 1, 2, 3, 4.0]))
    assert not bisection.crosses(np.array([-1, -1, 0, 0, 0, 0, 0, 0.0]))


# ---- 手がかり ----


def test_without_damage_the_two_sides_are_equal_and_an_invalid_cue_costs():
    t = cueing.response_times(trials=4000)
    assert t.left_cost > 0.5
    assert t.left_cost == pytest.approx(t.right_cost, abs=0.15)


def test_disengaging_slows_only_the_invalid_left():
    healthy = cueing.response_times(trials=4000)
    t = cueing.response_times(disengage=0.5, trials=4000)
    assert t.left_invalid > 1.3 * healthy.left_invalid
    for name in ("left_valid", "right_valid", "right_invalid"):
        assert getattr(t, name) == pytest.approx(getattr(healthy, name), abs=0.15)


def test_the_gradient_slows_the_valid_left_as_well():
    """勾配の損傷は，患者のような外れだけの遅れを出さない。"""
    healthy, hurt = (cueing.response_times(g, trials=4000) for g in (0.0, 0.8))
    assert hurt.left_valid > 2 * healthy.left_valid
    assert (
        hurt.left_invalid / hurt.left_valid < healthy.left_invalid / healthy.left_valid
    )


@pytest.mark.parametrize("cue", [0.4, 1.6])
def test_the_ratio_falls_with_the_gradient_whatever_the_cue(cue):
    healthy, hurt = (cueing.response_times(g, cue=cue) for g in (0.0, 0.8))
    assert (
        hurt.left_invalid / hurt.left_valid < healthy.left_invalid / healthy.left_valid
    )


def test_a_long_constant_time_hides_the_reversal_but_never_reaches_the_patients():
    gains = {
        offset: np.mean([effects.disengaging(s, offset=offset) for s in range(3)])
        for offset in (0.0, 40.0)
    }
    assert gains[0.0] < -0.2
    assert abs(gains[40.0]) < 0.02


def test_a_gradient_that_spares_the_cue_slows_the_invalid_left_like_the_patients():
    """勾配が標的だけを弱めれば，一定の時間を足した比は，患者と同じ向きに大きくなる。"""
    gains = []
    for seed in range(3):
        healthy, hurt = (
            target_gradient.response_times(g, seed=seed) for g in (0.0, 0.8)
        )
        late, plain = ((t[1] + 6) / (t[0] + 6) for t in (hurt, healthy))
        gains.append(np.log(late / plain))
    assert min(gains) > 0.03


# ---- 模写 ----


def test_the_flowers_are_even_and_a_healthy_copy_is_whole():
    drawing = copying.flowers()
    assert len(drawing.strokes) == 36
    assert abs(drawing.side).max() < 1
    assert drawing.side.reshape(3, 12).sum(axis=1) == pytest.approx([0, 0, 0])
    for frame in copying.FRAMES:
        for seed in range(5):
            assert copying.copied(drawing, frame, 0.0, seed).all()


def test_the_frame_of_the_gradient_decides_which_left_is_lost():
    """紙の勾配は紙の左を，物の勾配はどの花でも左だけを，写し忘れる。"""
    drawing = copying.flowers()
    lost = {
        frame: sum(
            (
                Counter(
                    copying.omitted(drawing, copying.copied(drawing, frame, 1.0, s))
                )
                for s in range(5)
            ),
            Counter(),
        )
        for frame in copying.FRAMES
    }
    assert lost["紙"]["紙の左"] > 20 > 5 > lost["紙"]["紙の右"]
    assert lost["紙"]["花の右"] > 5
    assert lost["物"]["花の左"] > 10
    assert lost["物"]["花の右"] == 0


def test_a_milder_gradient_of_the_page_also_spares_the_right_of_the_flowers():
    """損傷 0.8 では，紙の勾配でも，写し忘れは花の左に偏る。"""
    drawing = copying.flowers()
    lost = [
        copying.omitted(drawing, copying.copied(drawing, "紙", 0.8, s))
        for s in range(30, 40)
    ]
    left, right = (sum(one[where] for one in lost) for where in ("花の左", "花の右"))
    assert left > 10
    assert left > 3 * right


@pytest.mark.parametrize(
    ("frame", "damage", "message"),
    [
        ("部屋", 0.5, "使える名前: 紙, 物"),
        ("紙", 1.5, "0〜1 の数"),
        ("物", -1, "0〜1 の数"),
    ],
)
def test_a_wrong_copy_is_refused(frame, damage, message):
    with pytest.raises(ValueError, match=message):
        copying.copied(copying.flowers(), frame, damage, 0)


@pytest.mark.parametrize("test", ["字", "星"])
def test_only_the_other_things_on_the_right_delay_the_left(test):
    """ほかの物のうち，右半分の物を除くと CoC が下がり，左半分の物を除いても下がらない。"""
    who = Searcher(gradient=0.7)

    def coc(seed, side):
        page = measures.test_page(test, seed)
        target = np.isin(page.found.kinds.argmax(axis=1), finding.WANTED[test])
        far = side * (page.found.places[:, 0] - paper.WIDTH / 2) > 0
        keep = target | ~far
        parts = (page.found.boxes, page.found.presence, page.found.kinds)
        left = finding.Found(*(part[keep] for part in parts))
        x = page.x
        hit = [
            measures.Page(page.sheet, left).hit(search(left, test, who, run))
            for run in range(8)
        ]
        return np.mean([scoring.centre_of_cancellation(x, one) for one in hit])

    full, right, west = (
        np.mean([coc(seed, side) for seed in range(3)]) for side in (0, 1, -1)
    )
    assert right < 0.6 * full
    assert west > 0.9 * full


def test_a_hasty_search_alone_fails_cancellation_and_not_bisection():
    """損傷 0.1 で，CoC は境を越え，線の二等分は満点。"""
    who = Searcher(gradient=0.1, patience=3, recovery=10)
    coc = np.mean([measures.coc("星", who, seed) for seed in range(4)])
    assert coc > scoring.COC_CUT_OFF
    error = bisection.bisect(bisection.page, 205, 0.1)
    assert 3 * scoring.bisection_points(error) == scoring.MOST["二等分"]


def test_long_patience_or_lasting_inhibition_finds_almost_every_star():
    """見落としは，あきらめる回数を大きく増やすか，抑制が弱まらなければ，ほぼなくなる。"""
    scores = {
        (patience, recovery): np.mean(
            [
                measures.score(
                    "星",
                    Searcher(gradient=0.8, patience=patience, recovery=recovery),
                    s,
                )
                for s in (20, 21)
            ]
        )
        for patience, recovery in ((15, 60.0), (300, 60.0), (15, 1e9))
    }
    assert scores[15, 60.0] < 47
    assert scores[300, 60.0] > 52
    assert scores[15, 1e9] > 52


def test_other_things_matter_only_between_haste_and_patience():
    """ほかの物の効き目は，初めの設定で出て，長く探しても，早くやめても小さくなる。"""
    gap = {}
    for key, options in (
        ("first", {}),
        ("patient", {"patience": 200}),
        ("hasty", {"patience": 3, "recovery": 10.0}),
    ):
        who = Searcher(gradient=0.7, **options)
        full, bare = (
            np.mean([measure("字", who, s) for s in (20, 21)])
            for measure in (measures.coc, measures.coc_without_others)
        )
        gap[key] = full - bare
    assert gap["first"] > 0.1
    assert max(abs(gap["patient"]), abs(gap["hasty"])) < 0.05
