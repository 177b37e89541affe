"""読者の実験：手順・刺激・答え・まとめ方を Python で書き，頁の中で動かす。

章の部屋の ``experiment.py`` が ``Experiment`` を作り，章のセルが ``show`` で頁に置きます。
頁では jsPsych が動かし，記録は読者の端末の中だけに残ります。
一クラス分の CSV は ``read_class`` が読みます。
"""

from lessons.experiments.page import show, to_html
from lessons.experiments.plan import Experiment, Response, Trial
from lessons.experiments.results import (
    Class,
    draw_class,
    read_class,
    simulate,
    summarise,
)

__all__ = [
    "Class",
    "Experiment",
    "Response",
    "Trial",
    "draw_class",
    "read_class",
    "show",
    "simulate",
    "summarise",
    "to_html",
]
