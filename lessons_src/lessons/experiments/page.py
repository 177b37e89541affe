"""実験を，頁のスクリプト（``experiment.js``）が動かす HTML にする。"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import asdict
from html import escape
from typing import Any

from lessons.experiments.plan import FASTEST, SLOWEST, Experiment, Frame, Trial
from lessons.experiments.scores import SCORES

MOST_BYTES = 60 * 1024
"""実験一つの大きさの上限（gzip したバイト数）。"""


def to_html(experiment: Experiment) -> str:
    """実験を，頁に置く HTML にする。頁のスクリプト（``experiment.js``）が動かす。"""
    experiment.check()
    pictures: dict[str, int] = {}
    plan = asdict(experiment) | {
        "trials": [_trial(trial, pictures) for trial in experiment.trials],
        "mask": experiment.mask and _frame(experiment.mask, pictures),
        "entries": experiment.entries,
        "conditions": experiment.conditions,
        "measure": experiment.measure or SCORES[experiment.score].words,
        "fastest": FASTEST,
        "slowest": SLOWEST,
        "others": [
            {"name": name, "values": dict(own)}
            for name, own in experiment.others.items()
        ],
        "curves": {
            name: {
                c: [list(point) for point in line.items()] for c, line in own.items()
            }
            for name, own in experiment.curves.items()
        },
    }
    plan["pictures"] = list(pictures)
    text = json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
    plan["version"] = hashlib.sha256(text.encode()).hexdigest()[:12]
    text = json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
    size = len(gzip.compress(text.encode(), 9, mtime=0))
    if size > MOST_BYTES:
        raise ValueError(
            f"実験「{experiment.name}」が {size // 1024} KB あります（上限 {MOST_BYTES // 1024} KB）。"
            "刺激の枚数か，線の点を減らしてください。"
        )
    return (
        f'<div class="experiment" id="experiment-{escape(experiment.name)}" role="group" aria-label="{escape(experiment.title)}" '
        f'data-state="off" data-plan="{escape(text, quote=True)}">'
        f'<p class="ex-title"><b>{escape(experiment.title)}</b></p>'
        '<p class="ex-off">この実験は，本の頁で，JavaScript が動くときに試せます。</p>'
        '<div class="ex-place"></div>'
        '<p class="ex-status" role="status" aria-live="polite"></p></div>'
    )


def _frame(frame: Frame, pictures: dict[str, int]) -> list[int]:
    """絵と時間を，絵の番号と時間にする。新しい絵は ``pictures`` に足す。"""
    return [pictures.setdefault(frame[0], len(pictures)), frame[1]]


def _trial(trial: Trial, pictures: dict[str, int]) -> dict[str, Any]:
    """試行を，頁に渡す表にする。絵は番号にし，書かれていない項目は省く。"""
    plan = asdict(trial) | {
        "stimulus": pictures.setdefault(trial.stimulus, len(pictures)),
        "before": [_frame(frame, pictures) for frame in trial.before],
        "mask": trial.mask and _frame(trial.mask, pictures),
    }
    always = {"condition", "answer", "stimulus", "level", "block"}
    return {
        name: value
        for name, value in plan.items()
        if name in always or value not in (None, "", [], ())
    }


def show(experiment: Experiment) -> None:
    """実験を頁に置く。ノートブックでは，頁で試せることだけを書く。"""
    from IPython.display import display

    words = f"（実験「{experiment.title}」は，本の頁で試せます。）"
    display({"text/html": to_html(experiment), "text/plain": words}, raw=True)
