"""よく知られた実装と比べる道具。小さな代役と，手で進める時計を使う。"""

from __future__ import annotations

import dataclasses
import sys
from types import SimpleNamespace

import pytest
import references
import torch
from references import Entry, Missing, Row, contest, rate_share, train_for

from lessons.segmentation import data
from lessons.stimuli.scenes import SceneConfig
from lessons.weights import ledger
from lessons.weights.errors import WeightsError

TINY = SceneConfig(size=32, fewest=1)


@pytest.fixture(scope="module")
def scenes():
    return data.scene_set(6, "train", TINY)


def small() -> torch.nn.Module:
    return torch.nn.Conv2d(3, data.CLASSES, 1)


STAND_IN = Entry(
    "代役", "mIoU", small, references.pixel_loss, lambda model, tests: 0.5, 2, 1e-2
)


def ticking(step: float):
    """聞かれるたびに ``step`` 秒進む時計。"""
    now = [100.0]

    def clock() -> float:
        now[0] += step
        return now[0]

    return clock


@pytest.mark.parametrize(("step", "iterations"), [(1.0, 10), (3.0, 4), (50.0, 1)])
def test_everyone_stops_when_the_same_time_is_used(scenes, step, iterations):
    """速い代役も遅い代役も，同じ秒で止まる。終わりの一反復だけは，はみ出してよい。"""
    done, spent = train_for(
        small(),
        references.pixel_loss,
        scenes,
        seconds=10,
        batch=2,
        rate=1e-2,
        seed=0,
        clock=ticking(step),
    )
    assert done == iterations
    assert 10 <= spent < 10 + step


def test_the_rate_rises_and_falls_with_the_share_of_time(scenes):
    shares = [rate_share(s / 20) for s in range(21)]
    top = shares.index(max(shares))
    assert shares[0] == 0
    assert shares[top] == pytest.approx(1)
    assert shares[:top] == sorted(shares[:top])
    assert shares[top:] == sorted(shares[top:], reverse=True)
    assert shares[-1] == pytest.approx(0)
    assert rate_share(7.0) == pytest.approx(0)  # はみ出した反復では動かない


def test_training_lowers_the_loss_and_repeats_exactly(scenes):
    found = []
    for _ in range(2):
        torch.manual_seed(0)
        model = small()
        image, chosen = next(data.batches(scenes, 6, 1))
        before = references.pixel_loss(model, image, chosen).item()
        train_for(
            model,
            references.pixel_loss,
            scenes,
            seconds=40,
            batch=2,
            rate=5e-2,
            seed=0,
            clock=ticking(1.0),
        )
        found.append(references.pixel_loss(model, image, chosen).item())
        assert found[-1] < before - 0.3
    assert found[0] == found[1]


def test_a_row_counts_parameters_iterations_and_time(scenes):
    row = contest(STAND_IN, scenes, scenes, seconds=4, seed=0, clock=ticking(1.0))
    assert row == Row("代役", 4 * data.CLASSES, 4, 4.0, "mIoU", 0.5)
    assert references.line(row) == "| 代役 | 68 | 4 | 4 | mIoU | 0.500 |"


def test_every_line_has_the_columns_of_the_head():
    row = Row("x", 1234567, 1, 1.0, "AP50", 0.1)
    heads = {text.count("|") for text in references.HEAD.splitlines()}
    assert heads == {references.line(row).count("|")}
    assert "1,234,567" in references.line(row)
    lines = references.aims().splitlines()
    assert len({text.count("|") for text in lines}) == 1
    assert len(lines) == 2 + len(references.AIMS)


def test_aims_say_how_far_the_shipped_weights_are(monkeypatch):
    fcn = ledger.Entry("fcn", "x", "0", 1, "-", "-", 4000, {"mIoU": 0.80})

    def get(name):
        if name == "fcn":
            return fcn
        raise WeightsError("ない")

    monkeypatch.setattr(ledger, "get", get)
    text = references.aims()
    assert "| FCN-8s | 4,000 | mIoU | 0.800 | 0.88 | -0.080 |" in text
    assert "| U-Net | — | mIoU | まだない | 0.92 | — |" in text


def test_a_missing_implementation_is_skipped_with_one_sentence(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, references.SMP, None)  # 入っていないことにする
    with pytest.raises(Missing, match=r"pip install -e '\.\[bench\]'"):
        references.their_unet()
    theirs = dataclasses.replace(STAND_IN, name="相手", build=references.their_unet)
    monkeypatch.setattr(references, "ENTRIES", [STAND_IN, theirs])
    wanted = ["--seconds", "0.01", "--scenes", "2", "--tests", "1"]
    assert references.main(wanted) == 0
    shown = capsys.readouterr().out
    assert "| 代役 | 68 |" in shown
    assert "| 相手 |" not in shown
    assert shown.count("pip install") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--only", "竜"], "ありません"), (["--seconds", "0"], "0 より大きく")],
)
def test_wrong_arguments_are_one_sentence(arguments, message, capsys):
    with pytest.raises(SystemExit):
        references.main(arguments)
    assert message in capsys.readouterr().err


def test_their_unet_starts_from_scratch(monkeypatch):
    given = {}

    def make(encoder: str, **options: object) -> torch.nn.Module:
        given.update(options, encoder=encoder)
        return small()

    monkeypatch.setitem(sys.modules, references.SMP, SimpleNamespace(Unet=make))
    assert isinstance(references.their_unet(), torch.nn.Module)
    wanted = {"encoder": "resnet18", "encoder_weights": None, "classes": data.CLASSES}
    assert given == wanted


@pytest.mark.parametrize("build", [references.their_faster, references.their_ssd])
def test_their_detectors_know_our_things_and_take_our_pixels(build):
    model = build()
    kinds = {
        module.cls_score.out_features
        for module in model.modules()
        if hasattr(module, "cls_score")
    } or {model.head.classification_head.num_columns}
    assert kinds == {data.THING_KINDS + 1}
    assert model.transform.image_mean == [0, 0, 0]


OURS = [entry for entry in references.ENTRIES if entry.name.startswith("この本")]


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.name)
def test_losses_and_scores_fit_the_models_of_this_book(entry):
    few = data.scene_set(2, "train", data.SCENES)
    model = entry.build()
    image, chosen = next(data.batches(few, 2, 1))
    assert torch.isfinite(entry.loss(model.train(), image, chosen))
    assert 0 <= entry.score(model.eval(), few) <= 1
