"""ある特徴地図の値がいちばん大きくなる絵を，でたらめな絵から作る（Erhan ら, 2009）。

画素を直接動かすと細かな雑音ばかりになるので，粗い縞ほど動きやすくした波の足し合わせを動かす
（Olah, Mordvintsev & Schubert, 2017 の考えによる）。
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from lessons import runtime
from lessons.recognition.networks import network

CHANNELS = 1280
"""最後の特徴地図の枚数。"""


def activations(x: torch.Tensor) -> torch.Tensor:
    """最後の特徴地図の，負を 0 にする前の平均 ``(B, 1280)``。

    負を 0 にした後では，応じていない地図の勾配が 0 になり，絵を動かせない。

    Args:
        x: 入力 ``(B, 3, H, W)``，およそ −1〜1。
    """
    model = network()
    h = F.relu6(model._bn0(model._conv_stem(x)))
    for block in model._blocks:
        h = block(h)
    return model._bn1(model._conv_head(h)).mean(dim=(2, 3))


def maximised(
    channel: int, *, steps: int = 32, side: int = 128, seed: int = 0
) -> tuple[np.ndarray, list[float]]:
    """地図一枚の平均を，勾配で大きくした絵。

    Args:
        channel: 地図の番号。
        steps: 絵を動かす回数。
        side: 絵の一辺（画素）。
        seed: はじめの絵の種。

    Returns:
        絵 ``(side, side, 3)``（0〜1）と，一回ごとの地図の平均。

    Raises:
        ValueError: 地図の番号が範囲の外か，回数が 1 より小さいとき。
    """
    if not 0 <= channel < CHANNELS or steps < 1:
        raise ValueError(
            f"地図の番号 {channel} を 0 から {CHANNELS - 1} の間に，回数 {steps} を 1 以上にしてください。"
        )
    generator = runtime.seed_everything(seed)
    rows = torch.fft.fftfreq(side)[:, None]
    columns = torch.fft.rfftfreq(side)[None]
    scale = side / (rows**2 + columns**2).sqrt().clamp_min(1 / side) / side
    waves = 0.01 * torch.randn(3, side, side // 2 + 1, 2, generator=generator)
    waves.requires_grad_()
    optimiser = torch.optim.Adam([waves], lr=0.05)
    values = []
    for _ in range(steps):
        picture = _picture(waves, scale)  # (1, 3, side, side)
        dy, dx = torch.randint(-4, 5, (2,), generator=generator).tolist()
        shaken = torch.roll(picture, (dy, dx), dims=(2, 3))
        value = activations((shaken * 255 - 127) / 128)[0, channel]
        optimiser.zero_grad()
        (-value).backward()
        optimiser.step()
        values.append(float(value.detach()))
    with torch.no_grad():
        final = _picture(waves, scale)[0].permute(1, 2, 0).numpy()
    return final, values


def _picture(waves: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """波の強さから，0〜1 の絵を作る。"""
    spectrum = torch.view_as_complex(waves) * scale
    side = spectrum.shape[1]
    return torch.fft.irfft2(spectrum * side, s=(side, side)).sigmoid()[None]
