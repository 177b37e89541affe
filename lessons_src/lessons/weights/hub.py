"""torchvision の学習ずみの分類器・検出器・意味的切り出しを，名前で取り寄せる（初回だけインターネットが要る）。

torchvision 自身の重みの仕組みを使い，ファイルの名前にある sha256 の始まりを確かめます。
"""

from __future__ import annotations

import difflib
import hashlib
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlparse

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn
from torchvision.models import WeightsEnum, get_model, get_model_weights, list_models

from lessons import runtime
from lessons.weights.classifier import Classifier, Eyes
from lessons.weights.errors import OfflineError, WeightsError
from lessons.weights.photo import checked

WAIT_SECONDS = 30.0
"""返事のない相手を待つ時間。"""

_HASH = re.compile(r"-([0-9a-f]{8,})\.")


def classifier_names() -> list[str]:
    """名前で呼べる分類器の一覧。"""
    return list_models(module=torchvision.models)


def torchvision_classifier(name: str) -> Classifier:
    """torchvision の分類器を，ImageNet の重みとともに用意する。

    Args:
        name: ``resnet50``，``densenet121``，``mobilenet_v2`` など。

    Raises:
        ValueError: 知らない名前のとき。似た名前を挙げる。
        OfflineError: インターネットにつながらないとき。
        WeightsError: ファイルが壊れているとき，または配り手が断ったとき。
    """
    model, weights = _trained(name, classifier_names, "分類器", "efficientnet_lite0")
    preset = weights.transforms()
    eyes = Eyes(
        resize=preset.resize_size[0],
        crop=preset.crop_size[0],
        mean=tuple(preset.mean),
        std=tuple(preset.std),
        interpolation=preset.interpolation,
        antialias=bool(preset.antialias),
    )
    return Classifier(name, model, eyes)


def detector_names() -> list[str]:
    """名前で呼べる検出器の一覧。"""
    return list_models(module=torchvision.models.detection)


@dataclass(frozen=True)
class _PhotoModel:
    """写真一枚を，torchvision の決まりのとおりに整えて見る部品。"""

    name: str
    model: nn.Module
    classes: list[str]  # 番号の順の英語名。0 は背景
    transforms: nn.Module

    def input(self, photo: np.ndarray) -> Tensor:
        """写真 ``(H, W, 3)`` uint8 を，ネットワークの入力 ``(1, 3, h, w)`` にする。"""
        picture = torch.from_numpy(checked(photo)).permute(2, 0, 1)
        return self.transforms(picture).to(runtime.device())[None]


@dataclass(frozen=True)
class TorchvisionDetector(_PhotoModel):
    """torchvision の学習ずみの検出器。COCO の重みを持つ。"""

    @torch.no_grad()
    def answer(self, photo: np.ndarray) -> dict[str, np.ndarray]:
        """写真 ``(H, W, 3)`` uint8 への答えを返す。

        Returns:
            ``boxes`` (n, 4)，``labels``，``scores`` と，
            種類により ``masks`` (n, 1, H, W)，``keypoints`` (n, 17, 3)。
        """
        (found,) = self.model(self.input(photo))
        return {key: value.cpu().numpy() for key, value in found.items()}


def torchvision_detector(name: str) -> TorchvisionDetector:
    """torchvision の検出器を，学習ずみの重みとともに用意する。

    Args:
        name: ``fasterrcnn_resnet50_fpn_v2``，``maskrcnn_resnet50_fpn_v2``，
            ``keypointrcnn_resnet50_fpn`` など。

    Raises:
        ValueError: 知らない名前のとき。似た名前を挙げる。
        OfflineError: インターネットにつながらないとき。
        WeightsError: ファイルが壊れているとき，または配り手が断ったとき。
    """
    model, weights = _trained(name, detector_names, "検出器", "nanodet")
    return TorchvisionDetector(name, model, *_reading(weights))


def segmenter_names() -> list[str]:
    """名前で呼べる意味的切り出しの一覧。"""
    return list_models(module=torchvision.models.segmentation)


@dataclass(frozen=True)
class TorchvisionSegmenter(_PhotoModel):
    """torchvision の学習ずみの意味的切り出し。背景と PASCAL VOC の 20 種類を合わせた，21 種類を答える。"""

    @torch.no_grad()
    def segment(self, photo: np.ndarray) -> np.ndarray:
        """写真 ``(H, W, 3)`` uint8 の画素ごとの種類 ``(H, W)`` int64 を返す。"""
        scores = self.model(self.input(photo))["out"]  # (1, C, h, w)
        size = tuple(np.asarray(photo).shape[:2])
        fine = F.interpolate(scores, size, mode="bilinear", align_corners=False)
        return fine[0].argmax(0).cpu().numpy()


def torchvision_segmenter(name: str) -> TorchvisionSegmenter:
    """torchvision の意味的切り出しを，学習ずみの重みとともに用意する。

    Args:
        name: ``deeplabv3_resnet50``，``fcn_resnet50``，``lraspp_mobilenet_v3_large``
            など。

    Raises:
        ValueError: 知らない名前のとき。似た名前を挙げる。
        OfflineError: インターネットにつながらないとき。
        WeightsError: ファイルが壊れているとき，または配り手が断ったとき。
    """
    model, weights = _trained(name, segmenter_names, "意味的切り出し", "selfie")
    return TorchvisionSegmenter(name, model, *_reading(weights))


def _reading(weights: WeightsEnum) -> tuple[list[str], nn.Module]:
    """重みに決められた，番号の順の英語名と，入力の整え方。"""
    return list(weights.meta["categories"]), weights.transforms()


def _trained(
    name: str, names: Callable[[], list[str]], what: str, instead: str
) -> tuple[nn.Module, WeightsEnum]:
    """名前を確かめ，取り寄せた重みで組み立てて，答える用意をする。

    知らない名前は，似た名前を挙げて断る。つながらないときは，
    代わりの ``lessons.weights.{instead}.pretrained()`` を教える。
    """
    if name not in names():
        close = difflib.get_close_matches(name, names(), n=5, cutoff=0.4) or names()[:3]
        raise ValueError(
            f"torchvision に{what} {name!r} はありません。似た名前: {', '.join(close)}"
            f"（一覧は lessons.weights.hub.{names.__name__}() で見られます）。"
        )
    weights = get_model_weights(name).DEFAULT
    with _explained(name, weights, instead):
        _check_kept_file(weights)
        # テンソルだけを許して一度読み，中身を確かめてから組み立てる。
        weights.get_state_dict(progress=False, check_hash=True, weights_only=True)
        model = get_model(name, weights=weights, progress=False)
    return model.eval().to(runtime.device()), weights


def _check_kept_file(weights: WeightsEnum) -> None:
    """前に取り寄せたファイルがあれば，その sha256 を確かめる（torchvision は調べない）。"""
    file = Path(urlparse(weights.url).path).name
    kept = Path(torch.hub.get_dir(), "checkpoints", file)
    wanted = _HASH.search(file)
    if not kept.is_file() or not wanted:
        return
    digest = hashlib.sha256(kept.read_bytes()).hexdigest()
    if not digest.startswith(wanted[1]):
        raise WeightsError(
            f"取り寄せてあった重み {kept} は壊れているため，読みませんでした"
            f"（sha256 は {digest[:8]}…，正しくは {wanted[1]}…）。"
            "このファイルを消して，もう一度動かしてください。"
        )


@contextmanager
def _explained(name: str, weights: WeightsEnum, instead: str) -> Iterator[None]:
    """取り寄せの失敗を，日本語の一文に変える。"""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(WAIT_SECONDS)
    try:
        yield
    except HTTPError as error:
        raise WeightsError(
            f"{name} の重みを取り寄せられませんでした。{weights.url} の答え: {error.code}。"
            "時間をおいて試すか，別の名前を選んでください。"
        ) from error
    except (URLError, TimeoutError, ConnectionError) as error:
        raise OfflineError(
            f"インターネットにつながらないため，{name} の重みを取り寄せられませんでした。"
            "つながる所でもう一度動かすか，"
            f"インターネットの要らない lessons.weights.{instead}.pretrained() を使ってください。"
        ) from error
    except RuntimeError as error:
        if "invalid hash value" not in str(error):
            raise
        raise WeightsError(
            f"{name} の重みは，届いたファイルの sha256 が名前と違うため，読みませんでした。"
            "通信の途中で壊れたようです。もう一度動かしてください。"
        ) from error
    finally:
        socket.setdefaulttimeout(before)
