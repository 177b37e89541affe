"""視覚探索：似ている度合い，探索を学んでいないネットワーク，人間の傾き。"""

import numpy as np
import pytest

from lessons import human
from lessons.attention.visual_search import net_search, similarity
from lessons.attention.visual_search.experiment import experiment, people
from lessons.effects.record import named


@pytest.mark.parametrize("name", similarity.CONTRASTS)
def test_only_guided_search_feels_similarity(name):
    contrast = similarity.CONTRASTS[name]
    assert contrast.cost("特徴統合理論", 0) == 0
    assert contrast.cost("ガイド付き探索", 0) > 1


@pytest.mark.parametrize("name", similarity.CONTRASTS)
def test_records_say_built_in_and_show_the_failures(name):
    guided, integration = named(f"{name}_guided", f"{name}_integration")
    assert guided.word == integration.word == "組み込み"
    assert np.mean(guided.record["model"]) > 2
    assert np.mean(integration.record["model"]) == 0


def test_a_five_is_a_mirrored_two():
    two, five = net_search.SHAPES["2"], net_search.SHAPES["5"]
    assert [(-x, y) for x, y in two[0]] == list(five[0])


def test_pixels_cannot_show_an_asymmetry():
    """標的を一つ替える変化は，どちらの向きでも同じ画素を動かす。"""
    assert net_search.asymmetry(0, "pixels", items=2) == pytest.approx(0, abs=1e-6)


def test_distances_have_one_value_for_each_set():
    found = net_search.pair_distances(0, "pixels", items=2)
    assert set(found) == {*net_search.FAST, *net_search.SLOW}
    assert all(values.shape == (2,) and (values > 0).all() for values in found.values())
    assert abs(net_search.guiding(0, "pixels", items=2)).max() < 1


def test_verdicts_of_the_untaught_network():
    guiding, asymmetry = named("net_guiding", "net_asymmetry")
    assert (guiding.word, asymmetry.word) == ("示さない", "構造")
    assert asymmetry.verdict.passing == ("shuffled",)


def test_people_stand_beside_the_models():
    assert experiment().others["人間"] == people()
    assert people()["結合・ある"] == pytest.approx(9.16)
    numbers = {
        one.condition: one.value for one in human.numbers("attention/visual_search")
    }
    assert 2 < numbers["結合・ない"] / numbers["結合・ある"] < 3
    assert numbers["2 と 5・ある"] > 4 * numbers["結合・ある"]


def test_the_asymmetry_is_about_the_maps_and_not_about_the_vertical():
    """縦の代わりに，地図の好む 45 度を基準にしても，同じ向きの差が出る。"""
    pair = similarity.tilted(45, 60), similarity.tilted(60, 45)
    oblique = similarity.Contrast("45 度", *pair)
    costs = [oblique.cost("ガイド付き探索", s) for s in range(30, 33)]
    assert np.mean(costs) > 1


def test_the_asymmetry_is_gone_when_the_tilt_is_large():
    """縦との差を 30 度に広げると，斜めの中の縦も目立ち，非対称性はほとんどなくなる。"""
    pair = similarity.tilted(90, 60), similarity.tilted(60, 90)
    wide = similarity.Contrast("30 度", *pair)
    costs = [wide.cost("ガイド付き探索", s) for s in (60, 61)]
    assert abs(np.mean(costs)) < 1


def test_similarity_counts_little_when_both_tilts_are_wide():
    """標的と妨害の差を 30 度と 45 度で比べると，傾きの差は小さい。"""
    pair = similarity.tilted(90, 60), similarity.tilted(90, 45)
    apart = similarity.Contrast("30 度と 45 度", *pair)
    costs = [apart.cost("ガイド付き探索", s) for s in (60, 61)]
    assert abs(np.mean(costs)) < 1.5
