"""効果の指標。どれも，種 ``seed`` の網を学習し，傷つけ，一つの数を返す。

``control`` は，効果が消えるはずの対照（``CONTROLS``）。``parameters`` は頑健さを調べるときの変更。
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from lessons.neuropsychology.semantic_dementia import (
    copying,
    decisions,
    naming,
    variants,
)
from lessons.neuropsychology.semantic_dementia.knowledge import Knowledge, load
from lessons.neuropsychology.semantic_dementia.model import (
    Networks,
    blank,
    respond,
    train,
)
from lessons.neuropsychology.semantic_dementia.progress import SHARES, sweep

CONTROLS = {
    "untrained": "学習していない網",
    "random_categories": "種類の名前をでたらめに配って教えた網",
    "permuted_features": "属性をでたらめに入れ替えて教えた網",
    "permuted_heavier": "属性をでたらめに入れ替えて教え，名前の成績をそろえるために線を 1 割多く切った網",
}
"""対照の名前と説明。"""


@lru_cache(maxsize=512)
def _taught(
    seed: int, control: str, hub: int, epochs: int, scale: float
) -> tuple[Networks, Knowledge]:
    knowledge = load()
    if control and control not in CONTROLS:
        raise ValueError(
            f"対照 {control!r} はありません。{'，'.join(CONTROLS)} から選んでください。"
        )
    if control == "untrained":
        return blank([seed], knowledge.patterns.shape[1], hub, scale), knowledge
    if control == "random_categories":
        knowledge = variants.random_categories(knowledge, seed)
    elif control:
        knowledge = variants.permuted_features(knowledge, seed)
    return train(knowledge, [seed], hub=hub, epochs=epochs, scale=scale), knowledge


def _score(
    measure: Any,
    seed: int,
    control: str,
    amounts: tuple[float, ...],
    *,
    injury: str = "切断",
    lesions: int = 8,
    hub: int = 48,
    epochs: int = 200,
    scale: float = 1.0,
) -> np.ndarray:
    """``(強さの数, k)``。"""
    if control == "permuted_heavier":
        control, amounts = "permuted_features", tuple(a + 0.1 for a in amounts)
    networks, knowledge = _taught(seed, control, hub, epochs, scale)
    return sweep(networks, knowledge, measure, amounts, injury=injury, lesions=lesions)[
        :, 0
    ]


def _dprime(criterion: float) -> Any:
    return lambda n, k: naming.discrimination(respond(n, k), k, criterion=criterion)


def category_over_item(
    seed: int,
    control: str = "",
    *,
    amount: float = 0.2,
    criterion: float = 0.5,
    **more: Any,
) -> float:
    """d′ の差：種類（鳥か）− 個別（ペンギンか）。"""
    found = _score(_dprime(criterion), seed, control, (amount,), **more)[0]
    return float(found[1] - found[2])


def domain_over_category(
    seed: int,
    control: str = "",
    *,
    amount: float = 0.2,
    criterion: float = 0.5,
    **more: Any,
) -> float:
    """d′ の差：大分け（生き物か）− 種類（鳥か）。"""
    found = _score(_dprime(criterion), seed, control, (amount,), **more)[0]
    return float(found[0] - found[1])


def errors_in_category(
    seed: int, control: str = "", *, amount: float = 0.3, **more: Any
) -> float:
    """必ず個別の名前を答えさせたとき，誤りのうち同じ種類の名前の割合 − 偶然（7/47）。"""

    def measure(networks: Networks, knowledge: Knowledge) -> np.ndarray:
        n = len(knowledge.items)
        said = respond(networks, knowledge)[..., :n].argmax(-1)
        kin = np.equal.outer(knowledge.categories, knowledge.categories)
        wrong = said != np.arange(n)
        near = wrong & kin[np.arange(n), said]
        return np.stack([near.sum(-1), wrong.sum(-1)], axis=-1)

    near, wrong = _score(measure, seed, control, (amount,), **more)[0]
    return float(near / wrong) - 7 / 47 if wrong else 0.0


def _later(seed: int, control: str, which: str, threshold: float, more: Any) -> float:
    """答え ``which`` の重心 − 同じ種類の別の物の重心（切った線の割合）。"""

    def measure(networks: Networks, knowledge: Knowledge) -> np.ndarray:
        said = naming.names(
            respond(networks, knowledge), knowledge, threshold=threshold
        )
        return naming.answer_shares(said, knowledge)

    amounts = np.array(SHARES[1:])
    shares = _score(measure, seed, control, tuple(amounts), **more)
    centre = (amounts[:, None] * shares).sum(0) / np.maximum(shares.sum(0), 1e-9)
    found = dict(zip(naming.ANSWERS, centre, strict=True))
    return float(found[which] - found["同じ種類の別の物"])


def other_names_come_later(
    seed: int, control: str = "", *, threshold: float = 0.5, **more: Any
) -> float:
    """重さの差：よその名前の重心 − 同じ種類の別の物の重心（切った線の割合）。"""
    return _later(seed, control, "よその名前", threshold, more)


def category_names_come_later(
    seed: int, control: str = "", *, threshold: float = 0.5, **more: Any
) -> float:
    """重さの差：種類の名前の重心 − 同じ種類の別の物の重心（切った線の割合）。"""
    return _later(seed, control, "種類の名前", threshold, more)


def errors_are_more_typical(
    seed: int, control: str = "", *, amount: float = 0.3, **more: Any
) -> float:
    """同じ種類の別の物と答えたとき，答えた物の典型性 − 見せた物の典型性（相関の単位）。"""

    def measure(networks: Networks, knowledge: Knowledge) -> np.ndarray:
        n = len(knowledge.items)
        said = respond(networks, knowledge)[..., :n].argmax(-1)
        kin = np.equal.outer(knowledge.categories, knowledge.categories)
        typicality = knowledge.typicality()
        near = (said != np.arange(n)) & kin[np.arange(n), said]
        gain = near * (typicality[said] - typicality)
        return np.stack([gain.sum(-1), near.sum(-1)], axis=-1)

    gain, near = _score(measure, seed, control, (amount,), **more)[0]
    return float(gain / near) if near else 0.0


def _choice(dimension: str, seed: int, control: str, amount: float, more: Any) -> float:
    found = _score(
        lambda n, k: decisions.decide(n, k, dimension), seed, control, (amount,), **more
    )[0]
    return float(found[0] - found[1])


def colour_choice(
    seed: int, control: str = "", *, amount: float = 0.4, **more: Any
) -> float:
    """本物の色を選んだ割合の差：典型の組 − 例外の組。"""
    return _choice("色", seed, control, amount, more)


def object_choice(
    seed: int, control: str = "", *, amount: float = 0.4, **more: Any
) -> float:
    """本物の形を選んだ割合の差：典型の組 − 例外の組。"""
    return _choice("形", seed, control, amount, more)


def _copied(
    seed: int, control: str, amount: float, threshold: float, rule: str, more: Any
) -> np.ndarray:
    def measure(networks: Networks, knowledge: Knowledge) -> np.ndarray:
        picture = copying.drawn(
            copying.copy(networks, knowledge), knowledge, threshold=threshold, rule=rule
        )
        return copying.copy_shares(picture, knowledge)

    return _score(measure, seed, control, (amount,), **more)[0]


def distinctive_lost(
    seed: int,
    control: str = "",
    *,
    amount: float = 0.3,
    threshold: float = 0.5,
    rule: str = "しきい値",
    **more: Any,
) -> float:
    """遅れて写した絵に残った割合の差：種類で共通の属性 − その物だけの属性。"""
    found = _copied(seed, control, amount, threshold, rule, more)
    return float(found[0] - found[1])


def typical_intrudes(
    seed: int,
    control: str = "",
    *,
    amount: float = 0.3,
    threshold: float = 0.5,
    rule: str = "しきい値",
    **more: Any,
) -> float:
    """遅れて写した絵に紛れ込んだ割合の差：同じ種類でありふれた属性 − よその種類の属性。"""
    found = _copied(seed, control, amount, threshold, rule, more)
    return float(found[2] - found[3])


def distortion_hurts_animals(
    seed: int,
    control: str = "",
    *,
    severed: float = 0.3,
    perturbed: float = 0.6,
    kind: str = "見た目",
    **more: Any,
) -> float:
    """名前の正答の「動物 − 人工物」の，切断の網と乱れの網の差。"""

    def measure(networks: Networks, knowledge: Knowledge) -> np.ndarray:
        said = naming.names(respond(networks, knowledge, kind), knowledge)
        right = said == np.arange(len(knowledge.items))
        animal = np.isin(load().categories, variants.ANIMALS)
        made = np.array(load().domains) == "人工物"
        return right[:, animal].mean(-1, keepdims=True) - right[:, made].mean(
            -1, keepdims=True
        )

    gaps = [
        _score(measure, seed, control, (amount,), injury=injury, **more)[0, 0]
        for injury, amount in (("乱れ", perturbed), ("切断", severed))
    ]
    return float(gaps[1] - gaps[0])
