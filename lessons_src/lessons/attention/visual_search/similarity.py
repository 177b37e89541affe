"""似ている度合いと探索：標的と妨害，妨害どうし，標的と妨害の入れかえ。

Duncan & Humphreys (1989) と Treisman & Gormican (1988) の効果を，傾いた棒の探索にして，
章の二つのモデルに受けさせる。
"""

from __future__ import annotations

from dataclasses import dataclass

from lessons.attention.visual_search.model import MODELS, slopes
from lessons.stimuli.search_displays import Look, Search


def tilted(target: float, *distractors: float) -> Search:
    """赤い棒の探索：標的の傾きと，妨害の傾き（度。縦が 90）。"""
    return Search(
        Look("red", tilt=target), tuple(Look("red", tilt=one) for one in distractors)
    )


@dataclass(frozen=True)
class Contrast:
    """人間では ``harder`` のほうが ``easier`` より傾きが急な，二つの探索。"""

    name: str
    harder: Search
    easier: Search

    def cost(self, model: str, seed: int) -> float:
        """傾きの差（ms／項目，標的のあるとき）。人間と同じ向きなら正。

        Args:
            model: ``MODELS`` の名前。
            seed: 実験の種。
        """
        guided = MODELS[model]
        hard, easy = (
            slopes(search, seed, guided).present
            for search in (self.harder, self.easier)
        )
        return hard - easy


CONTRASTS = {
    "target_similarity": Contrast(
        "標的と妨害が似ていると，遅い", tilted(90, 75), tilted(90, 45)
    ),
    "distractor_variety": Contrast(
        "妨害どうしが似ていないと，遅い", tilted(90, 60, 120), tilted(90, 60)
    ),
    "tilt_asymmetry": Contrast(
        "斜めの中の縦は，縦の中の斜めより遅い", tilted(90, 75), tilted(75, 90)
    ),
}
"""効果の名前から，比べる二つの探索を引く表。"""
