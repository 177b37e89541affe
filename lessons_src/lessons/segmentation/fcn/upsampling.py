"""正解の地図を，粗いますに縮めて広げ直す：地図の粗さだけで，答えがどれだけ崩れるか。"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F


def coarsened(truth: np.ndarray, classes: int, stride: int) -> np.ndarray:
    """完全な答え ``(B, H, W)`` を，``stride`` 画素の一ますに縮めて，広げ直す。

    ますの中の種類の割合を双線形補間で広げ，いちばん大きい種類を答える。
    地図の粗さだけで，答えがどれだけ崩れるかの目安に使う（割合ではなく得点を広げる
    ネットワークは，得点の大きさを調整できるので，目安を超えることがある）。

    Args:
        truth: 種類の地図。値は 0 以上 ``classes`` 未満。H と W は ``stride`` の倍数。
        classes: 種類の数。
        stride: ますの一辺（画素）。
    """
    height, width = truth.shape[1:]
    if height % stride or width % stride:
        raise ValueError(
            f"地図の大きさ {height} × {width} を {stride} の倍数にしてください。"
        )
    found = []
    for one in truth:
        hot = F.one_hot(torch.from_numpy(one).long(), classes)  # (H, W, C)
        share = F.avg_pool2d(hot.permute(2, 0, 1)[None].float(), stride)
        fine = F.interpolate(share, (height, width), mode="bilinear")
        found.append(fine[0].argmax(0).numpy())
    return np.stack(found)
