"""章 attention/self_attention の効果。"""

from __future__ import annotations

from lessons.attention.self_attention import feature_query
from lessons.attention.self_attention import model as self_attention
from lessons.effects.live import Effect

_CHAPTER = "attention/self_attention"
_PAPER = "Kaptein ほか（1995）"
_REPORTED = (
    "色と傾きの組み合わせを探す時間は，標的と同じ色の項目の数とともに増え，"
    "違う色の項目の数にはよらなかった"
)

EFFECTS = [
    Effect(
        name="違う色の項目が増えても，調べる数は増えない（問いは「赤」だけ）",
        chapter=_CHAPTER,
        paper=_PAPER,
        reported=_REPORTED,
        quantity=(
            "違う色の項目が一つ増えたときに増える，調べる項目の数。"
            "「赤」だけの問いは，人の結果に合うように選んだもの"
        ),
        measure=lambda seed: feature_query.slope("green", ("red",), seed),
        low=-0.1,
        high=0.1,
    ),
    Effect(
        name="同じ色の項目が増えると，調べる数が増える（問いは「赤」だけ）",
        chapter=_CHAPTER,
        paper=_PAPER,
        reported=_REPORTED,
        quantity=(
            "同じ色の項目が一つ増えたときに増える，調べる項目の数。"
            "「赤」だけの問いは，人の結果に合うように選んだもの"
        ),
        measure=lambda seed: feature_query.slope("red", ("red",), seed),
        low=0.3,
    ),
    Effect(
        name="同じ色の項目が増えると，調べる数が増える（問いは「赤と縦」）",
        chapter=_CHAPTER,
        paper=_PAPER,
        reported=_REPORTED,
        quantity="同じ色の項目が一つ増えたときに増える，調べる項目の数",
        measure=lambda seed: feature_query.slope("red", ("red", "vertical"), seed),
        low=0.3,
        shown=False,
    ),
    Effect(
        name="長いベクトルの内積を縮めないと，注意の重みが動かなくなる",
        chapter=_CHAPTER,
        paper="Vaswani ほか（2017）",
        reported=(
            "問いと鍵が長いと内積が大きくなり，ソフトマックス関数の勾配が"
            "ごく小さくなると考えて，√d_k で割った"
        ),
        quantity="長さ 512 での重みの動きやすさの比（割るとき ÷ 割らないとき）",
        measure=lambda seed: (
            self_attention.softmax_gradient(512, seed)
            / self_attention.softmax_gradient(512, seed, scaled=False)
        ),
        low=2,
    ),
]
