"""手がかりの実験：8 割が当たり，モデルの目盛りは健常者に合わせ，損傷の値だけを言い当てる。"""

import pytest

from lessons.neuropsychology.neglect import cueing_experiment as room


def test_four_cues_in_five_are_valid():
    plan = room.experiment()
    count = {c: sum(t.condition == c for t in plan.trials) for c in room.CONDITIONS}
    assert count == {"当たり": 32, "外れ": 8, "標的なし": 6}
    assert plan.conditions == ["当たり", "外れ"]  # 標的のない試行は，まとめに入れない
    for trial in plan.trials:
        cue = trial.before[0][0]
        side = {"当たり": trial.level, "外れ": -trial.level}.get(trial.condition)
        assert cue in (room.screen(-1), room.screen(1))
        if side is not None:
            assert trial.stimulus == room.screen(0, side)
            assert (cue == room.screen(side)) == (trial.condition == "当たり")


def test_the_model_is_fitted_to_the_healthy_and_predicts_the_damaged(monkeypatch):
    plan = room.experiment()
    assert plan.others["健常な高齢者"] == {"当たり": 540, "外れ": 600}
    hurt = plan.others["モデル（損傷）"]
    assert 640 < hurt["当たり"] < 690
    assert 60 < hurt["外れ"] - hurt["当たり"] < 120  # 患者の 120 ms に届かない
    monkeypatch.setattr(room, "DAMAGE", 0.0)
    healthy = room.experiment().others["モデル（損傷）"]
    assert healthy == pytest.approx({"当たり": 540, "外れ": 600}, abs=2)
