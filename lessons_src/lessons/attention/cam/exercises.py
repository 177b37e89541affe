"""章 attention/cam の練習。"""

from __future__ import annotations

from typing import Any

import torch

from lessons.answers import near, number
from lessons.attention.cam.model import cam
from lessons.attention.composites import SUBJECTS, share_inside, side_by_side
from lessons.exercises import Exercise
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0


def _function(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def my_cam(A, w): の形で書きます。"
    g = torch.Generator().manual_seed(0)
    A, w = torch.rand(5, 3, 4, generator=g), torch.randn(5, generator=g)
    M = torch.as_tensor(answer(A, w))
    if M.shape != (3, 4):
        return (
            f"形が {tuple(M.shape)} です。チャンネルについて足し合わせ，"
            "場所は残して (3, 4) にします。"
        )
    expected = torch.einsum("k,khw->hw", w, A)
    if torch.allclose(M, expected, atol=1e-5):
        return None
    if torch.allclose(M, expected.clamp(min=0), atol=1e-5):
        return "負の値を捨てています。CAM では残します（捨てるのは Grad-CAM です）。"
    if torch.allclose(M, expected / 5, atol=1e-5):
        return "チャンネルの数で割っています。割らずに足し合わせます。"
    return "A の k 枚目に w の k 番目をかけて，k について足し合わせます。"


def _point(answer: Any) -> str | None:
    net = efficientnet_lite0.pretrained()
    views = [net.view(photos.load(name)) for name in ("coffee", "camera")]
    picture, regions = side_by_side(*views)
    found = cam(net.model, net.eyes.tensor(picture), answer)
    share = share_inside(found.M, regions[0])
    if share >= 0.8:
        chance = net.probabilities(photos.load("coffee"))[answer]
        if chance >= 0.01:
            return None
        return (
            "地図は左へ向きましたが，その名前は写真に合いません"
            f"（左の写真での確率は {chance:.4f}）。写っている物の名前を選んでください。"
        )
    if answer == SUBJECTS["camera"]:
        return "872 は三脚です。地図は右の写真家へ向きます。左の写真の物を名指します。"
    return (
        f"その番号では，左の写真に入る CAM は {share:.0%} です。"
        "左の写真に写っている物の名前を，names から探してください。"
    )


def _my_cam(A: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    return (w[:, None, None] * A).sum(dim=0)


EXERCISES = [
    Exercise(
        name="cam/score",
        answer=number(
            near(1.5, 0.01),
            (
                near(4.5, 0.01),
                "M を合計しています。GAP は平均なので，M も平均してください。",
            ),
            (near(1.0, 0.01), "バイアス 0.5 を足し忘れています。"),
            otherwise="まず M = 2 × A₁ − 1 × A₂ の四つのます目を書き，平均してから 0.5 を足します。",
        ),
        solution=1.5,
        praise="地図の平均にバイアスを足すと，得点になります。",
        known_wrong=((4.5, "平均"), (1.0, "バイアス"), (7.0, "ます目")),
    ),
    Exercise(
        name="cam/function",
        judge=_function,
        solution=_my_cam,
        praise="この一行が CAM のすべてです。",
        known_wrong=(
            (lambda A, w: _my_cam(A, w).clamp(min=0), "Grad-CAM"),
            (lambda A, w: (w[:, None, None] * A).mean(dim=0), "割らずに"),
            (lambda A, w: (w[:, None, None] * A).mean(dim=(1, 2)), "(3, 4)"),
            (lambda A, w: A.sum(dim=0), "かけて"),
        ),
    ),
    Exercise(
        name="cam/point",
        judge=_point,
        solution=967,
        praise="同じ絵でも，問いを変えると地図が動きます。",
        known_wrong=(
            (872, "三脚"),
            (0, "合いません"),
            (759, "入る CAM"),
            (5000, "0 から 999"),
        ),
    ),
]
