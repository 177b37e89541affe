"""三つのピラミッドを，いくつもの種で学習して，記録 ``runs.csv`` を作る台本。章は読み込まない。

使い方::

    python -m lessons.segmentation.fpn.make_runs hierarchy 1

配ってある重み（種 0）は学習し直さず，そのまま測る。一つの学習に，1 コアで 7 分ほどかかる。
学習ずみの重みを ``名前 種 ファイル`` と書いて渡すと，それを測る。
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import safetensors.torch
from torchvision.models.detection import FasterRCNN

from lessons.segmentation import data, faster_rcnn, runs, train
from lessons.segmentation.fpn import model as fpn
from lessons.segmentation.fpn.object_sizes import SIZES, ap_of_size, proposal_recall
from lessons.segmentation.metrics import average_precision

KINDS = ("single_map", "hierarchy", "fpn")
"""記録にあるモデル。"""


def scores(model: FasterRCNN) -> dict[str, float]:
    """試験の 400 場面での成績：AP50，大きさごとの AP50，大きさごとの提案の再現率。"""
    tests = data.scene_set(train.TESTING, "test", fpn.MANY_SIZES)
    truth = faster_rcnn.truths(tests)
    found = faster_rcnn.detect(model, tests)
    sizes = {
        f"{name} AP50": ap_of_size(found, truth, limits)
        for name, limits in SIZES.items()
    }
    recall = proposal_recall(model, tests)
    return {
        "AP50": average_precision(found, truth, thresholds=(0.5,)),
        **sizes,
        **{f"{name} 再現率": value for name, value in recall.items()},
    }


def weights_of(kind: str, seed: int) -> bytes:
    """配ってある重み（種 0）か，学習し直した重み。"""
    shipped = train.FOLDER / f"{kind}.safetensors"
    if seed == 0 and shipped.is_file():
        return shipped.read_bytes()
    return train.packed(train.fitted(kind, seed))


def restored(kind: str, content: bytes) -> FasterRCNN:
    """半精度の重みを入れた検出器。"""
    model = fpn.build(kind)
    state = safetensors.torch.load(content)
    model.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
    )
    return model.eval()


def main(words: list[str]) -> int:
    """台本の入口。"""
    if len(words) not in (2, 3) or words[0] not in KINDS or not words[1].isdigit():
        print(f"モデル（{'・'.join(KINDS)}）と，種の番号を書いてください。")
        return 2
    kind, seed = words[0], int(words[1])
    content = Path(words[2]).read_bytes() if words[2:] else weights_of(kind, seed)
    provenance = {
        "model": kind,
        "seed": seed,
        "iterations": train.RECIPES[kind].iterations,
        "weights": hashlib.sha256(content).hexdigest()[:12],
    }
    found = scores(restored(kind, content))
    runs.add("fpn", provenance, found)
    print(kind, seed, found, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
