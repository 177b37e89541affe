"""三つのピラミッドを，いくつもの種で学習して，記録 ``runs.csv`` を作る台本。章は読み込まない。

使い方::

    python -m lessons.segmentation.fpn.make_runs hierarchy 1 1000  # モデル，種，反復
    python -m lessons.segmentation.fpn.make_runs fpn 1 3000 重みのファイル

配ってある重み（種 0，3,000 反復）は学習し直さず，そのまま測る。3,000 反復には，1 コアで
7 分ほどかかる。学習ずみの重みのファイルを書いて渡すと，それを測る。
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


def weights_of(kind: str, seed: int, iterations: int) -> bytes:
    """配ってある重みか，学習し直した重み。"""
    recipe = train.RECIPES.get(kind)
    if recipe and (seed, iterations) == (0, recipe.iterations):
        return (train.FOLDER / f"{kind}.safetensors").read_bytes()
    return train.packed(train.fitted(kind, seed, iterations))


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
    numbers = words[1:3]
    if (
        len(words) not in (3, 4)
        or words[0] not in KINDS
        or not all(word.isdigit() for word in numbers)
    ):
        print(f"モデル（{'・'.join(KINDS)}），種の番号，反復の数を書いてください。")
        return 2
    kind, seed, iterations = words[0], int(words[1]), int(words[2])
    if words[3:]:
        content = Path(words[3]).read_bytes()
    else:
        content = weights_of(kind, seed, iterations)
    provenance: dict[str, str | int] = {
        "model": kind,
        "seed": seed,
        "iterations": iterations,
        "weights": hashlib.sha256(content).hexdigest()[:12],
    }
    found = scores(restored(kind, content))
    runs.add("fpn", provenance, found)
    print(kind, seed, found, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
