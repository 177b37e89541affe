"""写真のための DETR-R50 を，transformers で取り寄せる（任意の部品）。"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import torch
from PIL import Image

from lessons import runtime
from lessons.weights.errors import OfflineError, WeightsError

REPOSITORY = "facebook/detr-resnet-50"
"""配り手の置き場所（Apache-2.0）。"""


class PhotoDetector:
    """写真の中の物を四角で囲む DETR-R50（COCO の種類）。"""

    def __init__(self, processor: Any, model: Any) -> None:
        self.processor, self.model = processor, model

    @torch.no_grad()
    def detect(
        self, photo: np.ndarray, threshold: float = 0.9
    ) -> list[tuple[str, float, list[float]]]:
        """写真 ``(H, W, 3)`` uint8 の物を，（英語の名前，確信度，四角）の列で返す。

        Raises:
            ValueError: 写真の形または型が違うとき。
        """
        if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8:
            raise ValueError(
                "写真は (H, W, 3) の uint8 にしてください"
                f"（受け取った形: {photo.shape}，型: {photo.dtype}）。"
            )
        inputs = self.processor(images=Image.fromarray(photo), return_tensors="pt")
        device = runtime.device()
        outputs = self.model(**{key: value.to(device) for key, value in inputs.items()})
        answer = self.processor.post_process_object_detection(
            outputs, target_sizes=[photo.shape[:2]], threshold=threshold
        )[0]
        names = self.model.config.id2label
        return [
            (str(names[int(label)]), float(score), [float(v) for v in box])
            for label, score, box in zip(
                answer["labels"], answer["scores"], answer["boxes"], strict=True
            )
        ]


def pretrained() -> PhotoDetector:
    """学習ずみの DETR-R50 を用意する。初回だけインターネットが要る。

    Raises:
        WeightsError: transformers が入っていないとき。
        OfflineError: 重みを取り寄せられないとき。
    """
    try:
        library = importlib.import_module("transformers")
    except ImportError as error:
        raise WeightsError(
            "DETR-R50 には transformers が要ります。"
            "pip install transformers timm を動かしてから，もう一度試してください。"
        ) from error
    try:
        processor = library.DetrImageProcessor.from_pretrained(REPOSITORY)
        model = library.DetrForObjectDetection.from_pretrained(
            REPOSITORY, use_safetensors=True
        )
    except OSError as error:
        raise OfflineError(
            "インターネットにつながらないため，DETR-R50 の重みを取り寄せられませんでした。"
            "つながる所で，もう一度動かしてください。"
        ) from error
    return PhotoDetector(processor, model.eval().to(runtime.device()))
