"""深さを変えて学習し，``runs.csv`` に記録する台本。章からは読み込まない。

使い方: ``python -m lessons.recognition.resnet.make_runs``（一つのコアで 3〜5 分）
"""

from __future__ import annotations

import csv

import torch

from lessons.recognition.resnet.model import error_rates, trained
from lessons.recognition.resnet.runs import COLUMNS, PATH

BLOCKS = (2, 4, 8, 12, 16)
SETTINGS = (
    ("plain", True, "sgd", 0.1, 5),
    ("residual", True, "sgd", 0.1, 5),
    ("plain", True, "adam", 0.01, 3),
    ("residual", True, "adam", 0.01, 3),
    ("plain", False, "sgd", 0.1, 3),
)
"""種類，バッチ正規化，学習の仕方，歩幅，種の数。"""


def main() -> None:
    """すべての設定で学習し，記録を書き直す。"""
    torch.set_num_threads(1)
    version = torch.__version__.partition("+")[0]
    with PATH.open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for kind, normalise, optimiser, rate, seeds in SETTINGS:
            for blocks in BLOCKS:
                for seed in range(seeds):
                    net = trained(
                        kind,
                        blocks,
                        seed,
                        rate=rate,
                        optimiser=optimiser,
                        normalise=normalise,
                    )
                    errors = [f"{error:.4f}" for error in error_rates(net)]
                    setting = kind, int(normalise), optimiser, net.depth, seed
                    writer.writerow([*setting, *errors, version])
                    file.flush()


if __name__ == "__main__":
    main()
