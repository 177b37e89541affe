"""場面の正解を COCO の形で書き出す。ほかの道具でも読めるようにするため。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.stimuli import people
from lessons.stimuli.scenes import THINGS, Scene


def to_coco(scenes: list[Scene]) -> dict[str, Any]:
    """場面の正解を，COCO の形の辞書にする（JSON にそのまま書ける）。

    形は，圧縮しない RLE（列の順）で書く。``pycocotools`` でそのまま読める。

    Raises:
        ValueError: 物の種類の並びが違う場面が混じっているとき（番号の意味が変わるため）。
    """
    things = scenes[0].things if scenes else tuple(THINGS)
    if any(scene.things != things for scene in scenes):
        raise ValueError(
            "物の種類の並びが違う場面が混じっています。同じ設定で作った場面だけを渡してください。"
        )
    categories: list[dict[str, Any]] = []
    for number, name in enumerate(things, start=1):
        entry: dict[str, Any] = {"id": number, "name": name, "supercategory": "thing"}
        if name == "person":
            entry["keypoints"] = list(people.KEYPOINTS)
            entry["skeleton"] = [[a + 1, b + 1] for a, b in people.LIMBS]
        categories.append(entry)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, scene in enumerate(scenes, start=1):
        height, width = scene.image.shape[:2]
        name = f"scene_{image_id:06d}.png"
        images.append(
            {"id": image_id, "file_name": name, "height": height, "width": width}
        )
        for label, box, mask, joints in zip(
            scene.labels, scene.boxes, scene.masks, scene.keypoints, strict=True
        ):
            x1, y1, x2, y2 = (float(value) for value in box)
            entry = {
                "id": len(annotations) + 1,
                "image_id": image_id,
                "category_id": int(label) + 1,
                "bbox": [x1, y1, x2 - x1, y2 - y1],
                "area": float(mask.sum()),
                "segmentation": {"size": [height, width], "counts": _run_lengths(mask)},
                "iscrowd": 0,
            }
            if things[label] == "person":
                entry["keypoints"] = [float(value) for value in joints.ravel()]
                entry["num_keypoints"] = int((joints[:, 2] > 0).sum())
            annotations.append(entry)
    return {"images": images, "annotations": annotations, "categories": categories}


def _run_lengths(mask: np.ndarray) -> list[int]:
    """形を，列の順に 0 と 1 の続く長さで表す（0 から始める）。"""
    flat = mask.T.ravel()
    change = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(np.concatenate([[0], change, [flat.size]])).tolist()
    return ([0] if flat[0] else []) + runs
