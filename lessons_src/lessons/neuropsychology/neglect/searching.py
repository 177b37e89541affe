"""見つけた物を消していく：章「勝者占有」の競争と復帰の抑制に，損傷を足したもの。

次に注意が向く物は，時刻 ``time`` で止めた競争，つまり温度 ``1 / time`` のソフトマックス関数で
決まる。見た物は抑えられ（復帰の抑制），抑制は少しずつ弱まる。損傷は二つある。

- ``gradient``：右半球の働きが失われた割合。左の物ほど目立たなくなる（Kinsbourne の勾配）。
- ``disengage``：いま見ている物より左にある物が，目立ちやすさを失う割合（Posner の引き離し）。
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lessons.basics.softmax.model import softmax
from lessons.neuropsychology.neglect.finding import WANTED, Found
from lessons.stimuli.paper import WIDTH

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Searcher:
    """探す人。初めの値は，損傷のない探索が紙をほぼ終えるように決めた。"""

    gradient: float = 0.0  # 0（損傷なし）〜1（右半球がまったく働かない）
    disengage: float = 0.0  # 0〜1
    dimming: float = 0.0  # 左右の区別なく，目立ちやすさが失われる割合（対照に使う）
    goal: float = 0.5  # 目的が，探さない物の目立ちやすさを弱める割合
    time: float = 15.0  # 一度の競争の時間
    recovery: float = 60.0  # 復帰の抑制が弱まる時定数（移動の回数）
    nearness: float = 0.2  # 近い物への上乗せ
    reach: float = 40.0  # 上乗せの広がり（mm）
    patience: int = 15  # 新しい標的がこの回数続けて見つからなければ，終える
    erase: bool = False  # 真なら，印を付ける代わりに消す（物がなくなる）

    def __post_init__(self) -> None:
        for name in ("gradient", "disengage", "dimming", "goal"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(
                    f"{name} は 0〜1 の数にしてください（受け取った値: {value}）。"
                )

    def damaged(self, **changes: float) -> Searcher:
        """損傷や設定だけを変えた，探す人。"""
        return replace(self, **changes)  # type: ignore[arg-type]


def attention(x: Array, gradient: float) -> Array:
    """横の位置での注意の重み。左半球は右を，右半球は左を重く見る。

    Args:
        x: 横の位置。−1（左の縁）〜1（右の縁）。
        gradient: 右半球の働きの失われた割合。

    Returns:
        ``x`` と同じ形。損傷がなければどこでも 1。
    """
    left_hemisphere = (1 + x) / 2
    right_hemisphere = (1 - x) / 2
    return left_hemisphere + (1 - gradient) * right_hemisphere


@dataclass(frozen=True)
class Trace:
    """探索の記録。``n`` は移動の回数。"""

    visits: NDArray[np.int64]  # (n,) 注意が向いた物の番号
    new: NDArray[np.bool_]  # (n,) そこで新しく消したか
    again: NDArray[np.bool_]  # (n,) もう消した物を，また訪れたか

    @property
    def cancelled(self) -> NDArray[np.int64]:
        """消した物の番号。消した順。"""
        return self.visits[self.new]

    @property
    def revisit_rate(self) -> float:
        """移動のうち，もう消した物へ戻った割合。"""
        return float(self.again.mean()) if self.again.size else 0.0


def _strength(
    salience: Array, suppressed: Array, places: Array, here: int | None, who: Searcher
) -> Array:
    """競争の入力 ``(n,)``。``here`` はいま見ている物の番号（始めは ``None``）。"""
    strength = salience * (1 - suppressed)
    if here is None:
        return strength
    distance = ((places - places[here]) ** 2).sum(axis=1)
    near = np.exp(-distance / (2 * who.reach**2))
    strength = strength * (1 + who.nearness * near)
    strength[places[:, 0] < places[here, 0]] *= 1 - who.disengage
    return strength


def search(found: Found, test: str, who: Searcher, seed: int) -> Trace:
    """シートで見つけた物を，次々に調べて消す。

    Args:
        found: 検出器が見つけた物。
        test: 検査の名前（``線``，``字``，``星``）。
        who: 探す人。
        seed: 競争の乱数の種。

    Raises:
        ValueError: 物が一つも見つかっていないとき，検査の名前が違うとき。
    """
    if test not in WANTED or not len(found.presence):
        raise ValueError(
            f"検査は {'・'.join(WANTED)} のどれかで，物が一つ以上見つかったシートにして"
            f"ください（検査: {test}，見つけた物: {len(found.presence)} 個）。"
        )
    rng = np.random.default_rng(seed)
    salience, is_target = salience_of(found, test, who)  # (n,)
    n = len(salience)
    suppressed, done, gone = np.zeros(n), np.zeros(n, bool), np.zeros(n, bool)
    visits: list[int] = []
    new: list[bool] = []
    again: list[bool] = []
    idle, here = 0, None
    while idle < who.patience and not gone.all() and len(visits) < 20 * n:
        strength = _strength(salience, suppressed, found.places, here, who)
        choices = np.flatnonzero(~gone)
        share = softmax(strength[choices], 1 / who.time)  # 時刻 time の取り分
        up_to = np.cumsum(share)  # 取り分を確率として，一つを選ぶ
        here = int(choices[np.searchsorted(up_to, rng.random() * up_to[-1])])
        visits.append(here)
        again.append(bool(done[here]))
        new.append(bool(is_target[here] and not done[here]))
        idle = 0 if new[-1] else idle + 1
        done[here] |= is_target[here]
        gone[here] |= who.erase and new[-1]
        suppressed *= np.exp(-1 / who.recovery)  # 復帰の抑制は弱まっていく
        suppressed[here] = 1.0
    return Trace(np.array(visits), np.array(new, bool), np.array(again, bool))


def salience_of(
    found: Found, test: str, who: Searcher
) -> tuple[Array, NDArray[np.bool_]]:
    """物ごとの目立ちやすさ ``(n,)`` と，探す物と判断するか ``(n,)``。

    目立ちやすさは，物がある確率を，目的（探す種類か）と注意の勾配で弱めたもの。
    """
    wanted = found.kinds[:, WANTED[test]].sum(axis=1)  # (n,) 探す種類の確率
    x = 2 * found.places[:, 0] / WIDTH - 1  # −1〜1
    weight = attention(x, who.gradient) * (1 - who.dimming)
    salience = found.presence * (1 - who.goal * (1 - wanted)) * weight
    return salience, np.isin(found.kinds.argmax(axis=1), WANTED[test])


def hits(found: Found, boxes: Array, cancelled: NDArray[np.int64]) -> NDArray[np.bool_]:
    """印の中心が四角 ``boxes`` ``(m, 4)`` の中にあれば，その物は消された ``(m,)``。"""
    marks = found.places[cancelled]  # (k, 2)
    inside = (marks[None] >= boxes[:, None, :2]) & (marks[None] <= boxes[:, None, 2:])
    result: NDArray[np.bool_] = inside.all(axis=2).any(axis=1)  # type: ignore[call-overload,assignment]
    return result
