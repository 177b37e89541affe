"""頁「EfficientNet」が文で述べる判定は，記録のとおりか。"""

from lessons.effects.record import named


def test_only_the_trained_network_has_a_human_profile() -> None:
    (one,) = named("human_profile")
    assert one.word == "向きだけ"
    assert one.verdict is not None
    assert one.verdict.passing == ()
    assert max(c.mean for c in one.verdict.controls.values()) < 0.1
    assert one.verdict.model.high < 1


def test_pixels_err_on_the_same_digits_too() -> None:
    (one,) = named("error_consistency")
    assert one.word == "構造"
    assert one.verdict is not None
    assert one.verdict.passing == ("pixels",)
    assert abs(one.verdict.controls["permuted"].mean) < 0.03
