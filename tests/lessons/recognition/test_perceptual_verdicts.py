"""頁が文で述べる判定は，記録のとおりか。"""

import numpy as np
import pytest

from lessons.effects.record import named
from lessons.recognition.perceptual_effects.same_shapes import unchanged
from lessons.recognition.perceptual_effects.yours import agreement
from lessons.stimuli.perception.surfaces import global_and_local

STATED = {
    "向きだけ": ("mirror_confusion", "configural_superiority", "non_accidental"),
    "構造": ("averaging",),
    "示さない": ("oblique", "occlusion", "solid_against_frame", "thatcher"),
    "逆": ("solid", "global_advantage", "shape_bias"),
    "決まらない": ("weber",),
}


@pytest.mark.parametrize("word", STATED)
def test_page_states_the_recorded_verdicts(word: str) -> None:
    assert {one.word for one in named(*STATED[word])} == {word}


def test_learnt_effects_hold_in_the_whole_grid_and_no_control_shows_them() -> None:
    for one in named(*STATED["向きだけ"]):
        assert one.verdict is not None
        assert one.verdict.passing == ()
        assert one.verdict.robust == 1


def test_untrained_networks_average_and_prefer_texture_too() -> None:
    averaging, shape = named("averaging", "shape_bias")
    assert averaging.verdict is not None
    assert "untrained" in averaging.verdict.passing
    assert shape.verdict is not None
    assert shape.verdict.controls["untrained"].high < 0


def test_flips_decide_the_sign_of_the_mirror_effect() -> None:
    (flips,) = named("mirror_flips")
    assert flips.verdict is not None
    assert flips.verdict.model.low > flips.verdict.controls["none"].high
    assert flips.verdict.controls["up_down"].high < 0


def test_your_answers_are_counted_and_bad_ones_refused() -> None:
    indices = {"一": 0.2, "二": -0.1}
    assert agreement(..., indices)[0].startswith("まだ答え")
    assert agreement("左左", indices)[-2:] == [
        "人間の報告（どれも左）と同じ：2 / 2",
        "モデルと同じ：1 / 2",
    ]
    with pytest.raises(ValueError, match="2 字にしてください"):
        agreement("左上", indices)


def test_sets_whose_shape_did_not_change_are_found() -> None:
    """星の一つが正三角形と同じ形なので，替えても同じ絵になる組がある。"""
    g = np.random.default_rng(1000)
    drawn = [global_and_local(g) for _ in range(24)]
    same_large, same_small = unchanged(1000, 24).T
    equal = [np.array_equal(images[0], images[1]) for images in drawn]
    assert equal == same_large.tolist()
    assert sum(equal) == 2
    # 小さな図形は，向きの点の順が違うだけなので，縁の画素しか変わらない
    apart = np.array([(i[0] != i[2]).sum() for i in drawn])
    assert apart[same_small].max(initial=0) < 0.5 * apart[~same_small].min()


def test_global_advantage_is_reversed_without_those_sets_too() -> None:
    (one,) = named("global_advantage")
    assert one.record is not None
    indices = np.array(one.record["model"])
    same = np.stack([unchanged(s, 24) for s in one.record["seeds"]]).any(axis=-1)
    assert same.sum() == 14
    assert (indices[~same].mean(), indices.mean()) == pytest.approx(
        (-0.137, -0.142), abs=1e-3
    )
