"""長い学習の記録：部屋の ``runs.csv`` を読む。章は読むだけで，作るのは部屋の ``make_runs``。

一行が，一つの種で一度学習したモデルです。列は部屋ごとに違いますが，どの部屋にも
``model``（モデルの名前），``seed``（乱数の種），``iterations``（学習の反復の数），
``weights``（使った重みの sha256 の先頭 12 字），``torch``（版）があります。
ほかの列は，試験の場面での成績です。
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parent
PROVENANCE = ("model", "seed", "iterations", "weights", "torch")
"""どの部屋の記録にもある列。"""

Row = dict[str, str]


def path_of(room: str) -> Path:
    """部屋 ``room`` の記録の場所。"""
    return ROOT / room / "runs.csv"


def read(room: str) -> list[Row]:
    """部屋 ``room``（``"fpn"`` など）の記録の行。

    Raises:
        ValueError: 記録がない，または列が足りないとき。
    """
    path = path_of(room)
    if not path.is_file():
        raise ValueError(
            f"長い学習の記録 {path} がありません。"
            f"python -m lessons.segmentation.{room}.make_runs で作ってください。"
        )
    with path.open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [name for name in PROVENANCE if not rows or name not in rows[0]]
    if missing:
        raise ValueError(
            f"長い学習の記録 {path} に，列 {'，'.join(missing)} がありません。"
            f"python -m lessons.segmentation.{room}.make_runs で作り直してください。"
        )
    return rows


def values(rows: list[Row], measure: str, **wanted: str | int) -> np.ndarray:
    """条件に合う行の成績を，種の順に並べた ``(種の数,)``。

    Raises:
        ValueError: 列がない，または条件に合う行がないとき。
    """
    chosen = [r for r in rows if all(r.get(k) == str(v) for k, v in wanted.items())]
    if not chosen or measure not in chosen[0]:
        raise ValueError(
            f"記録に，{wanted} の行の {measure!r} がありません。"
            f"ある列：{'，'.join(rows[0])}"
        )
    return np.array(
        [float(r[measure]) for r in sorted(chosen, key=lambda r: int(r["seed"]))]
    )


def add(
    room: str, provenance: Mapping[str, str | int], scores: Mapping[str, float]
) -> None:
    """一つの学習の成績を，部屋の記録に足す。同じモデル・種・反復の行は置き換える。"""
    path = path_of(room)
    rows = read(room) if path.is_file() else []
    new = {
        **{k: str(v) for k, v in provenance.items()},
        "torch": torch.__version__.partition("+")[0],
        **{k: f"{v:.4f}" for k, v in scores.items()},
    }
    key = ("model", "iterations", "seed")
    rows = [r for r in rows if any(r[k] != new[k] for k in key)] + [new]
    rows.sort(key=lambda r: (r["model"], int(r["iterations"]), int(r["seed"])))
    with path.open("w", encoding="utf8", newline="") as file:
        writer = csv.DictWriter(file, list(new), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
