"""確率マッチングの実験：左右のどちらが光るかを，60 回当てる。一方が 7 割，光る。"""

from __future__ import annotations

from lessons.basics.softmax.reader_boxes import BIN, BOXES, RICH, TRIALS, flat, people
from lessons.experiments import Experiment, Response, Trial

CONDITION = "よく光る側"


def experiment() -> Experiment:
    """60 回の予想と，20 回ごとの割合。"""
    often = round(RICH * TRIALS)
    sides = {"left": often, "right": TRIALS - often}
    trials = [
        Trial(CONDITION, side, BOXES, repeats=count)
        for side, count in sides.items()
        for _ in range(count)
    ]
    human = people()
    softmaxes = flat()
    last = {"人間（84 人）": human[max(human)], **softmaxes}
    return Experiment(
        name="probability-matching",
        title="どちらが光るかの実験",
        instructions=(
            "左か右の，どちらか一方が光ります。光ると思う側を押してください。当たったか外れたかが，すぐに出ます。",
            "なるべく多く当ててください。全部で 60 回，2 分ほどです。",
        ),
        example=BOXES,
        responses=(Response("left", "左", "f"), Response("right", "右", "j")),
        trials=trials,
        repeats=often,
        score="learning",
        unit="%",
        measure="終わりの 20 回で，よく光る側を選んだ割合",
        signal="left",
        bin=BIN,
        practice=0,
        fixation=200,
        feedback=True,
        others={name: {CONDITION: value} for name, value in last.items()},
        curves={
            "人間（84 人）": {CONDITION: human},
            **{
                name: {CONDITION: dict.fromkeys(human, v)}
                for name, v in softmaxes.items()
            },
        },
        caution="よく光ったのは左で，7 割でした。いつも左なら，当たりは 7 割です。",
    )
