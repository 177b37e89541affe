"""装置・乱数・計算の規模。"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from lessons import runtime


def python(code: list[str], **environment: str) -> str:
    """別の Python で動かし，印字を返す。"""
    done = subprocess.run(
        [sys.executable, *code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(("kind", "size"), [("cpu", 3), ("cuda", 100)])
def test_device_kind_can_be_named(
    kind: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LESSONS_DEVICE", kind)
    assert runtime.device_kind() == kind
    assert runtime.budget(full=100, reduced=3) == size


def test_unknown_device_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LESSONS_DEVICE", "gpu")
    with pytest.raises(ValueError, match=r"'gpu' は使えません。cpu か cuda"):
        runtime.device_kind()


def test_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LESSONS_DEVICE", raising=False)
    monkeypatch.setattr(runtime, "_has_gpu", lambda: False)
    assert runtime.device_kind() == "cpu"
    assert runtime.device() == torch.device("cpu")


def test_with_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LESSONS_DEVICE", raising=False)
    monkeypatch.setattr(runtime, "_has_gpu", lambda: True)
    assert runtime.device_kind() == "cuda"
    assert runtime.device() == torch.device("cuda")
    assert runtime.budget(full="全", reduced="小") == "全"


def test_pretended_gpu_computes_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """GPU をまねると規模だけが全規模になり，計算は CPU でできる。名前も CPU の名前。"""
    monkeypatch.setenv("LESSONS_DEVICE", "cuda")
    monkeypatch.setattr(runtime, "_has_gpu", lambda: False)
    assert runtime.device() == torch.device("cpu")
    monkeypatch.setattr(runtime, "_cpu_name", lambda: "この計算機の CPU")
    assert runtime.device_name() == "この計算機の CPU"
    torch.ones(2, device=runtime.device())


def draw() -> tuple[float, float, float]:
    return random.random(), float(np.random.rand()), float(torch.rand(()))


def test_same_seed_gives_the_same_numbers() -> None:
    generator = runtime.seed_everything(7)
    first = (*draw(), torch.rand(3, generator=generator).tolist())
    generator = runtime.seed_everything(7)
    assert (*draw(), torch.rand(3, generator=generator).tolist()) == first
    runtime.seed_everything(8)
    assert draw() != first[:3]


def test_large_seed() -> None:
    runtime.seed_everything(2**40 + 1)
    first = draw()
    runtime.seed_everything(2**40 + 1)
    assert draw() == first


def test_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        runtime.seed_everything(-1)


def test_asked_as_a_program() -> None:
    """``python -m lessons.runtime`` は，装置を JSON の一行で答える。"""
    answer = json.loads(python(["-m", "lessons.runtime"], LESSONS_DEVICE="cpu"))
    assert answer["kind"] == "cpu"
    assert answer["name"]


def test_import_is_light() -> None:
    """装置を尋ねるだけなら，torch を読み込まない。"""
    code = "import sys, lessons.runtime as r; r.device_kind(); print('torch' in sys.modules)"
    assert python(["-c", code], LESSONS_DEVICE="cpu").strip() == "False"
