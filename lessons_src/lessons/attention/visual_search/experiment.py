"""視覚探索の実験：特徴探索と結合探索の，項目の数と反応時間。"""

from __future__ import annotations

from collections.abc import Mapping

from lessons import human
from lessons.attention.visual_search.model import page_data
from lessons.experiments import Experiment, Response, Trial
from lessons.stimuli.search_displays import PALETTE, Display, make_display

SIZES = (4, 8, 12, 16, 20)
TASKS = {"color": "特徴", "conjunction": "結合"}
ANSWERS = {"present": "ある", "absent": "ない"}
SAFE = {"red": (230, 110, 0), "green": (35, 115, 190)}
"""色の見分けにくい人のための色（だいだいと青）。明るさの平均は，もとの色と同じ 113。"""
POOL = 4
"""条件ごとに用意する画面の数。端末が，そのうちの ``REPEATS`` 枚を選ぶ。"""
REPEATS = 2


def search_svg(display: Display) -> str:
    """棒の画面を，小さな SVG にする。絵は ``render`` と同じ位置・色・太さ。"""
    paths = dict.fromkeys((item.look.color for item in display.items), "")
    for item in display.items:
        r, x, y = display.radius, item.x, item.y
        vertical = item.look.tilt == 90
        line = (
            f"M{x:.0f} {y - r:.0f}v{2 * r:.0f}"
            if vertical
            else f"M{x - r:.0f} {y:.0f}h{2 * r:.0f}"
        )
        paths[item.look.color] += line
    drawn = "".join(
        f'<path d="{path}" stroke="rgb{PALETTE[color]}"/>'
        for color, path in paths.items()
    )
    return (
        f'<svg viewBox="0 0 {display.side} {display.side}" role="img" aria-label="探索画面" '
        f'stroke-width="{0.52 * display.radius:.0f}" stroke-linecap="round">'
        f'<rect width="100%" height="100%" fill="rgb(20,20,20)"/>{drawn}</svg>'
    )


def experiment(seed: int = 0) -> Experiment:
    """画面の蓄えと，モデルの傾きを持つ実験。"""
    trials = [
        Trial(
            f"{name}・{said}",
            answer,
            search_svg(
                make_display(
                    task,
                    size,
                    answer == "present",
                    1000 * block + 100 * size + 10 * k + (answer == "present"),
                )
            ),
            size,
            block,
        )
        for block, (task, name) in enumerate(TASKS.items())
        for answer, said in ANSWERS.items()
        for size in SIZES
        for k in range(POOL)
    ]
    models = page_data(seed)
    return Experiment(
        name="visual-search",
        title="視覚探索の実験",
        instructions=(
            "赤い縦の棒を探してください。あれば「ある」，なければ「ない」を，できるだけ速く，まちがえないように押します。",
            "全部で 40 回，3 分ほどです。結果はこの画面の中だけで計算し，どこにも送りません。",
        ),
        example=search_svg(make_display("conjunction", 8, True, 5)),
        responses=(Response("absent", "ない", "f"), Response("present", "ある", "j")),
        trials=trials,
        repeats=REPEATS,
        score="slope",
        unit="ms／項目",
        axis="項目の数",
        blocks=(
            "特徴探索です。妨害は，緑の縦棒だけです。はじめの 2 回は練習です。",
            "結合探索です。妨害は，緑の縦棒と，赤い横棒です。はじめの 2 回は練習です。",
        ),
        feedback=True,
        others={
            "人間": people(),
            "ガイド付き探索": _slopes(models["guided"]),
            "特徴統合理論": _slopes(models["integration"]),
        },
        unseen="目で見る課題です。画面が見えない人は，この章の本文で，モデルの傾きを読んでください。",
        safe={"赤い": "だいだい色の", "緑の": "青い"}
        | {f"rgb{PALETTE[name]}": f"rgb{color}" for name, color in SAFE.items()},
        caution="傾きは，正解した回だけから求めました。一人の 40 回では，傾きは大きく揺れます。",
    )


def people() -> dict[str, float]:
    """同じ刺激の探索での，人間の傾きの平均（ms／項目）：条件から引く表。"""
    conditions = [
        f"{name}・{said}" for name in TASKS.values() for said in ANSWERS.values()
    ]
    return {
        one: human.numbers("attention/visual_search", "slopes", one)[0].value
        for one in conditions
    }


def _slopes(model: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, float]:
    names = {"feature": "特徴", "conjunction": "結合"}
    return {
        f"{names[task]}・{ANSWERS[answer]}": line["slope"]
        for task, answers in model.items()
        for answer, line in answers.items()
    }
