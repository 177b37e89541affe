"""形の枝を長く学習して，記録 ``runs.csv`` を作る台本。章は読み込まない。

使い方::

    python -m lessons.segmentation.mask_rcnn.make_runs          # すべて
    python -m lessons.segmentation.mask_rcnn.make_runs align 1  # モデルと種を選ぶ

変えるのは反復の数（120 と 2,000）と種だけで，300 場面の学習も 100 場面の試験も章と同じ。
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import torchvision
from torch import Tensor

from lessons import runtime
from lessons.segmentation import data, faster_rcnn, runs
from lessons.segmentation.mask_rcnn import model as mask
from lessons.segmentation.metrics import average_precision
from lessons.weights import ledger

TRAINING, TESTING = 300, 100
"""学習と試験の場面の数。"""
ITERATIONS = (120, 2000)
SEEDS = (0, 1, 2)


def pooled(features: Tensor, boxes: Tensor, size: int, scale: float) -> Tensor:
    """RoIPool（``lessons.segmentation.boxes.roi_pool`` と同じ値を，速く求める）。"""
    return torchvision.ops.roi_pool(features[None], [boxes], size, scale)


class AgainstGround(mask.MaskBranch):
    """競わせて学習した枝を，答えるときだけ，その種類と背景の二択で読む。"""

    def __init__(self, branch: mask.MaskBranch) -> None:
        super().__init__(len(data.SCENES.things))
        self.layers = branch.layers

    def forward(self, x: Tensor) -> Tensor:
        scores = self.layers(x)  # (n, 背景と種類, 28, 28)
        return scores[:, 1:] - scores[:, :1]


class Plan(NamedTuple):
    """四角の読み方，種類どうしを競わせるか，答えるときだけ背景との二択にするか。"""

    read: mask.Reader
    compete: bool
    against_ground: bool = False


PLANS = {
    "align": Plan(mask.aligned, False),
    "pool": Plan(pooled, False),
    "compete": Plan(mask.aligned, True),
    "compete_ground": Plan(mask.aligned, True, against_ground=True),
}
"""比べる枝。"""


def scores(name: str, seed: int, iterations: int) -> dict[str, float]:
    """枝を一つ学習し，試験の場面での成績を返す。"""
    plan = PLANS[name]
    detector = faster_rcnn.pretrained()
    scenes = data.scene_set(TRAINING, "train", data.SCENES)
    tests = data.scene_set(TESTING, "test", data.SCENES)
    runtime.seed_everything(seed)
    branch = mask.MaskBranch(len(data.SCENES.things), compete=plan.compete)
    mask.fit_branch(
        branch,
        mask.crop(detector, scenes, plan.read),
        mask.competing_loss if plan.compete else mask.mask_loss,
        iterations=iterations,
        watch=lambda: 0.0,
        seed=seed,
    )
    if plan.against_ground:
        branch = AgainstGround(branch)
    truth = faster_rcnn.truths(tests, masks=True)
    found = mask.segment(detector, branch, tests, plan.read)
    return {
        "IoU": mask.crop_iou(branch, mask.crop(detector, tests, plan.read)),
        "AP50": average_precision(found, truth, thresholds=(0.5,)),
        "AP75": average_precision(found, truth, thresholds=(0.75,)),
    }


def main(words: list[str]) -> int:
    """台本の入口。"""
    if words and (words[0] not in PLANS or not all(w.isdigit() for w in words[1:])):
        print(f"モデル（{'・'.join(PLANS)}）と，種の番号を書いてください。")
        return 2
    for name in words[:1] or list(PLANS):
        for seed in [int(w) for w in words[1:]] or SEEDS:
            for iterations in ITERATIONS:
                found = scores(name, seed, iterations)
                provenance: dict[str, str | int] = {
                    "model": name,
                    "seed": seed,
                    "iterations": iterations,
                    "weights": ledger.get("faster_rcnn").sha256[:12],
                }
                runs.add("mask_rcnn", provenance, found)
                print(name, seed, iterations, found, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
