"""知覚の効果の章の実験：絵が言うとおりの違いを持ち，モデルには同じ絵を見せている。"""

import numpy as np
import pytest
from scipy import ndimage

from lessons.experiments.pictures import pixels
from lessons.recognition.perceptual_effects import (
    dots_experiment,
    mirror_experiment,
    navon_experiment,
)


def inside(svg):
    """一枚の絵の，地を除いた中身。"""
    return svg.split('fill="black"/>', 1)[1].removesuffix("</svg>")


def test_mirrors_are_mirrors():
    plan = mirror_experiment.experiment()
    shown = {"左右の鏡像": 2, "上下の鏡像": 1, "同じ": None}
    for trial in plan.trials[:12]:
        first, second = pixels([inside(trial.before[0][0]), inside(trial.stimulus)])
        axis = shown[trial.condition]
        wanted = first if axis is None else np.flip(first, axis - 1)
        wrong = np.abs(wanted.astype(float) - second) > 128
        assert wrong.mean() < 0.005, trial.condition
        assert (trial.answer == "same") == (axis is None)
    # モデルの値は，この章の測定と同じ向き：左右の鏡像のほうが近い
    assert plan.others["モデル"]["左右の取り違え"] > 0.05
    assert plan.others["サルの細胞"]["左右の取り違え"] == pytest.approx(0.057)


def test_a_large_change_is_seen_from_afar():
    """ぼかして見ると，大きな図形の違いだけが残る。小さな図形の違いは消える。"""
    g = np.random.default_rng(3)
    for _ in range(4):
        a, b, c, d = (int(k) for k in g.permutation(list(navon_experiment.SHAPES)))
        drawn = pixels(
            [navon_experiment.figure(*pair) for pair in ((a, b), (c, b), (a, d))]
        )
        base, large, small = (
            blurred / blurred.mean()  # 小さな図形の面積の違いを除く
            for blurred in (ndimage.gaussian_filter(x.astype(float), 14) for x in drawn)
        )
        assert np.abs(base - large).mean() > 3 * np.abs(base - small).mean()


def test_global_and_local_trials_are_balanced():
    plan = navon_experiment.experiment()
    assert plan.conditions == ["大きな図形が違う", "小さな図形が違う", "同じ"]
    used = {t.condition: t.repeats or plan.repeats for t in plan.trials}
    assert used == {"大きな図形が違う": 8, "小さな図形が違う": 8, "同じ": 16}
    assert plan.others["モデル"]["全体の優先"] < -0.05  # この章の測定と同じ，人間と逆
    assert plan.others["人間"]["全体の優先"] == pytest.approx(0.0975)


def test_the_dots_can_be_counted():
    plan = dots_experiment.experiment()
    for trial in plan.trials:
        image = pixels([inside(trial.stimulus)])[0]
        assert ndimage.label(image > 128)[1] == trial.level == int(trial.answer)
    line = plan.curves["モデル"]["点"]
    assert set(line) == set(range(1, 9))
    assert line[1] == line[2] == 100
    assert np.mean(list(line.values())) > 50  # でたらめなら 12.5 %
    assert (plan.shown, plan.mask[1]) == (200, 200)
