"""TensorFlow.js の計算の図を読み，torch で一つずつ実行する。

重みを移した ``nn.Module`` が，元の図と同じ値を出すことを確かめるための道具です。
``weights_from_tfjs.convert`` だけが使います。値は TensorFlow の並び ``(B, H, W, C)`` です。
"""

from __future__ import annotations

import base64
import json
import math
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Node:
    """図の節：名前，演算，入力の名前，設定。"""

    name: str
    op: str
    inputs: list[str]
    attr: dict[str, Any]

    def integers(self, key: str) -> list[int]:
        """整数の列の設定（``strides`` など）。"""
        return [int(i) for i in self.attr[key]["list"]["i"]]

    def integer(self, key: str) -> int:
        """整数の設定。"""
        return int(self.attr[key]["i"])

    def same(self) -> bool:
        """埋め方が SAME なら真。"""
        return base64.b64decode(self.attr["padding"]["s"]) == b"SAME"

    def fused(self) -> list[str]:
        """畳み込みに続けて行う演算の名前。"""
        listed = self.attr.get("fused_ops", {}).get("list", {}).get("s", [])
        return [base64.b64decode(name).decode() for name in listed]


@dataclass(frozen=True)
class Graph:
    """計算の図と，その中の定数。"""

    nodes: list[Node]
    constants: dict[str, Tensor]

    def run(self, x: Tensor, outputs: list[str]) -> list[Tensor]:
        """入力 ``x`` を入れ，``outputs`` の節の値を返す。"""
        values: dict[str, Any] = dict(self.constants)
        for node in self.nodes:
            if node.op == "Const":
                continue
            if node.op == "Placeholder":
                values[node.name] = x
                continue
            inputs = [_pick(values, name) for name in node.inputs]
            values[node.name] = _apply(node, inputs)
        return [_pick(values, name) for name in outputs]


def read(package: Path, name: str) -> Graph:
    """パッケージ（``.tgz``）の中の図 ``models/名前.json`` と，重みを読む。"""
    with tarfile.open(package) as archive:

        def content(file: str) -> bytes:
            member = archive.extractfile(f"package/models/{file}")
            if member is None:
                raise FileNotFoundError(f"{package} の中に {file} がありません。")
            return member.read()

        document = json.loads(content(f"{name}.json"))
        nodes = [
            Node(n["name"], n["op"], n.get("input", []), n.get("attr", {}))
            for n in document["modelTopology"]["node"]
        ]
        constants: dict[str, Tensor] = {}
        for group in document["weightsManifest"]:
            buffer = b"".join(content(path) for path in group["paths"])
            constants |= _constants(buffer, group["weights"])
    return Graph(nodes, constants)


def _constants(buffer: bytes, entries: list[dict[str, Any]]) -> dict[str, Tensor]:
    """並んだバイトを，名前つきの定数に分ける。fp16 は float32 に広げる。"""
    found, at = {}, 0
    for entry in entries:
        stored = entry.get("quantization", {}).get("dtype", entry["dtype"])
        array = np.frombuffer(buffer, stored, math.prod(entry["shape"]), at)
        at += array.nbytes
        wide = array.astype(np.int64 if entry["dtype"] == "int32" else np.float32)
        found[entry["name"]] = torch.from_numpy(wide.reshape(entry["shape"]))
    if at != len(buffer):
        raise ValueError(f"重みの大きさが合いません（{at} と {len(buffer)}）。")
    return found


def _pick(values: dict[str, Any], name: str) -> Any:
    """``名前:番号`` の値を取り出す。"""
    base, _, index = name.partition(":")
    value = values[base]
    return value[int(index or 0)] if isinstance(value, list | tuple) else value


def _apply(node: Node, v: list[Any]) -> Any:
    """演算一つを行う。"""
    op = node.op
    if op in SIMPLE:
        return SIMPLE[op](*v)
    if op in ("Conv2D", "_FusedConv2D"):
        return _convolve(node, v[0], v[1].permute(3, 2, 0, 1), v[2:], 1)
    if op in ("DepthwiseConv2dNative", "FusedDepthwiseConv2dNative"):
        return _convolve(node, v[0], v[1].permute(2, 3, 0, 1), v[2:], v[0].shape[3])
    if op == "Conv2DBackpropInput":
        step = node.integers("strides")[1]
        y = F.conv_transpose2d(_nchw(v[2]), v[1].permute(3, 2, 0, 1), None, step)
        return _nhwc(y)
    if op in ("MaxPool", "AvgPool"):
        pool = F.max_pool2d if op == "MaxPool" else F.avg_pool2d
        window, stride = node.integers("ksize")[1:3], node.integers("strides")[1:3]
        return _nhwc(pool(_nchw(v[0]), window, stride))
    if op == "LeakyRelu":
        return F.leaky_relu(v[0], float(node.attr["alpha"]["f"]))
    if op in ("Pad", "PadV2"):
        pads = v[1].flip(0).flatten().tolist()
        return F.pad(v[0], pads, value=float(v[2]) if op == "PadV2" else 0.0)
    if op == "ResizeBilinear":
        target = v[1].tolist()
        return _nhwc(F.interpolate(_nchw(v[0]), target, mode="bilinear"))
    if op == "ConcatV2":
        return torch.cat(v[:-1], int(v[-1]))
    if op == "Pack":
        axis = int(node.attr.get("axis", {}).get("i", 0))
        return torch.stack(v, axis)
    if op == "Unpack":
        return list(v[0].unbind(int(node.attr.get("axis", {}).get("i", 0))))
    if op == "Squeeze":
        dims = node.attr.get("squeeze_dims", {}).get("list", {}).get("i", [])
        return v[0].squeeze([int(d) for d in dims]) if dims else v[0].squeeze()
    if op == "Cast":
        whole = node.attr["DstT"]["type"] == "DT_INT32"
        return v[0].long() if whole else v[0].float()
    raise NotImplementedError(f"演算 {op}（節 {node.name}）は用意していません。")


def _nchw(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)


def _nhwc(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1)


def _convolve(
    node: Node, x: Tensor, kernel: Tensor, bias: list[Tensor], groups: int
) -> Tensor:
    x, stride = _nchw(x), node.integers("strides")[1]
    if node.same():
        pads = []
        for side, k in zip(
            reversed(x.shape[2:]), reversed(kernel.shape[2:]), strict=True
        ):
            total = max((-(-side // stride) - 1) * stride + k - side, 0)
            pads += [total // 2, total - total // 2]
        x = F.pad(x, pads)
    y = F.conv2d(x, kernel, bias[0] if bias else None, stride, groups=groups)
    for name in node.fused():
        y = {"BiasAdd": lambda t: t, "Relu": F.relu, "Relu6": F.relu6}[name](y)
    return _nhwc(y)


def _sparse(at: Tensor, size: Tensor, value: Tensor, default: Tensor) -> Tensor:
    dense = torch.full(size.tolist(), int(default), dtype=value.dtype)
    dense[tuple(at.T)] = value
    return dense


SIMPLE: dict[str, Any] = {
    "Add": torch.add,
    "AddV2": torch.add,
    "AddN": lambda *v: sum(v[1:], v[0]),
    "ArgMax": lambda x, axis: x.argmax(int(axis)),
    "ExpandDims": lambda x, axis: x.unsqueeze(int(axis)),
    "FloorDiv": lambda a, b: a // b,
    "GatherNd": lambda x, at: x[tuple(at.long().unbind(-1))],
    "Identity": lambda x: x,
    "Mul": torch.mul,
    "RealDiv": torch.div,
    "Relu": F.relu,
    "Relu6": F.relu6,
    "Reshape": lambda x, shape: x.reshape(shape.tolist()),
    "Sigmoid": torch.sigmoid,
    "SparseToDense": _sparse,
    "SplitV": lambda x, sizes, axis: x.split(sizes.tolist(), int(axis)),
    "Sqrt": torch.sqrt,
    "SquaredDifference": lambda a, b: (a - b) ** 2,
    "Sub": torch.sub,
    "Transpose": lambda x, order: x.permute(order.tolist()),
}
"""設定の要らない演算。"""
