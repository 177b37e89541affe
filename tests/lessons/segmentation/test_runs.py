"""長い学習の記録：形を確かめ，配ってある重みと合い，頁の言うことが種ごとに成り立つこと。"""

import numpy as np
import pytest

from lessons.segmentation import runs, train
from lessons.segmentation.fpn import make_runs as fpn_runs
from lessons.segmentation.mask_rcnn import make_runs as mask_runs
from lessons.weights import ledger


@pytest.fixture
def room(tmp_path, monkeypatch):
    """空の部屋 ``cells``。"""
    monkeypatch.setattr(runs, "ROOT", tmp_path)
    (tmp_path / "cells").mkdir()
    return "cells"


def one(seed=0, iterations=10, model="a"):
    return {"model": model, "seed": seed, "iterations": iterations, "weights": "0" * 12}


def test_a_record_is_read_back_in_the_order_of_seeds(room):
    for seed in (2, 0, 10, 1):
        runs.add(room, one(seed), {"AP50": seed / 100})
    runs.add(room, one(0, model="b"), {"AP50": 0.9})
    rows = runs.read(room)
    found = runs.values(rows, "AP50", model="a", iterations=10)
    assert found.tolist() == [0.0, 0.01, 0.02, 0.1]


def test_the_same_run_replaces_its_row(room):
    runs.add(room, one(), {"AP50": 0.1})
    runs.add(room, one(), {"AP50": 0.2})
    assert [r["AP50"] for r in runs.read(room)] == ["0.2000"]


def test_bad_records_are_refused_with_what_to_do(room):
    with pytest.raises(ValueError, match=r"ありません。python -m .*cells\.make_runs"):
        runs.read(room)
    runs.path_of(room).write_text("model,seed\na,0\n", "utf8")
    with pytest.raises(ValueError, match="列 iterations，weights，torch がありません"):
        runs.read(room)
    runs.path_of(room).unlink()
    runs.add(room, one(), {"AP50": 0.1})
    with pytest.raises(ValueError, match=r"'AP75' がありません。ある列：.*AP50"):
        runs.values(runs.read(room), "AP75", model="a")
    with pytest.raises(ValueError, match="'AP50' がありません"):
        runs.values(runs.read(room), "AP50", model="c")


def test_scripts_refuse_unknown_names(capsys):
    assert fpn_runs.main(["deep", "0", "1"]) == fpn_runs.main(["fpn", "0"]) == 2
    assert mask_runs.main(["deep"]) == mask_runs.main(["align", "x"]) == 2
    assert "反復の数を書いてください" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["single_map", "fpn"])
def test_fpn_record_of_the_shipped_seed_is_the_score_of_the_shipped_weights(kind):
    iterations = ledger.get(kind).iterations
    (row,) = [
        r
        for r in runs.read("fpn")
        if (r["model"], r["seed"], r["iterations"]) == (kind, "0", str(iterations))
    ]
    assert row["weights"] == ledger.get(kind).sha256[:12]
    found = fpn_runs.scores(train.load(kind))
    recorded = {name: float(row[name]) for name in found}
    assert found == pytest.approx(recorded, abs=1e-3)


def test_mask_records_used_the_shipped_detector():
    rows = runs.read("mask_rcnn")
    shipped = ledger.get("faster_rcnn").sha256[:12]
    assert {r["weights"] for r in rows} == {shipped}
    found = {(r["model"], int(r["seed"]), int(r["iterations"])) for r in rows}
    assert found == {
        (model, seed, iterations)
        for model in mask_runs.PLANS
        for seed in mask_runs.SEEDS
        for iterations in mask_runs.ITERATIONS
    }


def test_a_short_run_gives_the_recorded_scores_again():
    """計算機が違うと，学習の丸めが違うので，少しの幅を許す。"""
    rows = runs.read("mask_rcnn")
    for measure, value in mask_runs.scores("align", 1, 120).items():
        recorded = runs.values(rows, measure, model="align", iterations=120)[1]
        assert value == pytest.approx(recorded, abs=0.03)


def test_the_longer_the_training_the_smaller_the_loss_of_competing():
    """三つの種のどれでも，2,000 反復の差は残るが，120 反復の差の半分より小さい。"""
    rows = runs.read("mask_rcnn")
    gap = {
        n: runs.values(rows, "AP50", model="align", iterations=n)
        - runs.values(rows, "AP50", model="compete", iterations=n)
        for n in (120, 2000)
    }
    assert (gap[2000] > 0.05).all()
    assert (gap[2000] < gap[120] / 2).all()


def test_part_of_the_loss_of_competing_is_the_way_of_reading():
    """同じ学習でも，その名前と背景だけを比べて読むと上がる。別々に答える枝には届かない。"""
    rows = runs.read("mask_rcnn")
    for n, least in ((120, 0.2), (2000, 0.02)):
        apart, half, ground = (
            runs.values(rows, "AP50", model=model, iterations=n)
            for model in ("align", "compete", "compete_ground")
        )
        assert (ground > half + least).all()
        assert (ground < apart).all()


def test_aligned_reading_wins_most_at_the_strict_level():
    rows = runs.read("mask_rcnn")
    gap = {
        m: runs.values(rows, m, model="align", iterations=2000)
        - runs.values(rows, m, model="pool", iterations=2000)
        for m in ("AP50", "AP75")
    }
    assert (gap["AP50"] > 0).all()
    assert (gap["AP75"] > gap["AP50"] + 0.05).all()


def test_fine_maps_alone_find_small_things():
    """頁の (c) の結論：3,000 反復のどの種でも，道のない (c) は (b) を大きく，(d) を少し上回る。"""
    rows = runs.read("fpn")
    small = {
        kind: runs.values(rows, "小 AP50", model=kind, iterations=3000)
        for kind in fpn_runs.KINDS
    }
    assert len(small["hierarchy"]) >= 2
    assert small["hierarchy"].min() > small["single_map"].max() + 0.3
    assert small["hierarchy"].min() > small["fpn"].max()
    whole = {
        kind: runs.values(rows, "AP50", model=kind, iterations=3000)
        for kind in ("hierarchy", "fpn")
    }
    between = abs(whole["hierarchy"].mean() - whole["fpn"].mean())
    assert between < np.ptp(whole["hierarchy"])


def test_the_lead_of_the_steps_is_small():
    """頁が「道がない方がよい」と言わない訳：小さい物の差の平均は 0.05 より小さい。"""
    rows = runs.read("fpn")
    steps, path = (
        runs.values(rows, "小 AP50", model=kind, iterations=3000).mean()
        for kind in ("hierarchy", "fpn")
    )
    assert 0 < steps - path < 0.05
