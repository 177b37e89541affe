"""語を選ぶ二段階のモデル：意味から語を選び，語から音を選ぶ。

Dell・Schwartz・Martin・Saffran・Gagnon（1997）の活性化拡散の網に，Foygel・Dell（2000）の二つの
結合の重み，s（意味と語）と p（語と音）を置く。網の形は Walker・Hickok（2016）の説明に従う。
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

KINDS = ("correct", "semantic", "formal", "mixed", "unrelated", "nonword")
"""答えの六つの型。割合はこの順に並べる。"""
NAMES = ("正答", "意味", "音", "混合", "無関係", "非語")
"""六つの型の，図での呼び名。"""
DECAY = 0.6
"""一刻みで失われる活性の割合（s と p のモデル）。"""
STEPS = 8
"""一つの段階で活性を広げる刻みの数。"""
SEMANTIC_JOLT, WORD_JOLT = 10.0, 100.0
"""絵が意味の素性一つ一つに，選ばれた語に，それぞれ与える活性。"""
INTRINSIC_NOISE, ACTIVITY_NOISE = 0.01, 0.16
"""雑音の標準偏差：いつもある分と，活性に比例する分。"""
SHARED = 3
"""意味の近い語が，10 個の素性のうち目標と分け合う数。"""
MIXED_SHARE = 0.1
"""音の近い語の一つが，意味も近い試行の割合。

Walker・Hickok（2016）の説明は 0.2 だが，Dell ら（1997）と Foygel・Dell（2000）が載せた
シミュレーションの混合の割合（健常 .012 と .014，患者 I.G. .04）は，0.1 で再現される。
"""
_CORRECT, _SEMANTIC, _FORMAL, _MIXED, _UNRELATED, _NONWORD = range(6)


class Network(NamedTuple):
    """語の近所。六つの語と，その意味の素性と音。"""

    meaning: Array  # (6, 60) 語 × 意味の素性
    sound: Array  # (6, 10) 語 × 音素（頭の子音 6，母音 2，終わりの子音 2）
    kind: NDArray[np.intp]  # (6,) その語を言ったら，答えはどの型か


def neighbourhood(mixed: bool, shared: int = SHARED) -> Network:
    """cat の近所：意味の近い dog，音の近い mat と rat，無関係の fog と log。

    Args:
        mixed: 真なら，音の近い二つめ（rat）は意味も近い。
        shared: 意味の近い語が，目標と分け合う素性の数。
    """
    meaning = np.zeros((6, 60), np.float32)
    for word in range(6):
        meaning[word, 10 * word : 10 * word + 10] = 1  # 自分の素性は 10 個
    for word in (1, 3) if mixed else (1,):
        meaning[word, 10 * word : 10 * word + shared] = 0
        meaning[word, :shared] = 1  # 意味の近い語は，目標と素性を分け合う
    sound = np.zeros((6, 10), np.float32)
    onset, rhyme = (0, 1, 2, 3, 4, 5), (0, 1, 0, 0, 1, 1)  # -at か -og か
    for word in range(6):
        sound[word, [onset[word], 6 + rhyme[word], 8 + rhyme[word]]] = 1
    second = _MIXED if mixed else _FORMAL
    kind = [_CORRECT, _SEMANTIC, _FORMAL, second, _UNRELATED, _UNRELATED]
    return Network(meaning, sound, np.array(kind))


class State(NamedTuple):
    """三つの層の活性。一行が一試行。"""

    features: Array  # (n, 60)
    words: Array  # (n, 6)
    phonemes: Array  # (n, 10)


def spread(
    state: State,
    net: Network,
    s: float,
    p: float,
    rng: np.random.Generator,
    *,
    decay: float = DECAY,
    feedback: float = 1.0,
) -> State:
    """活性を一刻み広げる：残りと，つながった先からの入力と，雑音を足す。

    Args:
        state: いまの活性。
        net: 語の近所。
        s, p: 意味と語，語と音の結合の重み。
        rng: 雑音の乱数。
        decay: 失われる割合。
        feedback: 下から上への入力に掛ける数。0 なら一方通行。
    """
    features, words, phonemes = state
    keep = 1 - decay
    up_to_features = feedback * s * (words @ net.meaning)
    up_to_words = feedback * p * (phonemes @ net.sound.T)
    layers = (
        keep * features + up_to_features,
        keep * words + s * (features @ net.meaning.T) + up_to_words,
        keep * phonemes + p * (words @ net.sound),
    )
    return State(*(add_noise(layer, rng) for layer in layers))


def add_noise(layer: Array, rng: np.random.Generator) -> Array:
    """いつもある雑音と，活性に比例する雑音を足す。"""
    spread_sd = np.sqrt(INTRINSIC_NOISE**2 + (ACTIVITY_NOISE * layer) ** 2)
    noise = rng.standard_normal(layer.shape, dtype=np.float32)
    return (layer + spread_sd * noise).astype(np.float32, copy=False)


class Naming(NamedTuple):
    """絵を呼んだ結果。どちらも答えの型の番号。"""

    word: NDArray[np.intp]  # (n,) 一段めで選ばれた語の型
    said: NDArray[np.intp]  # (n,) 口に出た音の並びの型


def name_once(
    net: Network,
    s: float,
    p: float,
    trials: int,
    rng: np.random.Generator,
    *,
    decay: float = DECAY,
    feedback: float = 1.0,
) -> Naming:
    """同じ近所で ``trials`` 回，絵を呼ぶ。意味から語へ，語から音への二段階。"""
    state = State(
        np.tile(SEMANTIC_JOLT * net.meaning[0], (trials, 1)),
        np.zeros((trials, 6), np.float32),
        np.zeros((trials, 10), np.float32),
    )
    for _ in range(STEPS):  # 一段め：語を選ぶ
        state = spread(state, net, s, p, rng, decay=decay, feedback=feedback)
    chosen = state.words.argmax(axis=1)
    state.words[np.arange(trials), chosen] += WORD_JOLT
    for _ in range(STEPS):  # 二段め：音を選ぶ
        state = spread(state, net, s, p, rng, decay=decay, feedback=feedback)
    onset = state.phonemes[:, :6].argmax(axis=1)
    vowel = state.phonemes[:, 6:8].argmax(axis=1)
    coda = state.phonemes[:, 8:].argmax(axis=1)
    lexicon = np.full((6, 2, 2), _NONWORD)
    for word, sounds in enumerate(net.sound.astype(bool)):
        place = np.flatnonzero(sounds) - (0, 6, 8)
        lexicon[tuple(place)] = net.kind[word]
    return Naming(net.kind[chosen], lexicon[onset, vowel, coda])


def name_pictures(
    s: float,
    p: float,
    trials: int = 5000,
    seed: int = 0,
    *,
    decay: float = DECAY,
    feedback: float = 1.0,
    mixed_share: float = MIXED_SHARE,
    shared: int = SHARED,
) -> NDArray[np.float64]:
    """六つの型の答えの割合 ``(6,)``。十回に一回（``mixed_share``）は，混合の語のある近所で呼ぶ。

    Args:
        s, p: 意味と語，語と音の結合の重み。0 以上 0.2 以下。
        trials: 絵を呼ぶ回数。10 以上。
        seed: 乱数の種。
        decay: 失われる割合。0 より大きく 1 より小さい。
        feedback: 下から上への入力に掛ける数。0 以上 1 以下。
        mixed_share: 混合の語のある近所で呼ぶ割合。0 以上 1 以下。
        shared: 意味の近い語が，目標と分け合う素性の数。0 以上 10 以下。

    Raises:
        ValueError: 値が範囲の外のとき。
    """
    check_range("s", s, 0, 0.2)
    check_range("p", p, 0, 0.2)
    check_range("decay", decay, 0.01, 0.99)
    check_range("feedback", feedback, 0, 1)
    check_range("mixed_share", mixed_share, 0, 1)
    check_range("shared", shared, 0, 10)
    if trials < 10:
        raise ValueError(f"trials は 10 以上の整数にしてください（{trials}）。")
    rng = np.random.default_rng(seed)
    with_mixed = round(mixed_share * trials)
    counts = np.zeros(len(KINDS))
    for mixed, n in ((False, trials - with_mixed), (True, with_mixed)):
        net = neighbourhood(mixed, shared)
        result = name_once(net, s, p, n, rng, decay=decay, feedback=feedback)
        counts += np.bincount(result.said, minlength=len(KINDS))
    return counts / trials


def check_range(name: str, value: float, low: float, high: float) -> None:
    """``value`` が ``low`` 以上 ``high`` 以下でなければ，名前を挙げて断る。"""
    if not low <= value <= high:  # nan もここで断る
        raise ValueError(
            f"{name} は {low} 以上 {high} 以下の数にしてください（{value}）。"
        )
