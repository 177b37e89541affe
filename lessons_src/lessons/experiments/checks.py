"""実験の困るところを，頁に置く前に断る。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lessons.experiments.plan import Experiment, Trial
from lessons.experiments.scores import SCORES

MOST_STIMULUS = 20 * 1024
"""刺激一つの大きさの上限（バイト）。"""
MOST_RESPONSES = 8
RESERVED = {"escape", "tab", "enter", " "}


def check(experiment: Experiment) -> None:
    """困るところがないかを調べる。

    Raises:
        ValueError: 条件がない，そろわない，刺激が大きい，答えやキーやまとめ方が合わないとき。
    """
    for problem in _problems(experiment):
        raise ValueError(f"実験「{experiment.name}」{problem}")


def _problems(e: Experiment) -> Iterator[str]:
    if not e.trials or not (e.responses or e.place):
        yield "に試行か答え方がありません。一つ以上書いてください。"
    if e.score not in SCORES:
        yield f"のまとめ方 {e.score!r} はありません。使える名前: {', '.join(SCORES)}"
    if len(e.responses) > MOST_RESPONSES:
        yield f"の答え方が {len(e.responses)} あります。{MOST_RESPONSES} までにしてください。"
    keys = [response.key for response in e.responses]
    if len(set(keys)) < len(keys) or RESERVED & {key.lower() for key in keys}:
        yield f"のキーが重なるか，頁の操作のキーです（{keys}）。別の字にしてください。"
    if not e.unseen:
        yield "に，画面が見えない人への一文（unseen）がありません。"
    cells = Counter(t.cell for t in e.trials)
    for trial in e.trials:
        wanted = e.repeats if trial.repeats is None else trial.repeats
        if cells[trial.cell] < wanted:
            yield (
                f"の {trial.cell} の刺激が {cells[trial.cell]} 枚しかありません。"
                f"{wanted} 枚以上にそろえてください。"
            )
    if e.blocks and {t.block for t in e.trials} != set(range(len(e.blocks))):
        yield "のまとまりの番号と説明の数が合いません。"
    for number, trial in enumerate(e.trials, 1):
        for problem in _of_trial(e, trial):
            yield f"の {number} 番めの{problem}"
    yield from _of_score(e)
    lines = {**e.others, **e.curves}
    for name, own in lines.items():
        missing = sorted(set(own) - set(e.entries))
        if missing:
            yield f"の{name}の条件 {missing} が，試行にありません。"


def _of_trial(e: Experiment, trial: Trial) -> Iterator[str]:
    values = {response.value for response in e.responses}
    if e.place and trial.target is None:
        yield "試行に，正しい場所（target）がありません。"
    if not e.place and trial.answer not in values | ({""} if e.limit else set()):
        yield (
            f"答え {trial.answer!r} が，答え方にありません。"
            "（空の答えには，待つ時間 limit が要ります。）"
        )
    mask = trial.mask or e.mask
    shown = e.shown if trial.shown is None else trial.shown
    if mask and not shown:
        yield "試行に，刺激を見せる時間（shown）がありません。覆いの前に，時間を決めてください。"
    if any(ms <= 0 for _, ms in [*trial.before, *([mask] if mask else [])]):
        yield "試行に，0 ms 以下の絵があります。"
    if trial.words and len(trial.words) != len(e.responses):
        yield (
            f"試行の言葉が {len(trial.words)} あり，答え方の {len(e.responses)} と合いません。"
            "答え方の順に，同じ数だけ書いてください。"
        )
    covers = [mask[0]] if mask else []
    pictures = [trial.stimulus, *(picture for picture, _ in trial.before), *covers]
    heavy = max(len(picture.encode()) for picture in pictures)
    if heavy > MOST_STIMULUS:
        yield (
            f"刺激が {heavy // 1024} KB あります。"
            f"{MOST_STIMULUS // 1024} KB までにしてください。"
        )


def _of_score(e: Experiment) -> Iterator[str]:
    """まとめ方に要るものが，そろっているか。"""
    if SCORES[e.score].place != bool(e.place):
        yield "のまとめ方と，答え方（場所かボタンか）が合いません。"
    if e.signal and e.signal not in {response.value for response in e.responses}:
        yield f"の数える答え {e.signal!r} が，答え方にありません。"
    unknown = {c for pair in e.contrasts.values() for c in pair} - set(e.conditions)
    if unknown or bool(SCORES[e.score].contrast) != bool(e.contrasts):
        yield f"の差（contrasts）がないか，要らないか，知らない条件 {sorted(unknown)} です。"
    for condition in e.conditions:
        mine = [t for t in e.trials if t.condition == condition]
        if e.score == "dprime" and len({t.answer == e.signal for t in mine}) < 2:
            yield (
                f"の条件「{condition}」に，信号（signal）の試行と，そうでない試行の"
                "両方がありません。d′ には，両方が要ります。"
            )
        if e.score in ("slope", "threshold") and len({t.level for t in mine}) < 2:
            yield f"の条件「{condition}」の水準が一つです。二つ以上にしてください。"
