"""患者の表：絵の命名の答えの割合と，論文が当てはめた s と p。

割合は Dell ら（1997）の表 6（フィラデルフィア絵画命名検査 175 枚，流暢な失語の 23 人）と
表 4（失語のない 60 人），s と p は Foygel・Dell（2000）の表 3 と 4（21 人と健常）。表 6 は写りの悪い画像から目で読んだので，
行の和が 1 になるかを，読み込むたびに確かめる。s と p は授業の資料の書き写しを通して得た（二次）。
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons.neuropsychology.lexical_access.model import KINDS

Array = NDArray[np.float64]

TABLE = Path(__file__).with_name("patients.csv")
ITEMS = 175
"""検査の絵の数。割合の，標本としての誤差を決める。"""
HEALTHY = "健常"
"""失語のない 60 人の平均の行の名前（Dell ら，1997，表 4）。"""
ROUNDING = 0.025
"""行の和が 1 から外れてよい幅。七つの数を，小数第二位に丸めた分。"""


class Patient(NamedTuple):
    """患者一人。"""

    name: str
    kind: str  # 失語の型
    raw: Array  # (6,) 答えの割合（並びは KINDS）
    other: float  # そのほか（無答，言い換えなど）
    s: float  # 論文が当てはめた重み。なければ nan
    p: float

    @property
    def pattern(self) -> Array:
        """そのほかを除き，和を 1 にした割合 ``(6,)``。モデルと比べるのはこれ。"""
        return self.raw / self.raw.sum()


def load(path: Path = TABLE) -> list[Patient]:
    """患者の表を読む。失語のない人の行は除く。確かめ方は ``load_all`` に同じ。"""
    return [row for row in load_all(path) if row.name != HEALTHY]


def controls(path: Path = TABLE) -> Patient:
    """失語のない人の平均の行。"""
    return next(row for row in load_all(path) if row.name == HEALTHY)


def load_all(path: Path = TABLE) -> list[Patient]:
    """表のすべての行を読み，一行ずつ確かめる。

    Args:
        path: 表（CSV）の場所。列は patient,type,六つの型,other,s,p。

    Raises:
        ValueError: 列が足りない，割合でない，和が 1 でない，名前が重なる，s と p の片方だけがあるとき。
    """
    wanted = ["patient", "type", *KINDS, "other", "s", "p"]
    found: list[Patient] = []
    with path.open(encoding="utf8", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != wanted:
            raise ValueError(f"{path}:1: 列を {','.join(wanted)} にしてください。")
        for row in rows:
            where = f"{path}:{rows.line_num}: "
            found.append(_patient(row, where))
            if [p.name for p in found].count(row["patient"]) > 1:
                raise ValueError(f"{where}患者 {row['patient']} が二度出ています。")
    return found


def _patient(row: dict[str, str], where: str) -> Patient:
    try:
        raw = np.array([float(row[kind]) for kind in KINDS])
        other = float(row["other"])
        s, p = (float(row[name]) if row[name] else np.nan for name in "sp")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}割合と s，p は数で書いてください。") from error
    shares = np.append(raw, other)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"{where}割合は 0 以上 1 以下にしてください。")
    if abs(shares.sum() - 1) > ROUNDING:
        raise ValueError(
            f"{where}割合の和が {shares.sum():.2f} です。1 になるように，表を読み直してください。"
        )
    if np.isnan(s) != np.isnan(p):
        raise ValueError(f"{where}s と p は，両方書くか，両方空けてください。")
    return Patient(row["patient"], row["type"], raw, other, s, p)


def rmsd(a: ArrayLike, b: ArrayLike) -> Array:
    """二つの割合の隔たり：六つの型の差の，二乗の平均の平方根。

    Args:
        a, b: 割合 ``(…, 6)``。
    """
    difference = np.asarray(a, float) - np.asarray(b, float)
    return np.sqrt((difference**2).mean(axis=-1))


def sampling_rmsd(
    pattern: ArrayLike, items: int = ITEMS, draws: int = 2000, seed: int = 0
) -> Array:
    """真の割合が ``pattern`` のとき，``items`` 枚の検査だけから生まれる隔たり ``(draws,)``。

    Args:
        pattern: 割合 ``(6,)``。和は 1。
        items: 絵の数。
        draws: くじを引き直す回数。
        seed: 乱数の種。
    """
    rng = np.random.default_rng(seed)
    share = np.asarray(pattern, float)
    counts = rng.multinomial(items, share / share.sum(), size=draws)
    return rmsd(counts / items, share)
