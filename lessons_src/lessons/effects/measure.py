"""約束のとおりに測る。

部屋の ``effects.py`` の ``MEASURES`` が，約束の名前から測る関数を引く。関数の形は

    def 名前(seed: int, control: str = "", **parameters) -> float | np.ndarray

で，図形の一組か，一つのネットワークの値（項目ごとなら配列）を返す。
"""

from __future__ import annotations

import importlib
import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lessons.effects.protocol import Protocol, ProtocolError

Measure = Callable[..., Any]


def measure_of(protocol: Protocol) -> Measure:
    """約束の測る関数を返す。

    Raises:
        ProtocolError: 部屋の ``MEASURES`` に，その名前がないとき。
    """
    module = f"lessons.{protocol.chapter.replace('/', '.')}.effects"
    measures: dict[str, Measure] = getattr(
        importlib.import_module(module), "MEASURES", {}
    )
    if protocol.id not in measures:
        raise ProtocolError(
            f"{module} の MEASURES に {protocol.id!r} がありません。"
            "約束と同じ名前で，測る関数を登録してください。"
        )
    return measures[protocol.id]


def _values(
    protocol: Protocol, seeds: tuple[int, ...], control: str, parameters: dict[str, Any]
) -> list[list[float]]:
    function = measure_of(protocol)
    found = []
    for seed in seeds:
        unit = np.atleast_1d(function(seed, control, **parameters)).astype(float)
        if not np.isfinite(unit).all():
            raise ProtocolError(
                f"効果 {protocol.id} の値に NaN があります（種 {seed}，対照 {control!r}）。"
            )
        found.append([float(f"{value:.6g}") for value in unit])
    return found


def measure(
    protocol: Protocol, *, sets: int | None = None, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """約束のとおりに測り，記録にする辞書を返す。

    Args:
        protocol: 約束。
        sets: 種の数を，この数に減らす（検査で，記録と比べるため）。頑健さは測らない。
        say: 進み具合を伝える関数。
    """
    import torch

    torch.set_num_threads(1)
    start = time.monotonic()
    seeds = protocol.seeds[:sets]
    say(f"{protocol.id}：モデル")
    model = _values(protocol, seeds, "", protocol.parameters)
    controls = {}
    for name in protocol.controls:
        say(f"{protocol.id}：対照 {name}")
        controls[name] = _values(protocol, seeds, name, protocol.parameters)
    grid = []
    for number, changed in enumerate(() if sets else protocol.grid, start=1):
        say(f"{protocol.id}：頑健さ {number}/{len(protocol.grid)}")
        parameters = {**protocol.parameters, **changed}
        values = _values(protocol, protocol.grid_seeds, "", parameters)
        mean = float(np.mean([np.mean(unit) for unit in values]))
        grid.append({"parameters": changed, "mean": float(f"{mean:.6g}")})
    return {
        "protocol": protocol.digest,
        "seeds": list(seeds),
        "model": model,
        "controls": controls,
        "grid": grid,
        "versions": {"numpy": np.__version__, "torch": torch.__version__},
        "machine": platform.machine(),
        "seconds": round(time.monotonic() - start),
    }
