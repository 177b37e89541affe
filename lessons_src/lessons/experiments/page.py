"""実験を，頁のスクリプト（``experiment.js``）が動かす HTML にする。"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import asdict
from html import escape

from lessons.experiments.plan import FASTEST, SCORES, SLOWEST, Experiment

MOST_BYTES = 60 * 1024
"""実験一つの大きさの上限（gzip したバイト数）。"""


def to_html(experiment: Experiment) -> str:
    """実験を，頁に置く HTML にする。頁のスクリプト（``experiment.js``）が動かす。"""
    experiment.check()
    plan = asdict(experiment) | {
        "conditions": experiment.conditions,
        "measure": SCORES[experiment.score],
        "fastest": FASTEST,
        "slowest": SLOWEST,
        "others": [
            {"name": name, "values": dict(own)}
            for name, own in experiment.others.items()
        ],
    }
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
        f'<div class="experiment" role="group" aria-label="{escape(experiment.title)}" '
        f'data-state="off" data-plan="{escape(text, quote=True)}">'
        f'<p class="ex-title"><b>{escape(experiment.title)}</b></p>'
        '<p class="ex-off">この実験は，本の頁で，JavaScript が動くときに試せます。</p>'
        '<div class="ex-place"></div>'
        '<p class="ex-status" role="status" aria-live="polite"></p></div>'
    )


def show(experiment: Experiment) -> None:
    """実験を頁に置く。ノートブックでは，頁で試せることだけを書く。"""
    from IPython.display import display

    words = f"（実験「{experiment.title}」は，本の頁で試せます。）"
    display({"text/html": to_html(experiment), "text/plain": words}, raw=True)
