"""この部の「よく学習したモデル」を作る台本。章は読み込まない（章は部屋の ``pretrained`` を使う）。

使い方::

    python -m lessons.segmentation.train unet      # 一つだけ
    python -m lessons.segmentation.train all       # すべて

学習の反復の数は決まっている。できた重みは半精度で ``lessons/weights/scenes/`` に，
試験の場面での成績は台帳（``lessons/weights/entries/``）に書く。
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

import safetensors.torch
import torch
from torch import nn

from lessons import runtime
from lessons.segmentation import data, faster_rcnn, metrics, semantic
from lessons.segmentation.detr import model as detr
from lessons.segmentation.fcn import model as fcn
from lessons.segmentation.fpn import model as fpn
from lessons.segmentation.one_stage import model as one_stage
from lessons.segmentation.panoptic import model as panoptic
from lessons.segmentation.pose import model as pose
from lessons.segmentation.unet import model as unet
from lessons.stimuli.scenes import Scene, SceneConfig
from lessons.weights.ledger import ENTRIES, restored

FOLDER = ENTRIES.parent / "scenes"
"""重みの置き場所。"""
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
    config: SceneConfig = data.SCENES
    borrows_trunk: bool = False  # 学習ずみの Faster R-CNN の背骨から始める


def _ap50(found: list[metrics.Detections], scenes: Scenes) -> float:
    return metrics.average_precision(
        found, faster_rcnn.truths(scenes), thresholds=(0.5,)
    )


def _mask_scores(model: nn.Module, scenes: Scenes) -> dict[str, float]:
    assert isinstance(model, faster_rcnn.MaskRCNN)
    return {
        "AP50": faster_rcnn.ap50(model, scenes),
        "mask AP50": faster_rcnn.ap50(model, scenes, masks=True),
    }


def _panoptic_scores(model: nn.Module, scenes: Scenes) -> dict[str, float]:
    assert isinstance(model, panoptic.PanopticNet)
    quality = metrics.panoptic_quality(
        panoptic.segment(model, scenes), panoptic.truths(scenes)
    )
    return {"PQ": quality.pq, "SQ": quality.sq, "RQ": quality.rq}


def _detr(anchored: bool) -> Recipe:
    return Recipe(
        build=lambda: detr.DETR(data.THING_KINDS, anchored=anchored),
        fit=lambda m, s, n: detr.fit(m, s, iterations=n),  # type: ignore[arg-type]
        score=lambda m, s: {"AP50": _ap50(detr.detect(m, s), s)},  # type: ignore[arg-type]
        iterations=4000,
        borrows_trunk=True,
    )


def _pixels(build: Callable[[], nn.Module], iterations: int) -> Recipe:
    return Recipe(
        build=build,
        fit=lambda m, s, n: semantic.fit(m, s, iterations=n),
        score=lambda m, s: {"mIoU": semantic.mean_iou(m, s, data.CLASSES)},
        iterations=iterations,
    )


def _on_pyramid(kind: str) -> Recipe:
    return Recipe(
        build=lambda: fpn.build(kind),
        fit=lambda m, s, n: faster_rcnn.fit(m, s, iterations=n),
        score=lambda m, s: {"AP50": faster_rcnn.ap50(m, s)},
        iterations=3000,
        config=fpn.MANY_SIZES,
    )


RECIPES: dict[str, Recipe] = {
    "faster_rcnn": Recipe(
        build=lambda: faster_rcnn.build(data.THING_KINDS),
        fit=lambda m, s, n: faster_rcnn.fit(m, s, iterations=n),
        score=lambda m, s: {"AP50": faster_rcnn.ap50(m, s)},
        iterations=5000,
    ),
    "fcn": _pixels(lambda: fcn.FCN(data.CLASSES), 4000),
    "fcn16": _pixels(lambda: fcn.FCN(data.CLASSES, stride=16), 4000),
    "fcn32": _pixels(lambda: fcn.FCN(data.CLASSES, stride=32), 4000),
    "unet": _pixels(lambda: unet.UNet(data.CLASSES), 8000),
    "unet_no_skip": _pixels(lambda: unet.UNet(data.CLASSES, skip=False), 8000),
    "one_stage": Recipe(
        build=lambda: one_stage.GridDetector(data.THING_KINDS),
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
        build=lambda: panoptic.PanopticNet(data.CLASSES),
        fit=lambda m, s, n: panoptic.fit(m, s, iterations=n),  # type: ignore[arg-type]
        score=_panoptic_scores,
        iterations=8000,
    ),
    "mask_rcnn": Recipe(
        build=lambda: faster_rcnn.build(data.THING_KINDS, masks=True),
        fit=lambda m, s, n: faster_rcnn.fit(m, s, iterations=n),
        score=_mask_scores,
        iterations=4000,
    ),
    "single_map": _on_pyramid("single_map"),
    "fpn": _on_pyramid("fpn"),
    "detr_anchored": _detr(True),
    "detr_plain": _detr(False),
}
"""作れるモデル。"""
UNSHIPPED: dict[str, Recipe] = {"hierarchy": _on_pyramid("hierarchy")}
"""重みを配らないモデル。章は，``make_runs`` の記録だけを使う。"""


def fitted(name: str, seed: int = 0, iterations: int | None = None) -> nn.Module:
    """作り方のとおりに学習したモデル。``seed`` は，はじめの重みを決める（場面の順番は同じ）。"""
    recipe = (RECIPES | UNSHIPPED)[name]
    runtime.seed_everything(seed)
    # 画素ごとにチャンネルを並べると，CPU の畳み込みが速い。
    model = recipe.build().to(memory_format=torch.channels_last)
    if recipe.borrows_trunk:
        assert isinstance(model, detr.DETR)
        lender = faster_rcnn.pretrained()
        model.trunk.load_state_dict(lender.backbone.state_dict())
    scenes = data.scene_set(TRAINING, "train", recipe.config)
    recipe.fit(model, scenes, iterations or recipe.iterations)
    return model


def packed(model: nn.Module) -> bytes:
    """重みを半精度で並べた，``.safetensors`` の中身。"""
    half = {
        key: value.contiguous().half() if value.is_floating_point() else value
        for key, value in model.state_dict().items()
    }
    return safetensors.torch.save(half)


def train(name: str, iterations: int | None = None) -> dict[str, float]:
    """モデルを学習し，重みと成績を書き，成績を返す。"""
    content = packed(fitted(name, iterations=iterations))
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.safetensors").write_bytes(content)
    entry = {
        "file": f"lessons/weights/scenes/{name}.safetensors",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "licence": "Apache-2.0",
        "source": "本の作る場面で学習した。"
        f"python -m lessons.segmentation.train {name} で作れる（半精度で書く）",
        "iterations": iterations or RECIPES[name].iterations,
        "scores": {},
    }
    _write_entry(name, entry)  # 成績は，書いた重みを読み直して測る
    scores = evaluate(name)
    entry["scores"] = {key: round(value, 4) for key, value in scores.items()}
    _write_entry(name, entry)
    return scores


def _write_entry(name: str, entry: dict[str, object]) -> None:
    text = json.dumps(entry, ensure_ascii=False, indent=2) + "\n"
    (ENTRIES / f"{name}.json").write_text(text, "utf8")


def load(name: str) -> nn.Module:
    """作り方のとおりに組み立てたモデルに，書いてある重みを入れて返す。

    Raises:
        ValueError: 知らない名前のとき。
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    if name not in RECIPES:
        raise ValueError(
            f"モデル {name!r} はありません。ある名前: {', '.join(RECIPES)}"
        )
    return restored(RECIPES[name].build(), name)


def evaluate(name: str) -> dict[str, float]:
    """書いた重みを読み直し，学習に使っていない場面での成績を返す。"""
    recipe = RECIPES[name]
    torch.manual_seed(0)
    return recipe.score(load(name), data.scene_set(TESTING, "test", recipe.config))


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
