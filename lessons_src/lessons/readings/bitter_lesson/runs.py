"""枚数と学習の回数を変えて測った記録。

``python -m lessons.readings.bitter_lesson.runs`` が，すべてを測り，``letters.csv``（ひらがな）と
``digits.csv``（手書き数字）に書く（合わせて 5 分ほど）。頁は，その記録を読む。
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy import stats

from lessons.readings.bitter_lesson import digits, letters
from lessons.readings.bitter_lesson.model import LEARNERS, curve
from lessons.recognition.runs import Runs

COUNTS = (100, 400, 1600, 6400)
"""ひらがなの，学習の枚数。"""
STEPS = (25, 50, 100, 200, 400, 600)
"""正答率を測る，学習の回数。"""
DIGIT_LEARNERS = ("pixels", "hog", "cnn")
DIGIT_COUNTS = (20, 50, 200, 1000)
"""数字の，学習の枚数。"""
SEEDS = 5
LETTERS = Runs(
    Path(__file__).with_name("letters.csv"),
    {"learner": tuple(LEARNERS), "count": COUNTS, "seed": range(SEEDS), "step": STEPS},
)
"""ひらがなの記録。"""
DIGITS = Runs(
    Path(__file__).with_name("digits.csv"),
    {"learner": DIGIT_LEARNERS, "count": DIGIT_COUNTS, "seed": range(SEEDS)},
)
"""手書き数字の記録。学習は 400 回。"""


@lru_cache(maxsize=1)
def _letters_curve(name: str, count: int, seed: int) -> list[float]:
    training = letters.examples(count, 10 + seed)
    return curve(name, training, letters.tests(), stops=STEPS, seed=seed)


def letters_score(name: str, count: int, seed: int, step: int) -> float:
    """ひらがなの正答率。"""
    return _letters_curve(name, count, seed)[STEPS.index(step)]


def digits_score(name: str, count: int, seed: int) -> float:
    """手書き数字の正答率。"""
    training = digits.examples(count, seed)
    return curve(name, training, digits.tests(), stops=[400], seed=seed)[-1]


def letters_recorded() -> dict[str, np.ndarray]:
    """ひらがなの記録。学び手の名前から ``(枚数, 種, 回数)`` を引く表。"""
    return dict(zip(LEARNERS, LETTERS.read(), strict=True))


def digits_recorded() -> dict[str, np.ndarray]:
    """手書き数字の記録。学び手の名前から ``(枚数, 種)`` を引く表。"""
    return dict(zip(DIGIT_LEARNERS, DIGITS.read(), strict=True))


def interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """平均と，95 % 区間の幅の半分。種は，いちばん後ろの軸（t 分布による）。"""
    n = values.shape[-1]
    half = stats.t.ppf(0.975, n - 1) * values.std(axis=-1, ddof=1) / np.sqrt(n)
    return values.mean(axis=-1), half


if __name__ == "__main__":
    LETTERS.write(letters_score)
    DIGITS.write(digits_score)
