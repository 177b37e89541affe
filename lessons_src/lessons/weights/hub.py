"""torchvision の学習ずみ分類器を，名前で取り寄せる（初回だけインターネットが要る）。

章: attention/cam, attention/grad_cam
torchvision 自身の重みの仕組みを使い，ファイルの名前にある sha256 の始まりを確かめます。
"""

from __future__ import annotations

import difflib
import hashlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlparse

import torch
import torchvision
from torchvision.models import WeightsEnum, get_model, get_model_weights, list_models

from lessons import runtime
from lessons.weights.classifier import Classifier, Eyes
from lessons.weights.ledger import WeightsError

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
    if name not in classifier_names():
        close = difflib.get_close_matches(name, classifier_names(), n=5, cutoff=0.4)
        raise ValueError(
            f"torchvision に分類器 {name!r} はありません。"
            f"似た名前: {', '.join(close) if close else 'resnet50, mobilenet_v2'}"
            "（一覧は lessons.weights.classifier_names() で見られます）。"
        )
    weights = get_model_weights(name).DEFAULT
    with _explained(name, weights):
        _check_kept_file(weights)
        # テンソルだけを許して一度読み，中身を確かめてから組み立てる。
        weights.get_state_dict(progress=False, check_hash=True, weights_only=True)
        model = get_model(name, weights=weights, progress=False)
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
def _explained(name: str, weights: WeightsEnum) -> Iterator[None]:
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
            "インターネットの要らない lessons.weights.efficientnet_lite0() を使ってください。"
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
