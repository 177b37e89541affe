"""読者の写真で動かすネットワーク：torch の部品を ONNX にして，頁に渡す。

章のセルが ``interactive.network(…)`` を呼ぶと，部品を ONNX に書き出し，重みを縮め，
見本の写真での答えが torch と同じことを確かめてから，頁と一緒に配るファイルにします。
頁では，読者がボタンを押したときにだけ読み込まれ，端末の中で動きます（``lab.js``）。
置き場所は環境変数 ``LESSONS_ASSETS`` が決めます。ないとき（Colab など）は何も書き出しません。
"""

from __future__ import annotations

import gzip
import inspect
import io
import json
import os
import re
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from lessons.page_files import ASSETS, put

if TYPE_CHECKING:
    import torch
    from torch import nn

MOST_BYTES = 8 * 1024 * 1024
"""ネットワーク一つの大きさの上限（配るときのバイト数）。"""
KINDS = ("saliency", "cam", "pose", "boxes")
"""頁での見せ方。``lab-views.js`` にある。"""
FITS = ("crop", "pad")
"""写真を正方形にするやり方：中央を切り取る，余白を足す。"""
PRECISIONS = ("fp16", "int8")
"""重みの縮め方。"""
SMALLEST = 256
"""これより数の少ない重みは縮めない。"""
OPSET = 17
INPUT = "photo"


class NetworkError(ValueError):
    """ネットワークを頁に渡せない。文は「ファイル:行」から始まり，どうすればよいかを言う。"""


@dataclass(frozen=True)
class Lab:
    """頁の欄一つ。

    Attributes:
        kind: 見せ方（``KINDS`` の名前）。
        title: 欄の題。
        words: 欄の初めの説明。一文ずつ。
        outputs: 部品の出力の名前。順番は ``forward`` のとおり。
        side: 部品に見せる正方形の一辺（画素）。
        fit: 写真を正方形にするやり方（``FITS`` の名前）。
        fill: 余白の色（0〜255）。
        precision: 重みの縮め方（``PRECISIONS`` の名前）。
        tolerance: 出力ごとに許す，torch との差。書かなければ 0.001。
        answers: いちばん大きい値の番号が，torch と同じでなければならない出力。
        data: 見せるのに使う値（答えの名前，骨の組など）。JSON にできるもの。
    """

    kind: str
    title: str
    words: Sequence[str]
    outputs: Sequence[str]
    side: int
    fit: str = "crop"
    fill: Sequence[int] = (0, 0, 0)
    precision: str = "fp16"
    tolerance: Mapping[str, float] = field(default_factory=dict)
    answers: Sequence[str] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def network(module: nn.Module, examples: Mapping[str, np.ndarray], lab: Lab) -> None:
    """部品を，読者の写真で動かす欄として頁に置く。

    Args:
        module: ``(1, 3, side, side)``（0〜255 の RGB）を受け取り，``lab.outputs`` の順に
            テンソルを返す部品。大きさの変わらない計算だけで書く。
        examples: 見本の写真。``{日本語の名前: (H, W, 3) uint8}``。初めのものが，すぐ試せる見本。
        lab: 欄の設定。

    Raises:
        NetworkError: 書き出せないとき，大きすぎるとき，答えが torch と違うとき。
    """
    from IPython.display import display

    words = f"（「{lab.title}」は，本の頁で試せます。）"
    folder = os.environ.get(ASSETS, "")
    if not folder:
        print(words)
        return
    page, names = to_page(module, examples, lab, Path(folder))
    display(
        {"text/html": page, "text/plain": words}, raw=True, metadata={"assets": names}
    )


def to_page(
    module: nn.Module, examples: Mapping[str, np.ndarray], lab: Lab, folder: Path
) -> tuple[str, list[str]]:
    """ネットワークを ``folder`` に書き，頁に置く HTML と，書いたファイルの名前を返す。"""
    _check(module, examples, lab)
    squares = {name: square(photo, lab) for name, photo in examples.items()}
    content = export(module, list(squares.values()), lab)
    packed = gzip.compress(content, 9, mtime=0)
    if len(packed) > MOST_BYTES:
        raise NetworkError(
            f"{_place(module)}: ネットワーク「{lab.title}」が {len(packed) / 1e6:.1f} MB あります"
            f"（上限 {MOST_BYTES / 1e6:.1f} MB）。precision を int8 にするか，小さい部品を使ってください。"
        )
    model = put(folder, packed, ".bin")
    samples = [
        {"name": name, "file": put(folder, _webp(photo, lab), ".webp")}
        for name, photo in examples.items()
    ]
    spec = {
        "kind": lab.kind,
        "title": lab.title,
        "words": list(lab.words),
        "side": lab.side,
        "fit": lab.fit,
        "fill": f"rgb({' '.join(map(str, lab.fill))})",
        "network": model,
        "bytes": len(packed),
        "samples": samples,
        "data": dict(lab.data),
    }
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    plan = put(folder, text.encode(), ".json")
    first = next(iter(examples))
    width, height = _shown_size(examples[first], lab)
    words = "".join(f"<p>{escape(word)}</p>" for word in lab.words)
    page = (
        f'<div class="lab" role="group" aria-label="{escape(lab.title, quote=True)}" '
        f'data-state="off" data-spec="asset:{plan}" data-bytes="{len(packed)}">'
        f'<p class="lab-title"><b>{escape(lab.title)}</b></p>{words}'
        f'<img class="lab-sample" src="asset:{samples[0]["file"]}" width="{width}" '
        f'height="{height}" loading="lazy" decoding="async" alt="見本の写真：{escape(first)}">'
        '<p class="lab-off">この欄は，本の頁で，JavaScript が動くときに試せます。</p>'
        '<div class="lab-place"></div>'
        '<p class="lab-status" role="status" aria-live="polite"></p></div>'
    )
    return page, [model, plan, *(one["file"] for one in samples)]


def _check(module: nn.Module, examples: Mapping[str, np.ndarray], lab: Lab) -> None:
    where = f"{_place(module)}: ネットワーク「{lab.title}」"
    for value, known, what in (
        (lab.kind, KINDS, "見せ方（kind）"),
        (lab.fit, FITS, "写真の合わせ方（fit）"),
        (lab.precision, PRECISIONS, "重みの縮め方（precision）"),
    ):
        if value not in known:
            raise NetworkError(
                f"{where}の{what} {value!r} はありません。使える名前: {', '.join(known)}"
            )
    if not examples:
        raise NetworkError(
            f"{where}に見本の写真がありません。examples に一枚以上渡してください。"
        )
    for name, photo in examples.items():
        pixels = np.asarray(photo)
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise NetworkError(
                f"{where}の見本「{name}」の形が {pixels.shape}，型が {pixels.dtype} です。"
                "(高さ, 幅, 3) の uint8 にしてください。"
            )


def square(photo: np.ndarray, lab: Lab) -> np.ndarray:
    """写真を，部品に見せる正方形 ``(side, side, 3)`` uint8 にする。頁の中と同じ合わせ方。"""
    height, width = photo.shape[:2]
    picture = Image.fromarray(photo)
    pick = min if lab.fit == "crop" else max
    scale = lab.side / pick(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = picture.resize(size, Image.Resampling.BILINEAR)
    whole = Image.new("RGB", (lab.side, lab.side), tuple(lab.fill))
    whole.paste(small, ((lab.side - size[0]) // 2, (lab.side - size[1]) // 2))
    return np.asarray(whole)


def as_input(pixels: np.ndarray) -> torch.Tensor:
    """正方形の写真 ``(side, side, 3)`` uint8 を，入力 ``(1, 3, side, side)`` にする。"""
    import torch

    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()


def export(module: nn.Module, squares: Sequence[np.ndarray], lab: Lab) -> bytes:
    """ONNX に書き出し，重みを縮め，どの見本でも答えが torch と同じことを確かめる。

    Returns:
        ONNX のファイルの中身。
    """
    import onnx
    import onnxruntime
    import torch

    module = module.cpu().eval()
    try:
        with (
            warnings.catch_warnings(),
            torch.no_grad(),
            tempfile.TemporaryDirectory() as folder,
        ):
            warnings.simplefilter("ignore")
            path = Path(folder, "network.onnx")
            torch.onnx.export(
                module,
                (as_input(squares[0]),),
                path,
                input_names=[INPUT],
                output_names=list(lab.outputs),
                opset_version=OPSET,
                dynamo=False,  # 新しい書き出しは，この本の計算で 15 倍かかり，型を間違える
            )
            model = onnx.load(path)
    except Exception as error:  # 書き出せないわけは，さまざまな例外で伝えられる
        raise NetworkError(
            f"{_place(module)}: ネットワーク「{lab.title}」を ONNX に書き出せません"
            f"（{_reason(error)}）。その計算を，大きさの変わらない，ふつうのテンソルの計算に替えてください。"
        ) from error
    content = shrink(model, lab.precision)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        content, options, providers=["CPUExecutionProvider"]
    )
    for pixels in squares:
        x = as_input(pixels)
        with torch.no_grad():
            wanted = module(x)
        if not isinstance(wanted, tuple):
            wanted = (wanted,)
        found = session.run(None, {INPUT: x.numpy()})
        for name, ours, theirs in zip(lab.outputs, wanted, found, strict=True):
            limit = lab.tolerance.get(name, 1e-3)
            away = float(np.abs(ours.numpy().astype(float) - theirs).max())
            same = name not in lab.answers or ours.argmax() == theirs.argmax()
            if not (away <= limit and same):
                raise NetworkError(
                    f"{_place(module)}: ネットワーク「{lab.title}」の答え {name!r} が，torch と"
                    f" {away:.2g} 違います（許す差 {limit:g}{'' if same else '。いちばんの答えも違う'}）。precision を fp16 にするか，"
                    "差の訳を確かめて tolerance に書いてください。"
                )
    return content


def shrink(model: Any, precision: str) -> bytes:
    """重みを fp16 か，チャンネルごとの int8 で持たせ，使う前に fp32 に戻させる。"""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    kept, ahead = [], []
    for one in graph.initializer:
        values = numpy_helper.to_array(one)
        if values.dtype != np.float32 or values.size < SMALLEST:
            kept.append(one)
            continue
        # チャンネルの少ない畳み込み（深さ方向など）は，int8 では粗すぎる
        wide = values.ndim == 2 or (values.ndim == 4 and values[0].size >= 64)
        if precision == "int8" and wide:
            scale = int8_scale(values)
            whole = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
            kept.append(numpy_helper.from_array(whole, f"{one.name}_q"))
            kept.append(numpy_helper.from_array(scale, f"{one.name}_s"))
            ahead.append(
                helper.make_node(
                    "Cast", [f"{one.name}_q"], [f"{one.name}_f"], to=TensorProto.FLOAT
                )
            )
            ahead.append(
                helper.make_node("Mul", [f"{one.name}_f", f"{one.name}_s"], [one.name])
            )
        else:
            half = values.astype(np.float16)
            kept.append(numpy_helper.from_array(half, f"{one.name}_h"))
            ahead.append(
                helper.make_node(
                    "Cast", [f"{one.name}_h"], [one.name], to=TensorProto.FLOAT
                )
            )
    nodes = [*ahead, *graph.node]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.node[:]
    graph.node.extend(nodes)
    for one in (model, graph, *graph.node):
        one.doc_string = ""
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def int8_scale(values: np.ndarray) -> np.ndarray:
    """int8 の一目盛り。出力のチャンネルごとに，いちばん大きい重みを 127 とする。

    Args:
        values: 重み ``(出力のチャンネル, …)``。

    Returns:
        目盛り ``(出力のチャンネル, 1, …)``，float32。
    """
    axes = tuple(range(1, values.ndim))
    widest = np.abs(values).max(axis=axes, keepdims=True)
    return (np.maximum(widest, 1e-12) / 127).astype(np.float32)


def _place(module: nn.Module) -> str:
    """部品を書いた「ファイル:行」。頁のセルで書いたものなら，クラスの名前。"""
    kind = type(module)
    try:
        path = Path(inspect.getsourcefile(kind) or "")
        return f"{'/'.join(path.parts[-3:])}:{inspect.getsourcelines(kind)[1]}"
    except (TypeError, OSError):
        return kind.__name__


def _reason(error: Exception) -> str:
    """書き出せないわけ。演算の名前があれば，それだけを言う。"""
    text = str(error)
    found = re.search(r"operator '?([\w:.]+)'?|(aten::\w+)", text)
    name = next(filter(None, found.groups())) if found else ""
    first = text.strip().splitlines()[0][:120] if text.strip() else type(error).__name__
    return f"演算 {name}" if name else first


def _shown_size(photo: np.ndarray, lab: Lab) -> tuple[int, int]:
    """頁で見せる見本の大きさ（画素）。切り取るなら正方形。"""
    height, width = photo.shape[:2]
    if lab.fit == "crop":
        return lab.side, lab.side
    scale = lab.side / max(height, width)
    return round(width * scale), round(height * scale)


def _webp(photo: np.ndarray, lab: Lab) -> bytes:
    """見本の写真のファイルの中身。"""
    picture = Image.fromarray(photo)
    if lab.fit == "crop":
        picture = Image.fromarray(square(photo, lab))
    else:
        picture = picture.resize(_shown_size(photo, lab), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=85, method=6)
    return buffer.getvalue()
