"""方法と枚数を変えて測った記録。

``python -m lessons.recognition.transfer_learning.runs`` が，すべてを測り，``runs.csv`` に書く
（約 2 分）。頁は，その記録を読む。
"""

from __future__ import annotations

import csv
import io
from importlib import resources
from pathlib import Path

import numpy as np
import torch

from lessons.recognition.transfer_learning.model import METHODS, score

EACH = (1, 2, 4, 6)
"""概念ごとの，学習の枚数。"""
SEEDS = 3


def recorded() -> dict[str, np.ndarray]:
    """記録した正答率。方法の名前から ``(枚数, 種)`` を引く表。"""
    text = resources.files(__package__).joinpath("runs.csv").read_text("utf8")
    rows = list(csv.DictReader(io.StringIO(text)))
    return {
        method: np.array(
            [float(r["accuracy"]) for r in rows if r["method"] == method]
        ).reshape(len(EACH), SEEDS)
        for method in METHODS
    }


def main() -> None:
    """すべての方法・枚数・種で測り，``runs.csv`` に書く。"""
    torch.set_num_threads(1)
    path = Path(__file__).with_name("runs.csv")
    with path.open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("method", "each", "seed", "accuracy"))
        for method in METHODS:
            for each in EACH:
                for seed in range(SEEDS):
                    found = score(method, each, seed)
                    writer.writerow((method, each, seed, f"{found:.4f}"))


if __name__ == "__main__":
    main()
