"""章 neuropsychology/picture_naming の効果を測る関数。

種は，156 の概念から，名前を言わせる概念を選ぶ。読み出しは，選んだ概念だけで学び直す。
対照は，目を替える（``pixels``，``appearance``，``untrained``）か，
分類や頻度を概念のあいだで入れ替える（``shuffled``）。
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lessons.neuropsychology import error_types
from lessons.neuropsychology.picture_naming import lesions, model, visual
from lessons.neuropsychology.picture_naming.untrained import untrained_features
from lessons.stimuli import naming_pictures

Activity = dict[str, NDArray[np.float32]]

_KINDS = list(error_types.TYPES)
_SEMANTIC, _MIXED = _KINDS.index("semantic"), _KINDS.index("mixed")
_PAIRED = ("openmoji", "fluent", "emojione")  # 色つきと線画の両方がある組


class Setting(NamedTuple):
    """一つの種での，概念と活動。"""

    chosen: NDArray[np.int64]  # (n,) 概念の番号
    activity: Activity  # 描き方 → (n, D)
    table: NDArray[np.int64]  # (n, n) 目標と答えの型
    rng: np.random.Generator


def eye(control: str, seed: int) -> Activity:
    """対照の名前に応じた目の活動。描き方 → ``(156, D)``。"""
    if control == "untrained":
        return untrained_features(seed)
    if control in ("pixels", "appearance"):
        seen = {style: visual.appearance(style) for style in naming_pictures.STYLES}
        colours = 16 * 16 * 3
        return {
            s: x[:, :colours] if control == "pixels" else x for s, x in seen.items()
        }
    return {style: model.features(style) for style in naming_pictures.STYLES}


def _setting(seed: int, control: str, concepts: int) -> Setting:
    rng = np.random.default_rng(seed)
    words = naming_pictures.words()
    chosen = np.sort(rng.permutation(len(words))[:concepts])
    table = error_types.relations([words[i] for i in chosen])
    if control == "shuffled":
        order = rng.permutation(concepts)
        table = table[np.ix_(order, order)]
    activity = {style: x[chosen] for style, x in eye(control, seed).items()}
    return Setting(chosen, activity, table, rng)


def _exam(setting: Setting, lost: float, penalty: float) -> model.Exam:
    units = next(iter(setting.activity.values())).shape[1]
    keep = lesions.surviving(units, lost, setting.rng)
    learned = model.readouts(setting.activity, penalty)
    return model.examine(setting.activity, learned, keep)


def _semantic_share(exam: model.Exam, table: NDArray[np.int64]) -> float:
    """誤りのうち，同じ分類の名前の割合。誤りがなければ 0。"""
    kinds = table[exam.target, exam.answer][~exam.correct]
    return float(np.isin(kinds, (_SEMANTIC, _MIXED)).mean()) if kinds.size else 0.0


def semantic_errors(
    seed: int,
    control: str = "",
    *,
    concepts: int = 104,
    lost: float = 0.0,
    penalty: float = model.PENALTY,
) -> float:
    """誤りのうち同じ分類の名前の割合から，誤りを入れ替えたときの割合を引いた値。"""
    setting = _setting(seed, control, concepts)
    exam = _exam(setting, lost, penalty)
    by_chance = error_types.chance(
        exam.target, exam.answer, setting.table, setting.rng, repeats=20
    )
    errors = by_chance[1:5].sum()
    expected = (by_chance[_SEMANTIC] + by_chance[_MIXED]) / errors if errors else 0.0
    return _semantic_share(exam, setting.table) - float(expected)


def severity(
    seed: int,
    control: str = "",
    *,
    concepts: int = 104,
    mild: float = 0.3,
    severe: float = 0.9,
    penalty: float = model.PENALTY,
) -> float:
    """同じ分類の名前の割合の差：軽い損傷 − 重い損傷。"""
    setting = _setting(seed, control, concepts)
    light, heavy = (
        _semantic_share(_exam(setting, lost, penalty), setting.table)
        for lost in (mild, severe)
    )
    return light - heavy


def mixed_errors(
    seed: int,
    control: str = "",
    *,
    concepts: int = 104,
    lost: float = 0.5,
    penalty: float = model.PENALTY,
) -> float:
    """同じ分類の名前との誤りのうち，音も近いものの割合から，偶然の割合を引いた値。

    偶然の割合は，目標と同じ分類のほかの名前のうち，音の近いものの割合。
    """
    setting = _setting(seed, control, concepts)
    exam = _exam(setting, lost, penalty)
    mixed = setting.table == _MIXED
    near = mixed | (setting.table == _SEMANTIC)
    wrong = near[exam.target, exam.answer]
    if not wrong.any():
        return 0.0
    observed = mixed[exam.target, exam.answer][wrong]
    base = mixed.sum(axis=1) / np.maximum(near.sum(axis=1), 1)  # (n,) 目標ごと
    return float(observed.mean() - base[exam.target[wrong]].mean())


def frequency(
    seed: int,
    control: str = "",
    *,
    concepts: int = 104,
    lost: float = 0.5,
    penalty: float = model.PENALTY,
) -> float:
    """名前の頻度と，その名前の正答率の相関。"""
    setting = _setting(seed, control, concepts)
    exam = _exam(setting, lost, penalty)
    words = naming_pictures.words()
    zipf = np.array([words[i].zipf for i in setting.chosen])
    if control == "shuffled":
        zipf = setting.rng.permutation(zipf)
    accuracy = exam.correct.reshape(-1, concepts).mean(axis=0)
    listed = ~np.isnan(zipf)
    return float(np.corrcoef(zipf[listed], accuracy[listed])[0, 1])


def colour(
    seed: int,
    control: str = "",
    *,
    concepts: int = 104,
    training: str = "both",
    penalty: float = model.PENALTY,
) -> NDArray[np.float64]:
    """概念ごとの，色つきの絵の正答率 − 同じ組の線画の正答率 ``(n,)``。

    Args:
        seed: 種。
        control: 対照。
        concepts: 概念の数。
        training: 読み出しを学ぶ絵。ほかの組の ``both``（両方），``line``，``colour``。
        penalty: リッジ回帰の罰の強さ。
    """
    setting = _setting(seed, control, concepts)
    wanted = {"both": (False, True), "line": (True,), "colour": (False,)}[training]
    gains = []
    for out in _PAIRED:
        examples = [
            x
            for style, x in setting.activity.items()
            if model.family(style) in _PAIRED
            and model.family(style) != out
            and style.endswith("_line") in wanted
        ]
        readout = model.learn(examples, penalty)
        right = [
            model.answer(model.name_scores(readout, setting.activity[style]))
            == np.arange(concepts)
            for style in (out, f"{out}_line")
        ]
        gains.append(right[0].astype(float) - right[1])
    return np.mean(gains, axis=0)


def colour_for_produce(
    seed: int, control: str = "", *, concepts: int = 104, **parameters: float
) -> float:
    """色の利益の差：果物と野菜 − ほかの分類。"""
    gain = colour(seed, control, concepts=concepts, **parameters)  # type: ignore[arg-type]
    chosen = _setting(seed, "", concepts).chosen
    produce = np.isin(naming_pictures.categories()[chosen], ("果物", "野菜"))
    if control == "shuffled":
        produce = np.random.default_rng(seed).permutation(produce)
    return float(gain[produce].mean() - gain[~produce].mean())
