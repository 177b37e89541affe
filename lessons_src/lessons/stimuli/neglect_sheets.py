"""半側空間無視の検査のシートを作る：線・字・星の抹消と，線の二等分。

数と大きさは，行動性無視検査（BIT: Wilson ほか 1987）の日本版で公表された値に合わせた。
配置・字・言葉は，種から作るこの本のもので，市販の検査のものではない。
だから，できたシートで人を調べても，市販の検査の点数とは比べられない。
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lessons.stimuli.paper import (
    HEIGHT,
    MARGIN,
    WIDTH,
    Item,
    Sheet,
    at,
    make_item,
    scatter,
)

TARGET_LETTERS = ("か", "め")
"""字の抹消で消す字。"""
LETTERS = tuple(
    "あいうえおかきくけこさしすせそたちつてとなにぬねの"
    "はひふへほまみむめもやゆよらりるれろわん"
)
"""シートに使うひらがな（清音）。"""
WORDS = (
    "そら",
    "みず",
    "やま",
    "かわ",
    "はな",
    "つくえ",
    "りんご",
    "うみ",
    "ねこ",
    "くるま",
)
"""星のシートに混ぜる言葉。"""
_OTHERS = tuple(letter for letter in LETTERS if letter not in TARGET_LETTERS)
_MIDDLE = WIDTH / 2


def _halves(
    items: list[Item], middle: int = 0
) -> list[tuple[list[Item], float, float]]:
    """物を左右の半分へ同じ数ずつ分け，``middle`` 個は紙の中央の帯に置く。"""
    center, rest = items[:middle], items[middle:]
    return [
        (center, _MIDDLE - 15, _MIDDLE + 15),
        (rest[: len(rest) // 2], 0.0, _MIDDLE),
        (rest[len(rest) // 2 :], _MIDDLE, WIDTH),
    ]


def line_crossing(seed: int, *, side: int = 18, middle: int = 4) -> Sheet:
    """線の抹消：25.3 mm の線が，左に ``side`` 本，中央に ``middle`` 本，右に ``side`` 本。

    中央の線は手本に使い，点数に入れない。
    """
    rng = np.random.default_rng(seed)

    def lines(count: int, target: bool) -> list[Item]:
        angles = rng.uniform(0, 180, count)
        return [make_item("line", angle=float(a), target=target) for a in angles]

    band = 20.0  # 中央の帯の半分の幅（mm）
    groups = [
        (lines(side, True), 0.0, _MIDDLE - band),
        (lines(middle, False), _MIDDLE - band, _MIDDLE + band),
        (lines(side, True), _MIDDLE + band, WIDTH),
    ]
    return Sheet("線の抹消", "線にすべて印を付けてください。", scatter(groups, rng))


def letter_cancellation(
    seed: int, *, rows: int = 5, columns: int = 34, side: int = 20
) -> Sheet:
    """字の抹消：ひらがな ``rows`` 行 × ``columns`` 字。標的は左右に ``side`` 個ずつ。"""
    rng = np.random.default_rng(seed)
    half = columns // 2
    if columns % 2 or columns > 34 or not 1 <= rows <= 10 or side > rows * half:
        raise ValueError(
            "字の抹消では，columns は 34 までの偶数，rows は 1〜10，"
            f"side は rows × columns ÷ 2 までにしてください（rows={rows}, "
            f"columns={columns}, side={side}）。"
        )
    target = np.zeros((2, rows * half), bool)
    for cells in target:
        cells[rng.choice(rows * half, side, replace=False)] = True
    target = np.concatenate(list(target.reshape(2, rows, half)), axis=1)
    x = np.linspace(MARGIN + 4, WIDTH - MARGIN - 4, columns)
    y = HEIGHT / 2 + (np.arange(rows) - (rows - 1) / 2) * min(28.0, 180 / rows)
    items = []
    for row in range(rows):
        for column in range(columns):
            hit = bool(target[row, column])
            text = str(rng.choice(TARGET_LETTERS if hit else _OTHERS))
            letter = make_item("letter", text=text, target=hit)
            items.append(at(letter, x[column], y[row]))
    names = "」と「".join(TARGET_LETTERS)
    return Sheet("字の抹消", f"「{names}」にすべて印を付けてください。", tuple(items))


def star_cancellation(
    seed: int,
    *,
    small: int = 56,
    large: int = 52,
    letters: int = 13,
    words: int = 10,
) -> Sheet:
    """星の抹消：小さい星を消す。大きい星，字，言葉は消さない。

    小さい星のうち中央の 2 個は手本に使い，点数に入れない。ほかは左右に同じ数ずつ。
    """
    rng = np.random.default_rng(seed)

    def stars(kind: str, count: int, target: bool) -> list[Item]:
        angles = rng.integers(-3, 4, count) * 6
        return [make_item(kind, angle=float(a), target=target) for a in angles]

    samples = min(2, small)
    singles = [make_item("letter", text=str(t)) for t in rng.choice(_OTHERS, letters)]
    phrases = [make_item("word", text=str(t)) for t in rng.permutation(WORDS)[:words]]
    if words > len(WORDS):
        raise ValueError(f"言葉は {len(WORDS)} 個までです（words={words}）。")
    groups = [
        *_halves(stars("small_star", samples, False), samples),
        *_halves(stars("small_star", small - samples, True)),
        *_halves(stars("large_star", large, False)),
        *_halves(singles, letters % 2),
        *_halves(phrases, words % 2),
    ]
    return Sheet(
        "星の抹消", "小さい星にすべて印を付けてください。", scatter(groups, rng)
    )


def line_bisection(seed: int, *, lines: int = 3) -> Sheet:
    """線の二等分：205 mm の線が ``lines`` 本。左右にずらして置く。"""
    rng = np.random.default_rng(seed)
    if not 1 <= lines <= 6:
        raise ValueError(f"線は 1〜6 本にしてください（lines={lines}）。")
    shifts = rng.permutation(np.linspace(-30, 30, lines) if lines > 1 else [0.0])
    y = np.linspace(45, HEIGHT - 45, lines) if lines > 1 else np.array([HEIGHT / 2])
    line = make_item("long_line")
    items = tuple(at(line, _MIDDLE + dx, h) for dx, h in zip(shifts, y, strict=True))
    return Sheet("線の二等分", "線の真ん中に印を付けてください。", items)


CANCELLATION: dict[str, Callable[[int], Sheet]] = {
    "線": line_crossing,
    "字": letter_cancellation,
    "星": star_cancellation,
}
"""抹消の三つの検査：種からシートを作る。"""
