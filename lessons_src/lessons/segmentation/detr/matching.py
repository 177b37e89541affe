"""DETR の組合せを小さな例で調べ，部品を切って働きを調べる（Carion ほか 2020, 3.1 節）。"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lessons.segmentation import data
from lessons.segmentation.detr import model as detr
from lessons.segmentation.metrics import Detections, box_iou
from lessons.stimuli.scenes import Scene


def greedy(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """欲ばりな組合せ：費用の小さい組から順に決める。

    Args:
        cost: クエリと物の組の費用 ``(Q, n)``。有限の値。

    Returns:
        クエリの番号と物の番号。物の番号の順。

    Raises:
        ValueError: 費用に NaN または無限大があるとき。
    """
    cost = np.asarray(cost, float)
    if not np.isfinite(cost).all():
        raise ValueError("cost に NaN または無限大があります。有限の数にしてください。")
    pairs: list[tuple[int, int]] = []
    for place in np.argsort(cost, axis=None, kind="stable"):
        q, t = (int(v) for v in np.unravel_index(place, cost.shape))
        if all(q != used and t != done for used, done in pairs):
            pairs.append((q, t))
    pairs.sort(key=lambda pair: pair[1])
    array = np.array(pairs, int).reshape(-1, 2)
    return array[:, 0], array[:, 1]


@dataclass(frozen=True)
class Counted:
    """物一つあたりの答えの数。"""

    objects: int  # 物の数
    repeated: float  # 物一つあたりの，余分な答えの数
    missed: float  # 答えのない物の割合


def count_answers(
    found: Sequence[Detections], scenes: Sequence[Scene], threshold: float = 0.5
) -> Counted:
    """確信度が ``threshold`` を超える答えを，物ごとに数える。

    種類が同じで IoU が 0.5 を超える答えを，その物への答えとみなす。

    Raises:
        ValueError: 場面と検出の数が違うとき，または検出に確信度がないとき。
    """
    if len(found) != len(scenes):
        raise ValueError(
            f"場面の数が違います（検出 {len(found)}，場面 {len(scenes)}）。"
        )
    objects, repeated, missed = 0, 0, 0
    for answer, scene in zip(found, scenes, strict=True):
        if answer.scores is None:
            raise ValueError("検出には scores（確信度）が要ります。")
        sure = answer.scores > threshold
        same = answer.labels[sure][:, None] == scene.labels[None]
        hits = same & (box_iou(answer.regions[sure], scene.boxes) > 0.5)  # (k, n)
        each = hits.sum(0)
        objects += len(scene.labels)
        repeated += int(np.clip(each - 1, 0, None).sum())
        missed += int((each == 0).sum())
    total = max(1, objects)
    return Counted(objects, repeated / total, missed / total)


PARTS = ("among", "image", "mix")
"""切れる部品：クエリどうしの注意，画像への注意，全結合（復号器の一段の中の順）。"""


def lesioned(
    model: detr.DETR, part: str, mean_over: Sequence[Scene] | None = None
) -> detr.DETR:
    """復号器のすべての段で，部品 ``part`` の働きを止めた写しを返す。元は変えない。

    部品の出力を，場面によらない決まった値に置き換える。``mean_over`` を渡すと，その場面での
    出力の，クエリごとの平均にする。渡さなければ 0 にする。0 にすると，いつも足されていた
    平均まで失われ，後の層が見たことのない値になる。

    Raises:
        ValueError: 知らない部品か，平均を取る場面がないとき。
    """
    if part not in PARTS:
        raise ValueError(
            f"部品 {part!r} はありません。{'・'.join(PARTS)} のどれかにしてください。"
        )
    if mean_over is not None and not mean_over:
        raise ValueError("平均を取る場面がありません。一つ以上の場面を渡してください。")
    cut = copy.deepcopy(model)
    outputs = _outputs(model, part, mean_over) if mean_over else None
    for number, layer in enumerate(cut.decoder):
        fixed = None if outputs is None else outputs[number].mean(0)  # (Q, D)
        getattr(layer, part).register_forward_hook(_replacing(fixed))
    return cut


def _output(returned: torch.Tensor | tuple[torch.Tensor, ...]) -> torch.Tensor:
    """部品の出力 ``(B, Q, D)``。注意の部品は，重みとの組を返す。"""
    return returned[0] if isinstance(returned, tuple) else returned


def _replacing(fixed: torch.Tensor | None) -> Callable[..., object]:
    """部品の出力を ``fixed``（なければ 0）に置き換える関数。"""

    def replace(_: object, __: object, returned: Any) -> object:
        usual = _output(returned)
        new = torch.zeros_like(usual) if fixed is None else fixed.expand_as(usual)
        return (new, *returned[1:]) if isinstance(returned, tuple) else new

    return replace


def _outputs(
    model: detr.DETR, part: str, scenes: Sequence[Scene]
) -> list[torch.Tensor]:
    """段ごとに，部品の出力 ``(場面, Q, D)`` を集める。"""
    seen: list[list[torch.Tensor]] = [[] for _ in model.decoder]
    hooks = [
        getattr(layer, part).register_forward_hook(
            lambda _, __, returned, kept=kept: kept.append(_output(returned).detach())
        )
        for layer, kept in zip(model.decoder, seen, strict=True)
    ]
    detr.detect(model, scenes)
    for hook in hooks:
        hook.remove()
    return [torch.cat(kept) for kept in seen]


@torch.no_grad()
def spotlight(
    model: detr.DETR, scenes: Sequence[Scene], threshold: float = 0.5
) -> tuple[float, float]:
    """答えたクエリの注意のうち，自分の四角の中に入る割合と，四角の面積の割合。

    Returns:
        （中に入る割合の平均，面積の割合の平均）。答えがなければ ``nan`` の組。
    """
    model.eval()
    inside, area = [], []
    for scene in scenes:
        answers, weight = model(data.to_tensor(scene.image[None]))
        kinds, boxes = answers[-1]
        rows, columns = weight.shape[-2:]
        y = ((torch.arange(rows) + 0.5) / rows)[:, None]
        x = ((torch.arange(columns) + 0.5) / columns)[None]
        sure = kinds[0].softmax(-1)[:, :-1].amax(-1) > threshold
        for seen, box in zip(weight[0][sure], boxes[0][sure], strict=True):
            cx, cy, w, h = box
            in_box = ((x - cx).abs() <= w / 2) & ((y - cy).abs() <= h / 2)  # (h, w)
            inside.append(float(seen[in_box].sum() / seen.sum()))
            area.append(float(in_box.float().mean()))
    if not inside:
        return float("nan"), float("nan")
    return float(np.mean(inside)), float(np.mean(area))
