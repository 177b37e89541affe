"""小さな残差ネット（He, Zhang, Ren & Sun, 2016）と，近道のない普通のネット。

8×8 画素の手書き数字を見分ける。塊を積む数だけを変えて，深さの効き目を調べる。
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

from lessons import runtime

KINDS = {"plain": False, "residual": True}
"""ネットの種類と，近道があるか。"""
OPTIMISERS = ("sgd", "adam")
"""学習の仕方：モーメンタムつきの SGD と，重みごとに歩幅を変える Adam。"""
CLASSES = 10
CHANCE = 1 / CLASSES
_TRAINING = 1200  # 学習に使う枚数。残りの 597 枚で試す


class Block(nn.Module):
    """畳み込み二つの塊。``(B, C, H, W)`` → ``(B, C, H, W)``。

    Args:
        channels: チャンネルの数 C。
        skip: 入力をそのまま足す近道があるか。
        normalise: バッチ正規化をするか。
    """

    def __init__(self, channels: int, skip: bool, normalise: bool = True) -> None:
        super().__init__()
        self.skip = skip
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        norm = nn.BatchNorm2d if normalise else lambda _: nn.Identity()
        self.norm1, self.norm2 = norm(channels), norm(channels)

    def residual(self, x: torch.Tensor) -> torch.Tensor:
        """塊が計算する差 F(x)。"""
        h = F.relu(self.norm1(self.conv1(x)))
        return self.norm2(self.conv2(h))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.residual(x)
        return F.relu(x + h if self.skip else h)


class StackedNet(nn.Module):
    """塊を積んだネット。``(B, 1, 8, 8)`` → 得点 ``(B, 10)``。

    重みのある層の数は ``2 × blocks + 2``。

    Args:
        kind: ``KINDS`` のどれか。
        blocks: 塊の数。
        width: チャンネルの数。
        normalise: バッチ正規化をするか。
        spread: 畳み込みの重みの初めの標準偏差。None なら He の方法で決める。

    Raises:
        ValueError: 知らない種類か，塊の数が正の整数でないとき。
    """

    def __init__(
        self,
        kind: str,
        blocks: int,
        width: int = 8,
        normalise: bool = True,
        spread: float | None = None,
    ) -> None:
        super().__init__()
        if kind not in KINDS:
            raise ValueError(
                f"ネットの種類 {kind!r} はありません。使える名前: {'，'.join(KINDS)}"
            )
        if not isinstance(blocks, int) or blocks < 1:
            raise ValueError(f"塊の数 {blocks!r} を，1 以上の整数にしてください。")
        self.stem = nn.Conv2d(1, width, 3, padding=1)
        self.blocks = nn.ModuleList(
            Block(width, KINDS[kind], normalise) for _ in range(blocks)
        )
        self.fc = nn.Linear(width, CLASSES)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                if spread is None:
                    nn.init.kaiming_normal_(module.weight)
                else:
                    nn.init.normal_(module.weight, 0, spread)

    @property
    def stack(self) -> list[Block]:
        """塊を，入口に近い順に並べたもの。"""
        return [block for block in self.blocks if isinstance(block, Block)]

    @property
    def depth(self) -> int:
        """重みのある層の数。"""
        return 2 * len(self.blocks) + 2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.stem(x))  # (B, C, 8, 8)
        for block in self.blocks:
            x = block(x)
        return self.fc(x.mean(dim=(2, 3)))  # (B, 10)


@lru_cache(maxsize=1)
def digits() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """手書き数字の，学習の絵 ``(1200, 1, 8, 8)`` と名前，試験の絵 ``(597, 1, 8, 8)`` と名前。

    絵は 0〜1。scikit-learn に入っている 1,797 枚を，決まった順に混ぜて分ける。
    """
    found = load_digits()
    order = np.random.default_rng(0).permutation(len(found.target))
    x = torch.from_numpy(found.images[order] / 16).float()[:, None]
    y = torch.from_numpy(found.target[order])
    return x[:_TRAINING], y[:_TRAINING], x[_TRAINING:], y[_TRAINING:]


def trained(
    kind: str,
    blocks: int,
    seed: int,
    *,
    steps: int = 100,
    batch: int = 32,
    rate: float = 0.1,
    optimiser: str = "sgd",
    width: int = 8,
    normalise: bool = True,
) -> StackedNet:
    """ネットを初めから学習する。歩幅は，初めの 2 割で上げ，あとは下げていく。

    Args:
        kind, blocks, width, normalise: ``StackedNet`` に同じ。
        seed: 重みと，絵を選ぶ順の種。
        steps: 学習の回数。0 なら学習しない。
        batch: 一回に見せる枚数。
        rate: 歩幅（学習率）の最大。
        optimiser: ``OPTIMISERS`` のどれか。

    Raises:
        ValueError: 知らない学習の仕方のとき。
    """
    if optimiser not in OPTIMISERS:
        raise ValueError(
            f"学習の仕方 {optimiser!r} はありません。"
            f"使える名前: {'，'.join(OPTIMISERS)}"
        )
    g = runtime.seed_everything(seed)
    device = runtime.device()
    x, y = (part.to(device) for part in digits()[:2])
    net = StackedNet(kind, blocks, width, normalise).to(device)
    chosen: torch.optim.Optimizer
    if optimiser == "sgd":
        chosen = torch.optim.SGD(net.parameters(), rate, momentum=0.9)
    else:
        chosen = torch.optim.Adam(net.parameters(), rate)
    for step in range(steps):
        warm, left = (step + 1) / (0.2 * steps), (steps - step) / (0.8 * steps)
        for group in chosen.param_groups:
            group["lr"] = rate * min(1.0, warm, left)
        at = torch.randint(len(x), (batch,), generator=g).to(device)
        chosen.zero_grad()
        F.cross_entropy(net(x[at]), y[at]).backward()
        chosen.step()
    return settled(net)


@torch.no_grad()
def settled(net: StackedNet) -> StackedNet:
    """バッチ正規化の平均と分散を，学習の絵のすべてで測り直し，評価の状態にする。"""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # すべての回の平均をとる
    net.train()
    net(digits()[0].to(next(net.parameters()).device))
    return net.eval()


@torch.no_grad()
def error_rates(net: nn.Module) -> tuple[float, float]:
    """誤りの割合：学習の絵と，試験の絵。"""
    x, y, x_test, y_test = digits()
    device = next(net.parameters()).device
    wrong = [
        (net(images.to(device)).argmax(1).cpu() != names).double().mean().item()
        for images, names in ((x, y), (x_test, y_test))
    ]
    return wrong[0], wrong[1]


def gradient_norms(net: StackedNet, images: int = 256) -> np.ndarray:
    """塊ごとの，一つ目の畳み込みの重みの勾配の大きさ ``(塊の数,)``。入口に近い順。"""
    x, y = (part[:images] for part in digits()[:2])
    net.train()
    net.zero_grad()
    F.cross_entropy(net(x), y).backward()
    found = [block.conv1.weight.grad for block in net.stack]
    return np.array([grad.norm().item() for grad in found if grad is not None])
