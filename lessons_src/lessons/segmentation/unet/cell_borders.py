"""触れ合う細胞を分ける：境を重くする誤差と，小さな U-Net（Ronneberger ほか 2015）。"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor, nn

from lessons.segmentation.backbone import conv


def weight_map(
    instances: np.ndarray,
    *,
    w0: float = 10.0,
    sigma: float = 5.0,
    balance: bool = False,
) -> np.ndarray:
    """触れ合う細胞の境を重くする重みの地図（Ronneberger ほか 2015, 式 2）。

    論文の式は画素のすべてに境の項を足すが，ここでは背景（細胞の間）だけに足す。
    論文は，種類の釣り合いを取る w_c の式を書いていない。ここでは，細胞と背景の重みの
    合計が等しく，平均が 1 になるように決める。

    Args:
        instances: ``(H, W)`` の整数。0 が背景，1 以降が細胞の番号。
        w0: 境の重みの大きさ。0 以上。
        sigma: 境からの広がり（画素）。0 より大きいこと。
        balance: 真なら w_c で釣り合いを取る。偽なら w_c = 1。

    Returns:
        ``(H, W)``。w_c に，二つの細胞に近い背景ほど大きい値を足したもの。
    """
    instances = np.asarray(instances)
    if (
        instances.ndim != 2
        or not np.issubdtype(instances.dtype, np.integer)
        or (instances.size and instances.min() < 0)
    ):
        raise ValueError(
            "instances は (高さ, 幅) の 0 以上の整数にしてください"
            f"（受け取った形: {instances.shape}，型: {instances.dtype}）。"
        )
    if not (np.isfinite(w0) and w0 >= 0 and np.isfinite(sigma) and sigma > 0):
        raise ValueError(
            "w0 は 0 以上，sigma は 0 より大きくしてください"
            f"（受け取った値: w0={w0}, sigma={sigma}）。"
        )
    weights = np.ones(instances.shape)
    if balance:
        share = (instances > 0).mean() if instances.size else 0.0  # 細胞の割合
        if 0 < share < 1:
            weights = np.where(instances > 0, 0.5 / share, 0.5 / (1 - share))
    cells = [number for number in np.unique(instances) if number]
    if len(cells) < 2:
        return weights
    distance = np.stack(
        [ndimage.distance_transform_edt(instances != number) for number in cells]
    )
    nearest, second = np.sort(distance, axis=0)[:2]  # d1, d2
    extra = w0 * np.exp(-((nearest + second) ** 2) / (2 * sigma**2))
    return weights + extra * (instances == 0)


class CellNet(nn.Module):
    """元の細かさまで戻る，小さな U-Net（細胞と背景の二種類を答える）。"""

    def __init__(self, widths: tuple[int, int, int] = (12, 24, 32)) -> None:
        super().__init__()
        fine, middle, deep = widths
        self.down = nn.ModuleList([conv(1, fine), conv(fine, middle)])
        self.bottom = conv(middle, deep)
        self.up = nn.ModuleList(
            [conv(deep + middle, middle), conv(middle + fine, fine)]
        )
        self.score = nn.Conv2d(fine, 2, 1)

    def forward(self, image: Tensor) -> Tensor:
        """絵 ``(B, 1, H, W)`` から得点 ``(B, 2, H, W)``。"""
        x, skips = image, []
        for block in self.down:
            x = block(x)
            skips.append(x)  # (B, 12, H, W), (B, 24, H/2, W/2)
            x = F.max_pool2d(x, 2)
        x = self.bottom(x)  # (B, 32, H/4, W/4)
        for block, skip in zip(self.up, skips[::-1], strict=True):
            x = F.interpolate(x, size=skip.shape[2:], mode="nearest")
            x = block(torch.cat([x, skip], dim=1))
        return self.score(x)


def fit_cells(
    model: nn.Module,
    images: Tensor,
    truth: Tensor,
    weights: Tensor,
    *,
    iterations: int,
    batch: int = 8,
    rate: float = 5e-3,
    seed: int = 0,
) -> list[float]:
    """重みつきの交差エントロピー（式 1）で学習し，反復ごとの誤差を返す。

    Args:
        model: 絵から得点 ``(B, 2, H, W)`` を返すネットワーク。
        images: 絵 ``(N, 1, H, W)``。
        truth: 細胞なら 1，背景なら 0 ``(N, H, W)`` int64。
        weights: 重みの地図 ``(N, H, W)``。
        iterations: 反復の数。
        batch: 一度に使う絵の数。
        rate: 学習率の最大値。
        seed: 絵の順番を決める乱数の種。
    """
    if not len(images) or not (len(images) == len(truth) == len(weights)):
        raise ValueError(
            f"絵 {len(images)} 枚，正解 {len(truth)} 枚，重み {len(weights)} 枚です。"
            "同じ数を一枚以上渡してください。"
        )
    order = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, iterations)
    losses = []
    model.train()
    for _ in range(iterations):
        pick = torch.randint(len(images), (batch,), generator=order)
        each = F.cross_entropy(model(images[pick]), truth[pick], reduction="none")
        loss = (weights[pick] * each).mean()  # (B, H, W) を平均する
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses
