"""いくらでも作れる文字の絵：ひらがなを，ゆがめ，明暗を変え，雑音を重ねる。

もとの形は，図の書体（matplotlib-fontja に入っている IPAex ゴシック）から描く。
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import matplotlib_fontja
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont

LETTERS = "あいうえおかきくけこ"
"""使う文字。番号が，名前の番号になる。"""
SIDE = 24
"""絵の一辺（画素）。"""
MOST = 20_000
"""一度に作れる絵の数。"""
_FINE = 48
FONT = Path(matplotlib_fontja.__file__).with_name("fonts") / "ipaexg.ttf"


@lru_cache(maxsize=1)
def shapes() -> torch.Tensor:
    """もとの形 ``(10, 1, 48, 48)``，0（地）〜1（線）。"""
    font = ImageFont.truetype(FONT, 40)
    found = []
    for letter in LETTERS:
        image = Image.new("L", (_FINE, _FINE), 0)
        ImageDraw.Draw(image).text(
            (_FINE / 2, _FINE / 2), letter, fill=255, font=font, anchor="mm"
        )
        found.append(np.asarray(image, np.float32) / 255)
    return torch.from_numpy(np.stack(found))[:, None]


def examples(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """文字の絵 ``(count, 1, 24, 24)``，0〜1 と，名前の番号 ``(count,)``。

    同じ種なら，数が少ない束は，多い束の初めの部分と同じになる。

    Args:
        count: 絵の数。1〜20,000。
        seed: くじの種。

    Raises:
        ValueError: 数が 1〜20,000 でないとき。
    """
    if not 1 <= count <= MOST:
        raise ValueError(f"絵の数 {count} を，1〜{MOST} にしてください。")
    g = torch.Generator().manual_seed(seed)
    parts = [_batch(g) for _ in range(math.ceil(count / 250))]
    x, y = (torch.cat(part)[:count] for part in zip(*parts, strict=True))
    return x, y


def tests() -> tuple[torch.Tensor, torch.Tensor]:
    """試験の絵 ``(1000, 1, 24, 24)`` と，名前の番号 ``(1000,)``。いつも同じ。"""
    return examples(1000, 900)


def _batch(g: torch.Generator, n: int = 250) -> tuple[torch.Tensor, torch.Tensor]:
    y = torch.randint(len(LETTERS), (n,), generator=g)
    u = 2 * torch.rand(8, n, generator=g) - 1  # −1〜1 のくじ
    angle, slant = 0.35 * u[0], 0.35 * u[1]
    wide, high = 1.25 + 0.25 * u[2], 1.25 + 0.25 * u[3]
    cos, sin = angle.cos(), angle.sin()
    rows = [wide * cos, wide * (slant - sin), 0.25 * u[4]]
    rows += [high * sin, high * cos, 0.25 * u[5]]
    affine = torch.stack(rows, dim=1).view(n, 2, 3)
    grid = F.affine_grid(affine, [n, 1, SIDE, SIDE], align_corners=False)
    coarse = torch.randn(n, 2, 4, 4, generator=g) * 0.09
    bend = F.interpolate(coarse, size=SIDE, mode="bicubic", align_corners=True)
    grid = grid + bend.permute(0, 2, 3, 1)
    ink = F.grid_sample(shapes()[y], grid, align_corners=False)
    # 明暗：線と地の明るさ，ななめの影，雑音
    place = torch.linspace(-1, 1, SIDE)
    across = u[6].view(n, 1, 1, 1) * place.view(1, 1, 1, SIDE)
    shade = across + u[7].view(n, 1, 1, 1) * place.view(1, 1, SIDE, 1)
    strength = 0.25 + 0.5 * torch.rand(n, 1, 1, 1, generator=g)
    sign = torch.where(torch.rand(n, 1, 1, 1, generator=g) < 0.5, -1.0, 1.0)
    noise = 0.06 * torch.randn(n, 1, SIDE, SIDE, generator=g)
    x = 0.5 + sign * strength * (ink - 0.25) + 0.2 * shade + noise
    return x.clip(0, 1), y
