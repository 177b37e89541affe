"""この本のモデルを，よく知られた実装と，同じ場面で同じ時間だけ学習して比べる。

::

    python tests/bench/references.py                     すべて，一つ 300 秒
    python tests/bench/references.py --only U-Net --seconds 60

U-Net は segmentation_models_pytorch と，検出器は torchvision の検出器と比べる。
どれも，ほかの写真で学習した重みを使わず，まっさらから学習する。
学習率の上げ下げも，同じ形を時間に合わせて使う。
時間は，ほかの仕事に左右されないように，このプロセスの CPU の秒で測る
（糸は一本なので，静かな計算機では経過の秒とほぼ同じ）。成績は，学習に使わない場面で測る。
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.models import detection

from lessons import runtime
from lessons.segmentation import data, metrics, semantic
from lessons.segmentation import faster_rcnn as rcnn
from lessons.segmentation.one_stage import model as one_stage
from lessons.segmentation.unet import model as unet
from lessons.stimuli.scenes import Scene
from lessons.weights import ledger
from lessons.weights.errors import WeightsError

WARM_UP = 0.1
"""学習率を上げていく時間の割合。残りの時間で 0 まで下げる。"""

PLAIN = {"image_mean": [0.0] * 3, "image_std": [1.0] * 3}
"""画素の値は data.to_tensor でそろえてあるので，検出器にはそのまま通させる。"""

SMP = "segmentation_models_pytorch"

Loss = Callable[[nn.Module, Tensor, list[Scene]], Tensor]


class Missing(RuntimeError):
    """比べる相手の実装が入っていない。"""


@dataclass(frozen=True)
class Entry:
    """比べるモデル一つ。"""

    name: str
    measure: str  # 成績の名前
    build: Callable[[], nn.Module]
    loss: Loss
    score: Callable[[nn.Module, tuple[Scene, ...]], float]
    batch: int
    rate: float


@dataclass(frozen=True)
class Row:
    """表の一行。"""

    name: str
    parameters: int
    iterations: int
    seconds: float  # 学習に使った CPU の秒
    measure: str
    score: float


def pixel_loss(model: nn.Module, image: Tensor, chosen: list[Scene]) -> Tensor:
    """画素ごとの交差エントロピー。"""
    return nn.functional.cross_entropy(model(image), data.semantic_maps(chosen))


def detector_loss(model: nn.Module, image: Tensor, chosen: list[Scene]) -> Tensor:
    """torchvision の検出器が自分で求める誤差の和。"""
    return torch.stack(list(model(list(image), rcnn.targets(chosen)).values())).sum()


def grid_loss(model: nn.Module, image: Tensor, chosen: list[Scene]) -> Tensor:
    """一段の検出器の誤差の和。"""
    return torch.stack(list(one_stage.loss(model(image), chosen).values())).sum()


def miou(model: nn.Module, scenes: tuple[Scene, ...]) -> float:
    """試験の場面での mIoU。"""
    return semantic.mean_iou(model, scenes, data.CLASSES)


def grid_ap50(model: nn.Module, scenes: tuple[Scene, ...]) -> float:
    """一段の検出器の AP50。"""
    found = one_stage.detect(model, scenes)  # type: ignore[arg-type]
    return metrics.average_precision(found, rcnn.truths(scenes), thresholds=(0.5,))


def their_unet() -> nn.Module:
    """segmentation_models_pytorch の U-Net（ResNet-18 の背骨）。"""
    try:
        import segmentation_models_pytorch as smp
    except ImportError as error:
        raise Missing(
            f"{SMP} がないので，その U-Net を飛ばします。"
            "比べるには pip install -e '.[bench]' で入れてください。"
        ) from error
    model: nn.Module = smp.Unet("resnet18", encoder_weights=None, classes=data.CLASSES)
    return model


def their_faster() -> nn.Module:
    """torchvision の Faster R-CNN（MobileNetV3 と FPN）。

    既定では画像を 320 画素に広げ，四角を 512 個ずつ学ぶ。これでは一反復に十秒以上かかるので，
    192 画素と，この本と同じ 48 個にする。
    """
    return detection.fasterrcnn_mobilenet_v3_large_320_fpn(
        weights=None,
        weights_backbone=None,
        num_classes=data.THING_KINDS + 1,
        min_size=2 * data.SCENES.size,
        max_size=2 * data.SCENES.size,
        box_batch_size_per_image=48,
        **PLAIN,
    )


def their_ssd() -> nn.Module:
    """torchvision の SSDlite（MobileNetV3，画像を 320 画素に広げる）。"""
    return detection.ssdlite320_mobilenet_v3_large(
        weights=None, weights_backbone=None, num_classes=data.THING_KINDS + 1, **PLAIN
    )


ENTRIES = [
    Entry(
        "この本の U-Net",
        "mIoU",
        lambda: unet.UNet(data.CLASSES),
        pixel_loss,
        miou,
        16,
        3e-3,
    ),
    Entry(f"{SMP} の U-Net", "mIoU", their_unet, pixel_loss, miou, 16, 1e-3),
    Entry(
        "この本の Faster R-CNN",
        "AP50",
        lambda: rcnn.build(data.THING_KINDS),
        detector_loss,
        rcnn.ap50,  # type: ignore[arg-type]
        8,
        2e-3,
    ),
    Entry(
        "torchvision の Faster R-CNN",
        "AP50",
        their_faster,
        detector_loss,
        rcnn.ap50,  # type: ignore[arg-type]
        8,
        1e-3,
    ),
    Entry(
        "この本の一段の検出器",
        "AP50",
        lambda: one_stage.GridDetector(data.THING_KINDS),
        grid_loss,
        grid_ap50,
        16,
        3e-3,
    ),
    Entry(
        "torchvision の SSDlite",
        "AP50",
        their_ssd,
        detector_loss,
        rcnn.ap50,  # type: ignore[arg-type]
        8,
        1e-3,
    ),
]
"""比べるモデル。この本のものと，相手を交互に並べる。"""

AIMS = {
    "fcn": ("FCN-8s", "mIoU", 0.88),
    "unet": ("U-Net", "mIoU", 0.92),
    "faster_rcnn": ("Faster R-CNN", "AP50", 0.95),
    "one_stage": ("一段の検出器", "AP50", 0.93),
    "mask_rcnn": ("Mask R-CNN", "mask AP50", 0.85),
    "pose": ("姿勢", "PCK", 0.85),
    "detr_anchored": ("DETR", "AP50", 0.85),
    "panoptic": ("パノプティック", "PQ", 0.88),
}
"""本で学習した重みの名前と，目標。"""


def rate_share(share: float) -> float:
    """時間の割合 ``share`` での学習率の倍率：0 から上がり，余弦の形で 0 へ下がる。"""
    if share < WARM_UP:
        return share / WARM_UP
    left = min((share - WARM_UP) / (1 - WARM_UP), 1.0)
    return (1 + math.cos(math.pi * left)) / 2


def train_for(
    model: nn.Module,
    loss: Loss,
    scenes: tuple[Scene, ...],
    *,
    seconds: float,
    batch: int,
    rate: float,
    seed: int,
    clock: Callable[[], float] = time.process_time,
) -> tuple[int, float]:
    """``seconds`` 秒がたつまで学習し，``(反復, 使った秒)`` を返す。"""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4)
    model.train()
    begun, done, spent = clock(), 0, 0.0
    for image, chosen in data.batches(scenes, batch, sys.maxsize, seed):
        for group in optimizer.param_groups:
            group["lr"] = rate * rate_share(spent / seconds)
        value = loss(model, image, chosen)
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        done += 1
        spent = clock() - begun
        if spent >= seconds:
            break
    return done, spent


def contest(
    entry: Entry,
    lessons_set: tuple[Scene, ...],
    tests: tuple[Scene, ...],
    *,
    seconds: float,
    seed: int,
    clock: Callable[[], float] = time.process_time,
) -> Row:
    """モデル一つを作り，学習し，試験の場面で測る。

    Raises:
        Missing: 比べる相手の実装が入っていないとき。
    """
    runtime.seed_everything(seed)
    model = entry.build()
    iterations, spent = train_for(
        model,
        entry.loss,
        lessons_set,
        seconds=seconds,
        batch=entry.batch,
        rate=entry.rate,
        seed=seed,
        clock=clock,
    )
    return Row(
        entry.name,
        sum(p.numel() for p in model.parameters()),
        iterations,
        spent,
        entry.measure,
        entry.score(model.eval(), tests),
    )


HEAD = "| モデル | 母数 | 反復 | CPU 秒 | 物差し | 成績 |\n|---|--:|--:|--:|---|--:|"


def line(row: Row) -> str:
    """表の一行を Markdown で書く。"""
    return (
        f"| {row.name} | {row.parameters:,} | {row.iterations:,} | {row.seconds:.0f} "
        f"| {row.measure} | {row.score:.3f} |"
    )


def aims() -> str:
    """本で学習した重みの成績と，目標の表を Markdown で書く。"""
    lines = [
        "| 本で学習した重み | 反復 | 物差し | 成績 | 目標 | 差 |",
        "|---|--:|---|--:|--:|--:|",
    ]
    for key, (name, measure, aim) in AIMS.items():
        try:
            entry = ledger.get(key)
        except WeightsError:
            lines.append(f"| {name} | — | {measure} | まだない | {aim:.2f} | — |")
            continue
        score = entry.scores[measure]
        lines.append(
            f"| {name} | {entry.iterations:,} | {measure} | {score:.3f} "
            f"| {aim:.2f} | {score - aim:+.3f} |"
        )
    return "\n".join(lines)


def read(arguments: Sequence[str] | None) -> argparse.Namespace:
    """命令の引数を読む。"""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300, help="一つを学習する秒")
    parser.add_argument("--scenes", type=int, default=4000, help="学習の場面の数")
    parser.add_argument("--tests", type=int, default=400, help="試験の場面の数")
    parser.add_argument("--seed", type=int, default=0, help="乱数の種")
    parser.add_argument("--only", default="", help="この文字を名前に含むモデルだけ")
    wanted = parser.parse_args(arguments)
    if min(wanted.seconds, wanted.scenes, wanted.tests) <= 0:
        parser.error("--seconds，--scenes，--tests は 0 より大きくしてください。")
    if not any(wanted.only in entry.name for entry in ENTRIES):
        names = "，".join(entry.name for entry in ENTRIES)
        parser.error(
            f"{wanted.only!r} を名前に含むモデルはありません。ある名前: {names}"
        )
    return wanted


def main(arguments: Sequence[str] | None = None) -> int:
    """比べて，表を出す。"""
    wanted = read(arguments)
    torch.set_num_threads(1)
    lessons_set = data.scene_set(wanted.scenes, "train", data.SCENES)
    tests = data.scene_set(wanted.tests, "test", data.SCENES)
    print(
        f"\n学習 {wanted.scenes:,} 場面，試験 {wanted.tests} 場面，"
        f"一つ {wanted.seconds:g} 秒，種 {wanted.seed}，糸 1 本\n\n{HEAD}"
    )
    notes = []
    for entry in ENTRIES:
        if wanted.only not in entry.name:
            continue
        try:
            row = contest(
                entry, lessons_set, tests, seconds=wanted.seconds, seed=wanted.seed
            )
        except Missing as missing:
            notes.append(str(missing))
            continue
        print(line(row), flush=True)
    print("", *notes, aims(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
