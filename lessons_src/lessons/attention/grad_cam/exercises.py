"""章 attention/grad_cam の練習。"""

from __future__ import annotations

from typing import Any

import torch

from lessons.answers import choice, number
from lessons.attention.grad_cam.model import grad_cam
from lessons.exercises import Exercise


def _function(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def my_grad_cam(A, G): の形で書きます。"
    g = torch.Generator().manual_seed(0)
    A, G = torch.rand(5, 3, 4, generator=g), torch.randn(5, 3, 4, generator=g)
    L = torch.as_tensor(answer(A, G))
    if L.shape != (3, 4):
        return f"形が {tuple(L.shape)} です。場所を残して (3, 4) にしてください。"
    expected = grad_cam(A, G)
    if torch.allclose(L, expected, atol=1e-5):
        return None
    raw = torch.einsum("k,khw->hw", G.mean(dim=(1, 2)), A)
    if torch.allclose(L, raw, atol=1e-5):
        return "最後の ReLU がありません。負の値を 0 にします。"
    if torch.allclose(L, expected * 12, atol=1e-4):
        return "勾配を合計しています。平均してください。"
    product = (G * A).sum(dim=0)
    if torch.allclose(L, product, atol=1e-5) or torch.allclose(
        L, product.clamp(min=0), atol=1e-5
    ):
        return "それは HiResCAM です。先に，勾配を一枚ごとに平均します。"
    return "G を一枚ごとに平均して重みにし，A にかけて足し，負の値を 0 にします。"


def _my_grad_cam(A: torch.Tensor, G: torch.Tensor) -> torch.Tensor:
    alpha = G.mean(dim=(1, 2))
    return (alpha[:, None, None] * A).sum(dim=0).clamp(min=0)


EXERCISES = [
    Exercise(
        name="grad_cam/layers",
        answer=choice(
            {
                "どちらも超える": "半分を超えるのは，もっと出口に近い層です。二つの層の数を読んでください。",
                "片方だけ超える": "二つの層の数を，0.5 と比べてください。",
                "どちらも超えない": None,
            }
        ),
        solution="どちらも超えない",
        praise="この絵で，名指した物の側へ大きく寄ったのは，最後に近い層でした。",
        known_wrong=(
            ("どちらも超える", "出口に近い層です"),
            ("片方だけ超える", "0.5 と"),
        ),
    ),
    Exercise(
        name="grad_cam/function",
        judge=_function,
        solution=_my_grad_cam,
        praise="CAM の重みを，勾配の平均に替えただけです。",
        known_wrong=(
            (lambda A, G: (G.mean((1, 2))[:, None, None] * A).sum(0), "ReLU"),
            (lambda A, G: (G * A).sum(0), "HiResCAM"),
            (lambda A, G: _my_grad_cam(A, G) * 12, "平均してください"),
            (lambda A, G: (G * A).sum(), "(3, 4)"),
        ),
    ),
    Exercise(
        name="grad_cam/scale",
        answer=number(
            49,
            (7, "縦が 7 ます，横も 7 ますです。ますの数は全部でいくつでしょうか。"),
            (1280, "1280 は特徴地図の枚数です。平均で割るのは，ますの数です。"),
            otherwise="GAP は，ますの数で割る平均です。だから勾配は，重み ÷ ますの数になります。",
            unit="倍",
        ),
        solution=49,
        praise="形は同じで，目盛りだけが 49 分の 1 になります。",
        known_wrong=((7, "全部で"), (1280, "枚数"), (1, "平均")),
    ),
]
