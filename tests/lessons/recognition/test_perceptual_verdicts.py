"""頁が文で述べる判定は，記録のとおりか。"""

import pytest

from lessons.effects.record import named
from lessons.recognition.perceptual_effects.yours import agreement

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
