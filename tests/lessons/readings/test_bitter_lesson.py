"""章 readings/bitter_lesson：文字の絵，HOG，学び手，記録，練習の曲線。"""

from __future__ import annotations

import itertools
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import hog as reference_hog

from lessons.effects import record
from lessons.exercises import judge
from lessons.readings.bitter_lesson import (
    digits,
    hog,
    letters,
    model,
    practice,
    runs,
    yours,
)


def test_letters_are_many_different_pictures() -> None:
    x, y = letters.examples(600, 3)
    assert x.shape == (600, 1, letters.SIDE, letters.SIDE)
    assert 0 <= float(x.min()) < float(x.max()) <= 1
    assert set(y.tolist()) == set(range(len(letters.LETTERS)))
    few, _ = letters.examples(100, 3)
    torch.testing.assert_close(few, x[:100])
    assert not torch.equal(x[0], letters.examples(1, 4)[0][0])
    # 書体に字の形がある（ない字は，どれも同じ四角になる）
    shapes = letters.shapes().flatten(1)
    assert float(torch.pdist(shapes).min()) > 3
    with pytest.raises(ValueError, match="1〜20000"):
        letters.examples(0, 1)


def test_digits_are_split() -> None:
    train, _ = digits.examples(1000, 0)
    test, names = digits.tests()
    assert len(test) == len(names) == 797
    known = {one.numpy().tobytes() for one in train}
    assert sum(one.numpy().tobytes() in known for one in test) < 10
    with pytest.raises(ValueError, match="1〜1000"):
        digits.examples(1001, 0)


@given(st.integers(0, 1000))
@settings(max_examples=5)
def test_hog_ignores_brightness_and_reversal(seed: int) -> None:
    x, _ = letters.examples(2, seed)
    before = hog.features(x)
    torch.testing.assert_close(hog.features(1 - x), before, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(hog.features(x + 0.2), before, atol=1e-4, rtol=1e-3)
    assert not torch.allclose(
        hog.features(torch.rot90(x, 1, (2, 3))), before, atol=0.05
    )


def test_hog_follows_a_known_library() -> None:
    # あちらは，向きを一つの段にだけ入れ，端の勾配を 0 にする
    x, _ = letters.examples(40, 5)
    mine = hog.orientation_maps(x).permute(0, 2, 3, 1).flatten(1)
    theirs = np.stack(
        [
            reference_hog(one[0].numpy(), 9, (4, 4), (1, 1), "L2", feature_vector=True)
            for one in x
        ]
    ).reshape(40, 36, 9)
    cells = mine.view(40, 36, 9).numpy()
    cells = cells / np.linalg.norm(cells, axis=2, keepdims=True)
    assert np.corrcoef(cells.ravel(), theirs.ravel())[0, 1] > 0.7


def test_hog_counts_the_direction() -> None:
    stripes = (torch.arange(24) % 6 < 3).float().expand(1, 1, 24, 24)
    across = hog.orientation_maps(stripes).sum(dim=(0, 2, 3))
    down = hog.orientation_maps(stripes.mT).sum(dim=(0, 2, 3))
    assert across[[0, 8]].sum() == pytest.approx(float(across.sum()))
    assert down.argmax() == 4
    with pytest.raises(ValueError, match="4 の倍数"):
        hog.features(torch.zeros(1, 1, 22, 22))


def test_wrong_learner_gets_near_names() -> None:
    data = letters.examples(10, 0)
    with pytest.raises(ValueError, match="近い名前: hog"):
        model.learn("hogg", data, steps=1)
    with pytest.raises(ValueError, match=r"\(1, 24, 24\)"):
        model.learn("cnn", (data[0][..., :20], data[1]), steps=1)


def test_learned_weights_are_counted() -> None:
    assert model.learned_weights("hog") == 900 * 10 + 10
    assert model.learned_weights("pixels") == 24 * 24 * 10 + 10
    convolutions = 16 * 9 + 32 * 16 * 9 + 32 * 32 * 9
    norms = 2 * (16 + 32 + 32)
    assert model.learned_weights("cnn") == convolutions + norms + 1152 * 10 + 10


def test_curves_cross_in_the_record() -> None:
    found = {k: v[:, :, -1].mean(axis=1) for k, v in runs.letters_recorded().items()}
    assert found["hog"][0] > found["cnn"][0] + 0.3
    assert found["cnn"][-1] > found["hog_mlp"][-1] > found["hog"][-1]
    early = runs.STEPS.index(100)
    stopped = {k: v[-1, :, early].mean() for k, v in runs.letters_recorded().items()}
    assert stopped["hog"] > stopped["cnn"]


def test_record_agrees_with_the_code() -> None:
    recorded = runs.letters_recorded()["hog"][0, 1, 1]
    training = letters.examples(100, 11)
    now = model.curve("hog", training, letters.tests(), stops=[50], seed=1)[0]
    assert now == pytest.approx(recorded, abs=0.02)
    assert runs.digits_score("hog", 20, 2) == pytest.approx(
        runs.digits_recorded()["hog"][0, 2], abs=0.02
    )


def test_interval_is_the_t_interval() -> None:
    mean, half = runs.interval(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]))
    assert mean[0] == 3
    assert half[0] == pytest.approx(2.776 * np.sqrt(2.5) / np.sqrt(5), abs=1e-3)


@pytest.mark.parametrize("shape", practice.SHAPES)
def test_fit_finds_the_shape_it_was_given(shape: str) -> None:
    made = 0.3 + 0.5 * practice.SHAPES[shape][90]
    misfit, fitted = practice.fit(made, shape)
    assert misfit < 1e-20
    np.testing.assert_allclose(fitted, made, atol=1e-9)
    noise = np.random.default_rng(0).normal(0, 0.005, practice.BLOCKS)
    sign = 1 if shape == "exponential" else -1
    assert sign * practice.advantage(made + noise) > 0.5


def test_practice_refuses_bad_input() -> None:
    with pytest.raises(ValueError, match="exponential か power"):
        practice.fit(np.zeros(practice.BLOCKS), "line")
    with pytest.raises(ValueError, match="対照 'none'"):
        practice.averaging_bias(1, "none")


def test_verdicts_on_the_page() -> None:
    alone, averaged = record.named("practice_exponential", "practice_averaging")
    assert (alone.word, averaged.word) == ("向きだけ", "組み込み")
    assert averaged.verdict.controls["same"].mean < 0 < averaged.verdict.model.low
    assert 0 < averaged.verdict.robust < 1


def test_reader_answers_are_marked() -> None:
    x, truth = yours.puzzle()
    assert x.shape == (yours.COUNT, 1, 24, 24)
    wrong = "".join("あ" if c != "あ" else "い" for c in truth)
    rows = yours.marked(truth, truth, {"CNN": wrong})
    assert "12 / 12  あなた" in rows[1]
    assert " 0 / 12  CNN" in rows[2]
    assert "まだ" in yours.marked(..., truth, {})[0]
    with pytest.raises(ValueError, match="いまは 3 字"):
        yours.marked("あいう", truth, {})


def test_exercises_are_measured() -> None:
    training, test = letters.examples(800, 0), letters.tests()
    reached = {
        cell: model.curve(
            "hog",
            training,
            test,
            stops=[100],
            view=lambda x, c=cell: hog.features(x, c),
        )[0]
        for cell in (8, 12)
    }
    assert min(reached, key=reached.__getitem__) == 12
    assert judge("bitter_lesson/cell", 12)[0]
    assert not judge("bitter_lesson/cell", 8)[0]


def test_the_untrained_eye_wins_over_pixels_without_any_convolution() -> None:
    """畳み込みのない，でたらめな特徴も，ReLU があれば未学習の CNN と並ぶ。なければ画素のまま。"""
    training, test = letters.examples(600, seed=3), letters.tests()
    weights = torch.randn(576, 1152, generator=torch.Generator().manual_seed(3)) / 24

    def mixed(x: torch.Tensor) -> torch.Tensor:
        return (x - 0.5).flatten(1) @ weights

    torch.manual_seed(0)
    kept = [part for part in model.eye() if not isinstance(part, torch.nn.ReLU)]
    unbent = torch.nn.Sequential(*kept)  # 畳み込みを残し，ReLU だけを外す
    convolution, bent, straight, unbent_convolution = (
        model.curve("pixels", training, test, stops=[60], view=view)[0]
        for view in (
            model.LEARNERS["untrained"].view,
            lambda x: mixed(x).relu(),
            mixed,
            lambda x: unbent(x - 0.5).detach(),
        )
    )
    assert abs(bent - convolution) < 0.08
    assert bent - straight > 0.1
    assert convolution - unbent_convolution > 0.1


def test_the_middle_winner_depends_on_the_learning_rate() -> None:
    """同じ学習率では HOG＋MLP が上の 1,600 枚で，学習率を 0.01 にすると CNN が上になる。"""
    middle = runs.COUNTS.index(1600)
    same = {k: v[middle, :, -1].mean() for k, v in runs.letters_recorded().items()}
    assert same["hog_mlp"] > same["cnn"] + 0.02
    training, test = letters.examples(1600, seed=10), letters.tests()
    with patch.object(model, "RATE", 0.01):
        (cnn,) = model.curve("cnn", training, test, stops=[600])
    assert cnn > same["hog_mlp"]
    page = Path(__file__).parents[3] / "book/readings/bitter_lesson.md"
    assert "中くらいの枚数でいちばん強い" not in page.read_text("utf8")


def test_stopping_early_favours_knowledge_at_every_learning_rate() -> None:
    training, test = letters.examples(2000, seed=3), letters.tests()
    for rate in (0.001, 0.01):
        with patch.object(model, "RATE", rate):
            hog_line, cnn = (
                model.curve(name, training, test, stops=[40])[0]
                for name in ("hog", "cnn")
            )
        assert hog_line > cnn + 0.2


def test_relu_helps_only_when_light_and_dark_are_exchanged() -> None:
    """符号だけを変える tanh では画素のまま。明暗を逆にしない絵では，画素のままでも ReLU と並ぶ。"""
    weights = torch.randn(576, 1152, generator=torch.Generator().manual_seed(3)) / 24

    def mixed(x: torch.Tensor) -> torch.Tensor:
        return (x - 0.5).flatten(1) @ weights

    def reached(view: model.View, data: tuple[model.Data, model.Data]) -> float:
        return model.curve("pixels", data[0], data[1], stops=[60], view=view)[0]

    usual = letters.examples(600, 3), letters.tests()
    bent = reached(lambda x: mixed(x).relu(), usual)
    assert reached(lambda x: mixed(x).tanh(), usual) < bent - 0.1
    assert reached(lambda x: mixed(x).tanh(), usual) < 0.2
    with patch.object(torch, "where", lambda chosen, *_: torch.ones(chosen.shape)):
        kept = letters.examples(600, 3), letters.examples(1000, 900)
    pixels = reached(lambda x: x.flatten(1), kept)
    assert pixels > 0.4
    assert pixels > reached(lambda x: mixed(x).relu(), kept) - 0.05


def test_a_falling_rate_turns_one_curve_into_a_power_function() -> None:
    """学習率が一定なら指数関数，だんだん下げると近づき，速く下げるとべき関数がよく合う。"""
    step = practice._step

    def falling(speed: float) -> float:
        turn = itertools.count()

        def slower(
            weights: list[torch.Tensor],
            x: torch.Tensor,
            y: torch.Tensor,
            rates: torch.Tensor,
        ) -> list[torch.Tensor]:
            return step(weights, x, y, rates / (1 + speed * (next(turn) // 8)))

        with patch.object(practice, "_step", slower):
            found = practice.curves(0, people=10)
        return float(np.mean([practice.advantage(one) for one in found]))

    assert falling(0) > falling(1 / 3) + 1 > falling(1) + 1
    assert falling(1) < 0


def test_a_power_function_with_earlier_practice_fits_almost_as_well() -> None:
    """べき関数の始まりをずらせば，指数関数の有利はずっと小さくなる。"""
    trial = np.arange(1, practice.BLOCKS + 1)
    speed = np.geomspace(0.02, 5, 200)[:, None]
    shifted = {
        "power": np.concatenate([(trial + k) ** -speed for k in (0, 1, 2, 5, 10, 20)]),
        "exponential": practice.SHAPES["exponential"],
    }
    curves = practice.curves(1000, people=10)
    plain = np.mean([practice.advantage(one) for one in curves])
    with patch.object(practice, "SHAPES", shifted):
        earlier = np.mean([practice.advantage(one) for one in curves])
    assert earlier < 0.4 * plain
