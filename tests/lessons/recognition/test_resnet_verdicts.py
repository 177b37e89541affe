"""頁「残差ネット」が文で述べる判定は，記録のとおりか。"""

from lessons.effects.record import named


def test_depth_hurts_only_without_the_shortcut() -> None:
    (one,) = named("depth_degradation")
    assert one.word == "向きだけ"
    assert one.verdict is not None
    assert one.verdict.passing == ()
    assert one.verdict.controls["residual"].mean < 0.02


def test_lesions_spare_residual_nets_and_not_plain_ones() -> None:
    residual, plain = named("block_lesion", "block_lesion_plain")
    assert (residual.word, plain.word) == ("向きだけ", "示さない")
    assert residual.verdict is not None
    assert residual.verdict.passing == ()
    assert residual.protocol.ablation == plain.protocol.id


def test_time_helps_occluded_digits_no_more_than_depth_does() -> None:
    (one,) = named("occlusion_time")
    assert one.word == "決まらない"
    assert one.verdict is not None
    assert "deep" in one.verdict.passing
    assert one.verdict.controls["deep"].mean > one.verdict.model.mean
    assert one.record is not None
    assert min(cell["mean"] for cell in one.record["grid"]) < 0
