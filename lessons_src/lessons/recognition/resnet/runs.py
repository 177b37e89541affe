"""深さを変えた学習の記録：``runs.csv`` を読む。作るのは台本 ``make_runs``。

一行が，一つの種で一度学習したネット。列は，種類 ``kind``，バッチ正規化があるか ``normalise``
（1 か 0），学習の仕方 ``optimiser``，層の数 ``depth``，種 ``seed``，学習の絵と試験の絵の誤りの割合
``training_error``，``test_error``，torch の版 ``torch``。
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np

PATH = Path(__file__).with_name("runs.csv")
COLUMNS = (
    "kind",
    "normalise",
    "optimiser",
    "depth",
    "seed",
    "training_error",
    "test_error",
    "torch",
)


@lru_cache(maxsize=1)
def rows() -> tuple[dict[str, str], ...]:
    """記録のすべての行。

    Raises:
        ValueError: 列が足りないとき。
    """
    with PATH.open(encoding="utf8", newline="") as file:
        found = tuple(csv.DictReader(file))
    if not found or set(COLUMNS) - set(found[0]):
        raise ValueError(
            f"{PATH.name} の列を {'，'.join(COLUMNS)} にしてください。"
            "python -m lessons.recognition.resnet.make_runs で作り直せます。"
        )
    return found


def training_errors(
    kind: str, *, optimiser: str = "sgd", normalise: bool = True
) -> dict[int, np.ndarray]:
    """層の数から，学習の絵の誤りの割合 ``(種の数,)`` を引く表。浅い順。

    Raises:
        ValueError: その組み合わせの行がないとき。
    """
    wanted = {
        "kind": kind,
        "optimiser": optimiser,
        "normalise": str(int(normalise)),
    }
    chosen = [r for r in rows() if all(r[k] == v for k, v in wanted.items())]
    if not chosen:
        raise ValueError(
            f"記録に，{wanted} の行がありません。組み合わせを変えてください。"
        )
    depths = sorted({int(r["depth"]) for r in chosen})
    return {
        depth: np.array(
            [float(r["training_error"]) for r in chosen if int(r["depth"]) == depth]
        )
        for depth in depths
    }
