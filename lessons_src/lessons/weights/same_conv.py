"""TensorFlow の SAME の埋め方をする畳み込み。TensorFlow で学習された重みが使う。"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class SameConv2d(nn.Conv2d):
    """出力の一辺が ⌈入力 / 歩幅⌉ になるように，周りを 0 で埋める畳み込み（TensorFlow の SAME）。"""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pads = []
        for side, k, s in zip(
            reversed(x.shape[2:]),
            reversed(self.kernel_size),
            reversed(self.stride),
            strict=True,
        ):
            total = max((-(-side // s) - 1) * s + k - side, 0)
            pads += [total // 2, total - total // 2]  # 余りは右と下へ
        return super().forward(F.pad(x, pads))
