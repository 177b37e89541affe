"""種を増やし，読み出し方も変えて，同じ比較を測り直す。三つの種の順は，種で入れ替わらないか。

読み出し方は二つ。リッジ回帰（``model.readout``）と，見本の平均にいちばん向きの近い名前を答える方法
（``nearest_mean``）。``untrained_finetune`` は，学習していない目を，同じように微調整する対照。

``python -m lessons.recognition.transfer_learning.more_seeds`` が測り，``more_seeds.csv`` に書く（一つのコアで 4 分ほど）。
頁は，その記録を読む。
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from lessons import runtime
from lessons.recognition.networks import inputs
from lessons.recognition.runs import Runs
from lessons.recognition.transfer_learning import model

METHODS = {
    "probe": "目：リッジ回帰",
    "probe_mean": "目：平均に近い名前",
    "pixels": "画素：リッジ回帰",
    "pixels_mean": "画素：平均に近い名前",
    "untrained_mean": "未学習の目：平均に近い名前",
    "finetune": "終わりの段も",
    "untrained_finetune": "未学習の目で，終わりの段も",
    "scratch": "初めから",
}
"""方法の名前から，頁での名前を引く表。"""
EACH = (1, 6)
"""概念ごとの，学習の枚数。"""
SEEDS = 10
RUNS = Runs(
    Path(__file__).with_name("more_seeds.csv"),
    {"method": tuple(METHODS), "each": EACH, "seed": range(SEEDS)},
)
"""すべての方法・枚数・種で測った記録。"""


def nearest_mean(x: torch.Tensor, y: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
    """名前ごとの特徴の平均との，向きの近さ ``(M, classes)``。特徴は，学習の絵でそろえる。

    引数は ``model.readout`` と同じ。
    """
    mean, spread = x.mean(dim=0), x.std(dim=0) + 1e-3
    z, z_new = (x - mean) / spread, (new - mean) / spread
    means = torch.stack([z[y == name].mean(dim=0) for name in y.unique()])
    return F.normalize(z_new, dim=1) @ F.normalize(means, dim=1).T


def _untrained_finetune(lesson: model.Course, seed: int) -> torch.Tensor:
    """学習していない目の，終わりの段と読み出しを学んだ後の得点。"""
    x, new = (
        model.halfway(p, "untrained", seed) for p in (lesson.pictures, lesson.tested)
    )
    g = runtime.seed_everything(seed)
    tail = model.Tail(len(lesson.tested), "untrained", seed).eval()
    optimiser = torch.optim.Adam(tail.parameters(), 1e-3)
    for _ in range(40):
        at = torch.randint(len(x), (32,), generator=g)
        optimiser.zero_grad()
        F.cross_entropy(tail(x[at]), lesson.names[at]).backward()
        optimiser.step()
    with torch.no_grad():
        return tail(new)


@torch.no_grad()
def _features(lesson: model.Course, method: str, seed: int) -> list[torch.Tensor]:
    """学習の絵と試験の絵の特徴。"""
    both = lesson.pictures, lesson.tested
    if method.startswith("pixels"):
        return [F.interpolate(inputs(p), size=16, mode="area").flatten(1) for p in both]
    control = "untrained" if method.startswith("untrained") else ""
    tail = model.Tail(len(lesson.tested), control, seed).eval()
    return [tail.features(model.halfway(p, control, seed)) for p in both]


def score(method: str, each: int, seed: int) -> float:
    """一つの方法で学び，学習にない描き方の絵の正答率を返す。

    Raises:
        ValueError: 知らない方法のとき。
    """
    if method not in METHODS:
        raise ValueError(
            f"方法 {method!r} はありません。使える名前: {'，'.join(METHODS)}"
        )
    if method in model.METHODS:
        return model.score(method, each, seed)
    lesson = model.course(seed, each)
    if method == "untrained_finetune":
        said = _untrained_finetune(lesson, seed)
    else:
        x, new = _features(lesson, method, seed)
        said = nearest_mean(x, lesson.names, new)
    true = torch.arange(len(lesson.tested))
    return float((said.argmax(dim=1) == true).float().mean())


def recorded() -> dict[str, np.ndarray]:
    """記録した正答率。方法の名前から ``(枚数, 種)`` を引く表。"""
    return dict(zip(METHODS, RUNS.read(), strict=True))


if __name__ == "__main__":
    RUNS.write(score)
