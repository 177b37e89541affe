"""第 3 部の「よく学習したモデル」を作る台本。

使い方::

    python -m lessons.segmentation.train unet      # 一つだけ
    python -m lessons.segmentation.train all       # すべて

学習の反復の数は決まっている。できた重みは ``lessons/weights/scenes/`` に，試験の場面での
成績とともに置く。重みは半精度で書く。
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn

from lessons import runtime
from lessons.segmentation import data, metrics
from lessons.segmentation.detr import model as detr
from lessons.segmentation.fcn import model as fcn
from lessons.segmentation.fpn import model as fpn
from lessons.segmentation.one_stage import model as one_stage
from lessons.segmentation.panoptic import model as panoptic
from lessons.segmentation.pose import model as pose
from lessons.segmentation.rcnn import model as rcnn
from lessons.segmentation.unet import model as unet
from lessons.stimuli.scenes import Scene, SceneConfig
from lessons.weights import Weights, WeightsError, read_verified

FOLDER = Path(__file__).resolve().parent.parent / "weights" / "scenes"
"""重みと成績の置き場所。"""
SCENES = SceneConfig()
THINGS = len(SCENES.things)
CLASSES = THINGS + panoptic.STUFF
TRAINING, TESTING = 12_000, 400
"""学習と試験の場面の数。"""

Scenes = tuple[Scene, ...]


@dataclass(frozen=True)
class Recipe:
    """モデル一つの作り方。"""

    build: Callable[[], nn.Module]
    fit: Callable[[nn.Module, Scenes, int], list[float]]
    score: Callable[[nn.Module, Scenes], dict[str, float]]
    iterations: int
    config: SceneConfig = SCENES
    start_from: str = ""  # 背骨を借りるモデルの名前


def _ap50(found: list[metrics.Detections], scenes: Scenes) -> float:
    return metrics.average_precision(found, rcnn.truths(scenes), thresholds=(0.5,))


def _mask_scores(model: nn.Module, scenes: Scenes) -> dict[str, float]:
    assert isinstance(model, rcnn.MaskRCNN)
    return {
        "AP50": rcnn.ap50(model, scenes),
        "mask AP50": rcnn.ap50(model, scenes, masks=True),
    }


def _panoptic_scores(model: nn.Module, scenes: Scenes) -> dict[str, float]:
    assert isinstance(model, panoptic.PanopticNet)
    quality = metrics.panoptic_quality(
        panoptic.segment(model, scenes), panoptic.truths(scenes)
    )
    return {"PQ": quality.pq, "SQ": quality.sq, "RQ": quality.rq}


def _detr(anchored: bool) -> Recipe:
    return Recipe(
        build=lambda: detr.DETR(THINGS, anchored=anchored),
        fit=lambda m, s, n: detr.fit(m, s, iterations=n),  # type: ignore[arg-type]
        score=lambda m, s: {"AP50": _ap50(detr.detect(m, s), s)},  # type: ignore[arg-type]
        iterations=4000,
        start_from="faster_rcnn",
    )


def _pixels(build: Callable[[], nn.Module], iterations: int) -> Recipe:
    return Recipe(
        build=build,
        fit=lambda m, s, n: fcn.fit(m, s, iterations=n),
        score=lambda m, s: {"mIoU": fcn.mean_iou(m, s, CLASSES)},
        iterations=iterations,
    )


def _on_pyramid(kind: str) -> Recipe:
    return Recipe(
        build=lambda: rcnn.build(
            THINGS, size=fpn.MANY_SIZES.size, pyramid=fpn.Pyramid(kind)
        ),
        fit=lambda m, s, n: rcnn.fit(m, s, iterations=n),
        score=lambda m, s: {"AP50": rcnn.ap50(m, s)},
        iterations=3000,
        config=fpn.MANY_SIZES,
    )


RECIPES: dict[str, Recipe] = {
    "faster_rcnn": Recipe(
        build=lambda: rcnn.build(THINGS),
        fit=lambda m, s, n: rcnn.fit(m, s, iterations=n),
        score=lambda m, s: {"AP50": rcnn.ap50(m, s)},
        iterations=5000,
    ),
    "fcn": _pixels(lambda: fcn.FCN(CLASSES), 4000),
    "fcn16": _pixels(lambda: fcn.FCN(CLASSES, stride=16), 4000),
    "fcn32": _pixels(lambda: fcn.FCN(CLASSES, stride=32), 4000),
    "unet": _pixels(lambda: unet.UNet(CLASSES), 8000),
    "unet_no_skip": _pixels(lambda: unet.UNet(CLASSES, skip=False), 8000),
    "one_stage": Recipe(
        build=lambda: one_stage.GridDetector(THINGS),
        fit=lambda m, s, n: one_stage.fit(m, s, iterations=n),  # type: ignore[arg-type]
        score=lambda m, s: {"AP50": _ap50(one_stage.detect(m, s), s)},  # type: ignore[arg-type]
        iterations=4000,
    ),
    "pose": Recipe(
        build=pose.PoseNet,
        fit=lambda m, s, n: pose.fit(m, s, iterations=n),  # type: ignore[arg-type]
        score=lambda m, s: {"PCK": pose.correct_share(pose.detect(m, s), s)},  # type: ignore[arg-type]
        iterations=4000,
        config=pose.CROWD,
    ),
    "panoptic": Recipe(
        build=lambda: panoptic.PanopticNet(CLASSES),
        fit=lambda m, s, n: panoptic.fit(m, s, iterations=n),  # type: ignore[arg-type]
        score=_panoptic_scores,
        iterations=8000,
    ),
    "mask_rcnn": Recipe(
        build=lambda: rcnn.build(THINGS, masks=True),
        fit=lambda m, s, n: rcnn.fit(m, s, iterations=n),
        score=_mask_scores,
        iterations=4000,
    ),
    "single_map": _on_pyramid("single_map"),
    "fpn": _on_pyramid("fpn"),
    "detr_anchored": _detr(True),
    "detr_plain": _detr(False),
}
"""作れるモデル。"""


def train(name: str, iterations: int | None = None) -> dict[str, float]:
    """モデルを学習し，重みと成績を書き，成績を返す。"""
    recipe = RECIPES[name]
    runtime.seed_everything(0)
    # 画素ごとにチャンネルを並べると，CPU の畳み込みが速い。
    model = recipe.build().to(memory_format=torch.channels_last)
    if recipe.start_from:
        lender = load(recipe.start_from)
        model.trunk.load_state_dict(lender.backbone.state_dict())  # type: ignore[union-attr]
    scenes = data.scene_set(TRAINING, "train", recipe.config)
    losses = recipe.fit(model, scenes, iterations or recipe.iterations)
    half = {
        key: value.contiguous().half() if value.is_floating_point() else value
        for key, value in model.state_dict().items()
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file(half, FOLDER / f"{name}.safetensors")
    content = _file(name).read_bytes()
    scores = evaluate(name)
    record = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "iterations": len(losses),
        "scores": {key: round(value, 4) for key, value in scores.items()},
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", "utf8")
    return scores


def _file(name: str) -> Path:
    return FOLDER / f"{name}.safetensors"


def load(name: str) -> nn.Module:
    """学習済みのモデルを読む。

    Raises:
        ValueError: 知らない名前のとき。
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    record = read_record(name)
    command = f"python -m lessons.segmentation.train {name}"
    content = read_verified(
        Weights(
            name=name,
            file=f"lessons/weights/scenes/{name}.safetensors",
            sha256=record["sha256"],
            bytes=record["bytes"],
            licence="Apache-2.0",
            source=command,
        ),
        _file(name),
    )
    return _restore(name, safetensors.torch.load(content))


def read_record(name: str) -> dict[str, Any]:
    """モデルの記録：``sha256``，``bytes``，``iterations``，``scores``。

    Raises:
        ValueError: 知らない名前のとき。
        WeightsError: まだ作っていないとき。
    """
    if name not in RECIPES:
        raise ValueError(
            f"モデル {name!r} はありません。ある名前: {', '.join(RECIPES)}"
        )
    path = FOLDER / f"{name}.json"
    if not path.is_file() or not _file(name).is_file():
        raise WeightsError(
            f"モデル {name!r} の重みがありません。"
            f"python -m lessons.segmentation.train {name} で作れます。"
        )
    record: dict[str, Any] = json.loads(path.read_text("utf8"))
    return record


def _restore(name: str, state: dict[str, Tensor]) -> nn.Module:
    model = RECIPES[name].build()
    whole = {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
    model.load_state_dict(whole)
    return model.eval()


def evaluate(name: str) -> dict[str, float]:
    """書いた重みを読み直し，学習に使っていない場面での成績を返す。"""
    recipe = RECIPES[name]
    torch.manual_seed(0)
    model = _restore(name, safetensors.torch.load_file(_file(name)))
    return recipe.score(model, data.scene_set(TESTING, "test", recipe.config))


def main(names: list[str]) -> int:
    """台本の入口。"""
    if not names or not set(names) <= {*RECIPES, "all"}:
        print(f"学習するモデルの名前を書いてください: all, {', '.join(RECIPES)}")
        return 2
    for name in RECIPES if "all" in names else names:
        scores = ", ".join(f"{k} {v:.3f}" for k, v in train(name).items())
        print(f"{name}: {scores}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
