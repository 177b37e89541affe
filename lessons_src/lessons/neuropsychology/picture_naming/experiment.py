"""急いで名前を選ぶ実験：大分け，種類，個別の名前を，1.2 秒のうちに選ぶ。"""

from __future__ import annotations

import numpy as np

from lessons.experiments import Experiment, Response, Trial
from lessons.neuropsychology.picture_naming import levels
from lessons.stimuli.experiment_pictures import picture_svg

LIMIT = 1200
"""答えを待つ時間（ms）。言葉は，絵の前に読める。"""


def experiment() -> Experiment:
    """16 の絵に，細かさの違う四つずつの名前。モデルは，同じ絵と同じ名前から選ぶ。"""
    g = np.random.default_rng(0)
    trials = []
    for level in levels.LEVELS:
        place = g.permutation(np.repeat(range(4), 4))  # 正しい名前の番号は，同じ回数
        for k, (concept, names) in zip(place, levels.questions(level), strict=True):
            right, *rest = names
            g.shuffle(rest)
            words = [*rest[:k], right, *rest[k:]]
            trials.append(Trial(level, str(k + 1), picture_svg(concept), words=words))
    return Experiment(
        name="level-naming",
        title="急いで名前を選ぶ実験",
        instructions=(
            "先に，四つの名前が出ます。二秒ほどで読んでください。次に絵が出たら，合う名前を，1.2 秒のうちに押します。",
            "「生き物」のような大まかな名前の回も，「ワシ」のような細かい名前の回もあります。全部で 24 回，2 分ほどです。",
        ),
        example=picture_svg("camel"),
        responses=[Response(key, key, key) for key in "1234"],
        trials=trials,
        repeats=2,
        score="share",
        unit="%",
        practice=3,
        fixation=2200,
        limit=LIMIT,
        others={
            "無傷の網": levels.shares(0.0),
            "9 割を除いた網": levels.shares(0.9),
        },
        caution="25 % が当てずっぽうです。間に合わなかった回は，まちがいに数えます。一つの細かさは 8 回なので，大きく揺れます。",
    )
