"""torchvision の学習ずみの分類器と検出器を，名前で取り寄せる（初回だけインターネットが要る）。

章: attention/cam, attention/deepgaze, attention/grad_cam, segmentation/tasks, segmentation/pose
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
import torchvision
from torch import nn
from torchvision.models import WeightsEnum, get_model, get_model_weights, list_models

from lessons import runtime
from lessons.weights.classifier import Classifier, Eyes
from lessons.weights.ledger import WeightsError
from lessons.weights.photo import checked

WAIT_SECONDS = 30.0
"""返事のない相手を待つ時間。"""

_HASH = re.compile(r"-([0-9a-f]{8,})\.")


class OfflineError(WeightsError):
    """インターネットにつながらないため，重みを取り寄せられなかった。"""


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
    known(name, classifier_names, "分類器")
    weights = get_model_weights(name).DEFAULT
    model = fetched(name, weights)
    preset = weights.transforms()
    eyes = Eyes(
        resize=preset.resize_size[0],
        crop=preset.crop_size[0],
        mean=tuple(preset.mean),
        std=tuple(preset.std),
        interpolation=preset.interpolation,
        antialias=bool(preset.antialias),
    )
    return Classifier(name, model.eval().to(runtime.device()), eyes)


def detector_names() -> list[str]:
    """名前で呼べる検出・切り出しの部品の一覧。"""
    tasks = torchvision.models.detection, torchvision.models.segmentation
    return [name for task in tasks for name in list_models(module=task)]


@dataclass(frozen=True)
class TorchvisionDetector:
    """torchvision の学習ずみの検出器。COCO や VOC の重みを持つ。"""

    name: str
    model: nn.Module
    classes: list[str]  # 番号の順の英語名
    transforms: nn.Module

    @torch.no_grad()
    def answer(self, photo: np.ndarray) -> dict[str, np.ndarray]:
        """写真 ``(H, W, 3)`` uint8 への答えを返す。

        Returns:
            検出器なら ``boxes`` (n, 4)，``labels``，``scores`` と，
            種類により ``masks`` (n, 1, H, W)，``keypoints`` (n, 17, 3)。
            意味的な切り出しなら ``out`` (種類, h, w)。
        """
        picture = torch.from_numpy(checked(photo)).permute(2, 0, 1)
        x = self.transforms(picture).to(runtime.device())
        found = self.model(x[None])
        first = {k: v[0] for k, v in found.items()} if _is_map(found) else found[0]
        return {key: value.cpu().numpy() for key, value in first.items()}


def _is_map(found: object) -> bool:
    return isinstance(found, dict)


def torchvision_detector(name: str) -> TorchvisionDetector:
    """torchvision の検出器を，学習ずみの重みとともに用意する。

    Args:
        name: ``fasterrcnn_resnet50_fpn_v2``，``maskrcnn_resnet50_fpn_v2``，
            ``keypointrcnn_resnet50_fpn``，``deeplabv3_mobilenet_v3_large`` など。

    Raises:
        ValueError: 知らない名前のとき。似た名前を挙げる。
        OfflineError: インターネットにつながらないとき。
        WeightsError: ファイルが壊れているとき，または配り手が断ったとき。
    """
    known(name, detector_names, "検出器")
    weights = get_model_weights(name).DEFAULT
    model = fetched(name, weights, "nanodet")
    return TorchvisionDetector(
        name,
        model.eval().to(runtime.device()),
        list(weights.meta["categories"]),
        weights.transforms(),
    )


def known(name: str, names: Callable[[], list[str]], what: str) -> None:
    """知らない名前を，似た名前を挙げて断る。"""
    if name in names():
        return
    close = difflib.get_close_matches(name, names(), n=5, cutoff=0.4) or names()[:3]
    raise ValueError(
        f"torchvision に{what} {name!r} はありません。似た名前: {', '.join(close)}"
        f"（一覧は lessons.weights.{names.__name__}() で見られます）。"
    )


def fetched(
    name: str, weights: WeightsEnum, instead: str = "efficientnet_lite0"
) -> nn.Module:
    """重みを取り寄せて確かめ，ネットワークを組み立てる。"""
    with _explained(name, weights, instead):
        _check_kept_file(weights)
        # テンソルだけを許して一度読み，中身を確かめてから組み立てる。
        weights.get_state_dict(progress=False, check_hash=True, weights_only=True)
        return get_model(name, weights=weights, progress=False)


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
            f"インターネットの要らない lessons.weights.{instead}() を使ってください。"
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
