"""名前の照合の実験：大分け，種類，個別の名前を読み，次の絵がそれかを答える。"""

from __future__ import annotations

from lessons.experiments import Experiment, Response, Trial
from lessons.neuropsychology.semantic_dementia.naming import LEVELS
from lessons.neuropsychology.semantic_dementia.verification import PICTURES, names
from lessons.stimuli.experiment_pictures import picture_svg, word_svg

NO = "「いいえ」の回"
REPEATS = 8


def experiment() -> Experiment:
    """16 の絵に，三つの細かさの，正しい名前と偽の名前を付けた実験。"""
    trials = [
        Trial(
            level if answer == "yes" else NO,
            answer,
            picture_svg(concept),
            number,
            before=((word_svg(word), 1000),),
        )
        for said, answer in enumerate(("yes", "no"))
        for kind, items in PICTURES.items()
        for item, concept in items.items()
        for number, (level, pair) in enumerate(
            zip(LEVELS, names(item, kind), strict=True)
        )
        for word in pair[said : said + 1]
    ]
    return Experiment(
        name="category-verification",
        title="名前の照合の実験",
        instructions=(
            "まず，名前が一つ出ます。「生き物」「鳥」「ペンギン」のように，大まかな名前も，細かい名前もあります。",
            "次に，絵が出ます。絵がその名前に合えば「はい」，合わなければ「いいえ」を，できるだけ速く押してください。全部で 48 回，3 分ほどです。",
        ),
        example=picture_svg("camel"),
        responses=(Response("no", "いいえ", "f"), Response("yes", "はい", "j")),
        trials=trials,
        repeats=REPEATS,
        fixation=400,
        practice=3,
        caution="反応時間は，正解した回だけから求めました。名前の長さや，なじみの深さでも変わります。",
    )
