"""頁「姿勢の検出」「姿勢の移し替え」が文で述べる判定は，記録のとおりか。"""

from lessons.effects.record import named


def test_inversion_costs_joints_until_inverted_scenes_are_learned() -> None:
    upside, both = named("pose_body_inversion", "pose_body_inversion_both")
    assert (upside.word, both.word) == ("向きだけ", "示さない")
    assert upside.verdict is not None
    assert upside.verdict.passing == ()
    assert abs(upside.verdict.controls["mirror"].mean) < 0.02
    assert upside.protocol.ablation == both.protocol.id


def test_impossible_bodies_lose_less() -> None:
    (one,) = named("pose_impossible_body")
    assert one.word == "向きだけ"
    assert one.verdict is not None
    assert one.verdict.controls["both"].mean < one.verdict.model.mean / 3


def test_point_lights_upside_down_are_less_of_a_person() -> None:
    (one,) = named("pose_point_light")
    assert one.word == "向きだけ"
    assert one.verdict is not None
    assert one.verdict.passing == ()
    assert abs(one.verdict.controls["scrambled"].mean) < one.verdict.model.mean / 3


def test_sides_are_named_better_from_the_front_unlike_in_people() -> None:
    (one,) = named("transfer_back_view")
    assert one.word == "逆"
    assert one.verdict is not None
    assert one.verdict.model.high < -0.3
