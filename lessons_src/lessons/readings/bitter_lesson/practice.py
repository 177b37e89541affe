"""練習の曲線：一人ずつの曲線は指数関数に近いか，べき関数に近いか。平均すると，どう変わるか。

学び手は，粗い HOG の値から 10 のひらがなを選ぶ，小さなネットワーク（144 – 32 – 10）。
``people`` 人を一度に学習する。人ごとに，初めの重み，見る絵，学習率が違う。
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F

from lessons.readings.bitter_lesson import hog
from lessons.readings.bitter_lesson.letters import LETTERS, examples

CONTROLS = ("", "shuffled", "same")
BLOCKS = 40
"""曲線の点の数。"""
_BATCH = 4
_TESTS = 300


def _pictures(seed: int, shuffled: bool) -> tuple[torch.Tensor, ...]:
    """学習の値と名前，試験の値と名前。値は平均 0，標準偏差 1 にそろえる。"""
    x, y = examples(2000, 20_000 + seed)
    x = hog.features(x, 8)  # (2000, 144)
    x = (x - x.mean(dim=0)) / x.std(dim=0)
    taught = y[_TESTS:]
    if shuffled:
        g = torch.Generator().manual_seed(seed)
        taught = taught[torch.randperm(len(taught), generator=g)]
    return x[_TESTS:], taught, x[:_TESTS], y[:_TESTS]


def curves(
    seed: int,
    *,
    people: int = 20,
    spread: float = 0.0,
    rate: float = 0.03,
    per: int = 8,
    hidden: int = 32,
    shuffled: bool = False,
) -> np.ndarray:
    """試験の誤りの確率 ``(people, 40)``。

    Args:
        seed: 絵，初めの重み，学習率の種。
        people: 人の数。
        spread: 学習率の違い。学習率の自然対数を，``±spread`` の幅で一様に散らす。
        rate: 学習率のまん中。
        per: 曲線の点から次の点までの，学習の回数。
        hidden: 中間の素子の数。
        shuffled: 学習の名前を，でたらめに付け替える。
    """
    x, y, new_x, new_y = _pictures(seed, shuffled)
    g = torch.Generator().manual_seed(seed)
    sizes = (x.shape[1], hidden, len(LETTERS))
    u = 2 * torch.rand(people, generator=g) - 1
    rates = (rate * torch.exp(spread * u)).view(people, 1, 1)
    weights = [
        torch.randn(people, a, b, generator=g) / a**0.5 for a, b in pairwise(sizes)
    ]
    found = []
    for _ in range(BLOCKS):
        p = _scores(weights, new_x.expand(people, -1, -1)).softmax(dim=-1)
        found.append(1 - p[:, torch.arange(_TESTS), new_y].mean(dim=1))
        for _ in range(per):
            at = torch.randint(len(x), (people, _BATCH), generator=g)
            weights = _step(weights, x[at], y[at], rates)
    return torch.stack(found, dim=1).double().numpy()


def _scores(weights: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """得点 ``(people, B, 10)``。"""
    return torch.relu(x @ weights[0]) @ weights[1]


def _step(
    weights: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor, rates: torch.Tensor
) -> list[torch.Tensor]:
    """全員が，自分の絵で一度学ぶ。"""
    held = [w.requires_grad_() for w in weights]
    scores = _scores(held, x).flatten(0, 1)
    error = F.cross_entropy(scores, y.flatten(), reduction="sum") / _BATCH
    slopes = torch.autograd.grad(error, held)
    return [(w - rates * slope).detach() for w, slope in zip(held, slopes, strict=True)]


_TRIAL = np.arange(1, BLOCKS + 1)
SHAPES = {
    "exponential": np.exp(-np.geomspace(0.003, 2, 200)[:, None] * (_TRIAL - 1)),
    "power": _TRIAL ** -np.geomspace(0.02, 5, 200)[:, None],
}
"""曲線の形：200 通りの速さの，指数関数とべき関数 ``(200, 40)``。"""


def fit(curve: np.ndarray, shape: str) -> tuple[float, np.ndarray]:
    """``A + B f(t)`` を，最小二乗で当てはめる。

    Args:
        curve: 誤りの確率 ``(40,)``。
        shape: ``exponential`` か ``power``。

    Returns:
        ずれの二乗和と，当てはめた曲線 ``(40,)``。

    Raises:
        ValueError: 知らない形のとき，または点の数が違うとき。
    """
    if shape not in SHAPES or curve.shape != (BLOCKS,):
        raise ValueError(
            f"形 {shape!r} は {' か '.join(SHAPES)} に，"
            f"曲線の形 {curve.shape} は ({BLOCKS},) にしてください。"
        )
    f = SHAPES[shape]
    centred = f - f.mean(axis=1, keepdims=True)
    slope = centred @ (curve - curve.mean()) / (centred**2).sum(axis=1)  # (200,)
    fitted = curve.mean() + slope[:, None] * centred
    misfit = ((curve - fitted) ** 2).sum(axis=1)
    best = int(misfit.argmin())
    return float(misfit[best]), fitted[best]


def advantage(curve: np.ndarray) -> float:
    """指数関数の方がどれだけよく合うか：べき関数と指数関数のずれの比の，自然対数。"""
    return float(np.log(fit(curve, "power")[0] / fit(curve, "exponential")[0]))


def exponential_advantage(
    seed: int, control: str = "", *, rate: float = 0.03, per: int = 8
) -> float:
    """一人の曲線で，指数関数の方がどれだけよく合うか。

    対照は ``shuffled``（名前を付け替えて学ぶ）。

    Raises:
        ValueError: 知らない対照のとき。
    """
    _checked(control)
    shuffled = control == "shuffled"
    return advantage(curves(seed, people=1, rate=rate, per=per, shuffled=shuffled)[0])


def averaging_bias(
    seed: int,
    control: str = "",
    *,
    spread: float = 2.0,
    rate: float = 0.03,
    per: int = 24,
) -> float:
    """平均すると，どれだけべき関数に寄るか：一人ずつの値の平均 − 平均した曲線の値。

    対照は ``same``（学習率が全員同じ），``shuffled``（名前を付け替えて学ぶ）。

    Raises:
        ValueError: 知らない対照のとき。
    """
    _checked(control)
    found = curves(
        seed,
        spread=0.0 if control == "same" else spread,
        rate=rate,
        per=per,
        shuffled=control == "shuffled",
    )
    each = np.mean([advantage(one) for one in found])
    return float(each - advantage(found.mean(axis=0)))


def _checked(control: str) -> None:
    if control not in CONTROLS:
        raise ValueError(
            f"対照 {control!r} はありません。使える名前: {'，'.join(CONTROLS[1:])}"
        )
