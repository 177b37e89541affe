"""あなたの番：回した文字は，b か，d か。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import EllipsisType

import numpy as np
import torch
from torchvision.transforms.v2 import functional as change

from lessons.letters import checked
from lessons.recognition.augmentation.drawings import SIDE, letter

LETTERS = "bd"
COUNT = 9


def puzzles(seed: int = 4) -> tuple[np.ndarray, torch.Tensor, str]:
    """回した文字 9 枚。

    Returns:
        見せる絵 ``(9, 96, 96)``，ネットワークに入れる絵 ``(9, 1, 24, 24)``，正解の 9 字。
    """
    rng = np.random.default_rng(seed)
    which = rng.permutation(np.arange(COUNT) % 2)
    large: list[torch.Tensor] = []
    small: list[torch.Tensor] = []
    for k in which:
        angle, again = float(rng.uniform(60, 300)), int(rng.integers(10**6))
        for side, found in ((4 * SIDE, large), (SIDE, small)):
            drawn = letter(int(k), np.random.default_rng(again), side)
            x = torch.from_numpy(drawn.copy())[None]
            found.append(change.rotate(x, angle, change.InterpolationMode.BILINEAR))
    truth = "".join(LETTERS[k] for k in which)
    return torch.cat(large).numpy(), torch.stack(small), truth


def marked(
    mine: str | EllipsisType, truth: str, models: Mapping[str, str]
) -> Sequence[str]:
    """あなたの答えとモデルの答えを，正解に並べる行。

    Args:
        mine: 「b」「d」を順に並べた 9 字。``...`` なら，まだ答えていない。
        truth: 正解。
        models: モデルの名前から，答えを引く表。

    Raises:
        ValueError: b と d のほかの字があるか，字の数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。b か d を，順に 9 字並べてください。"]
    checked(mine, LETTERS, "b か d", len(truth))
    return [f"正解 {truth}"] + [
        f"{said}  {sum(a == b for a, b in zip(said, truth, strict=True))}"
        f" / {len(truth)}  {name}"
        for name, said in {"あなた": mine, **models}.items()
    ]
