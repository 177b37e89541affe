"""絵の名前の実験：四つの言葉（大まか，ふだん，細かい，ほか）から，先に浮かんだ名前を選ぶ。"""

from __future__ import annotations

from lessons.experiments import Experiment, Response, Trial
from lessons.recognition.japanese_captions.first_names import (
    NAMES,
    choices,
    model_shares,
)
from lessons.stimuli.experiment_pictures import picture_svg


def experiment() -> Experiment:
    """16 枚の絵と，四つずつの言葉。「正解」は，ふだんの名前。"""
    trials = [
        Trial(
            condition,
            str(number % 4 + 1),
            picture_svg(concept),
            words=choices(concept, number),
        )
        for condition, items in NAMES.items()
        for number, concept in enumerate(items)
    ]
    return Experiment(
        name="basic-naming",
        title="絵の名前の実験",
        instructions=(
            "絵が一つ，言葉が四つ出ます。一つのほかは，どれも合っています。先に頭に浮かんだ名前を，すぐに押してください。4 秒で，次へ進みます。",
            "正しい名前を当てる課題ではありません。全部で 16 枚，1 分ほどです。",
        ),
        example=picture_svg("telephone"),
        responses=[Response(key, key, key) for key in "1234"],
        trials=trials,
        repeats=2,
        score="share",
        unit="%",
        measure="ふだんの名前（基本レベル）を選んだ割合",
        practice=0,
        fixation=300,
        limit=4000,
        others={"ネットワーク": model_shares()},
        caution="「正解」は，ふだんの名前を選んだ回のことです。間に合わなかった回は，選ばなかったと数えます。四つから選ぶので，自由に言うときの名前とは違うことがあります。",
    )
