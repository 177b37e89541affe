"""学習をくり返した記録：条件の組のすべてで測り，部屋の CSV に書く。章は読むだけ。

一行が一度の学習。列は，条件，試験の正答率 ``accuracy``，torch の版 ``torch``。
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch


@dataclass(frozen=True)
class Runs:
    """一つの記録。

    Attributes:
        path: CSV の場所。
        conditions: 条件の列の名前から，値の並びを引く表。値は，名前か整数。
    """

    path: Path
    conditions: Mapping[str, Sequence[str | int]]

    def read(self) -> np.ndarray:
        """記録した正答率。形は，条件ごとの値の数を並べたもの。

        Raises:
            ValueError: 行か列が，条件と合わないとき。
        """
        with self.path.open(encoding="utf8", newline="") as file:
            found = {
                tuple(row.get(name) for name in self.conditions): row.get("accuracy")
                for row in csv.DictReader(file)
            }
        wanted = [tuple(map(str, one)) for one in product(*self.conditions.values())]
        if set(found) != set(wanted) or None in found.values():
            raise ValueError(
                f"記録 {self.path.name} の行が，条件 {'，'.join(self.conditions)} の組と合いません。"
                "部屋の台本で測り直してください。"
            )
        accuracy = np.array([float(found[one] or "nan") for one in wanted])
        return accuracy.reshape([len(values) for values in self.conditions.values()])

    def write(self, score: Callable[..., float]) -> None:
        """条件の組のすべてで測り，記録を書き直す。

        Args:
            score: 条件の値を，列の順に受け取り，正答率を返す関数。
        """
        torch.set_num_threads(1)
        version = torch.__version__.partition("+")[0]
        with self.path.open("w", encoding="utf8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*self.conditions, "accuracy", "torch"])
            for one in product(*self.conditions.values()):
                writer.writerow([*one, f"{score(*one):.4f}", version])
                file.flush()
