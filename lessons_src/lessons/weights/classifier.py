"""学習ずみの分類器：ネットワークと，その「目」（写真をどう切り取り，どう数にするか）。"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as TF

from lessons import runtime
from lessons.weights.photo import checked


@dataclass(frozen=True)
class Eyes:
    """写真を，ネットワークの入力に変える。

    短い辺を ``resize`` にそろえ，中央の ``crop`` × ``crop`` を切り取り，
    色ごとに平均を引いて標準偏差で割る。
    """

    resize: int  # 短い辺の画素数
    crop: int  # 切り取る正方形の一辺
    mean: tuple[float, ...]  # 赤・緑・青の平均（0〜1 の尺度）
    std: tuple[float, ...]  # 赤・緑・青の標準偏差
    interpolation: InterpolationMode = InterpolationMode.BICUBIC
    antialias: bool = True

    def view(self, image: np.ndarray) -> np.ndarray:
        """ネットワークに見える範囲を返す。

        Args:
            image: 写真 ``(H, W, 3)``，uint8。

        Returns:
            ``(crop, crop, 3)``，float32，0〜1。図を重ねるときの下敷きになる。
        """
        picture = Image.fromarray(checked(image))
        resized = TF.resize(
            picture, [self.resize], self.interpolation, antialias=self.antialias
        )
        cropped = TF.center_crop(resized, [self.crop, self.crop])
        return np.asarray(cropped, dtype=np.float32) / 255

    def tensor(self, view: np.ndarray) -> torch.Tensor:
        """見える範囲 ``(crop, crop, 3)`` を，入力 ``(1, 3, crop, crop)`` に変える。"""
        x = torch.from_numpy(np.ascontiguousarray(view)).permute(2, 0, 1)  # (3, H, W)
        x = TF.normalize(x, list(self.mean), list(self.std))
        return x[None].to(runtime.device())  # (1, 3, H, W)


@dataclass(frozen=True)
class Classifier:
    """学習ずみの分類器。``model`` は評価の状態（eval）で，``runtime.device()`` にある。"""

    name: str
    model: nn.Module  # (B, 3, H, W) → (B, 1000)
    eyes: Eyes

    def view(self, image: np.ndarray) -> np.ndarray:
        """ネットワークに見える範囲 ``(H, W, 3)``，0〜1。"""
        return self.eyes.view(image)

    def input(self, image: np.ndarray) -> torch.Tensor:
        """写真 ``(H, W, 3)`` uint8 を，入力 ``(1, 3, H, W)`` にする。"""
        return self.eyes.tensor(self.eyes.view(image))

    @torch.no_grad()
    def probabilities(self, image: np.ndarray) -> np.ndarray:
        """写真の，クラスごとの確率 ``(1000,)`` を返す。"""
        logits = self.model(self.input(image))  # (1, 1000)
        return logits.softmax(1)[0].cpu().numpy()

    def top(self, image: np.ndarray, k: int = 5) -> list[tuple[int, float]]:
        """確率の高い順に ``k`` 個の ``(クラス番号, 確率)`` を返す。"""
        p = self.probabilities(image)
        order = np.argsort(-p, kind="stable")[:k]
        return [(int(c), float(p[c])) for c in order]
