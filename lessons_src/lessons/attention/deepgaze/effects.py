"""章 attention/deepgaze の効果。"""

from __future__ import annotations

from functools import lru_cache

from lessons.attention.deepgaze.center_bias import Scores, experiment
from lessons.effects.live import Effect

_CHAPTER = "attention/deepgaze"


@lru_cache(maxsize=32)
def _scores(seed: int) -> Scores:
    return experiment(seed)


EFFECTS = [
    Effect(
        name="中心バイアスを足すと，視線の予測の AUC が上がる",
        chapter=_CHAPTER,
        paper="Tatler（2007）",
        reported="特徴が画面のどこに多くても，人は画面の中央をよく固視した",
        quantity=(
            "模擬の視線での AUC の差（顕著性地図＋中心バイアス − 顕著性地図だけ）。"
            "架空の観察者に，中央を見る傾向を組み込んである"
        ),
        measure=lambda seed: _scores(seed).centered - _scores(seed).plain,
        low=0.03,
    ),
    Effect(
        name="シャッフル AUC で測ると，中心バイアスを足しても得をしない",
        chapter=_CHAPTER,
        paper="Borji, Sihite & Itti（2013）",
        reported="視線のデータは中央に偏り，採点のいくつかはその影響を受けた",
        quantity="シャッフル AUC の差（顕著性地図＋中心バイアス − 顕著性地図だけ）",
        measure=lambda seed: (
            _scores(seed).shuffled_centered - _scores(seed).shuffled_plain
        ),
        high=0.01,
    ),
]
