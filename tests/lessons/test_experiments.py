"""読者の実験の枠：困る書き方を断り，頁のまとめと同じ計算で一クラス分を読む。"""

import json
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from bs4 import BeautifulSoup

from lessons.attention.visual_search.experiment import SAFE, search_svg
from lessons.attention.visual_search.experiment import experiment as visual_search
from lessons.experiments import (
    Experiment,
    Response,
    Trial,
    draw_class,
    read_class,
    simulate,
    summarise,
    to_html,
)
from lessons.experiments.scores import bins, missing
from lessons.stimuli.search_displays import PALETTE, make_display, render

SMALL = Experiment(
    name="small",
    title="小さな実験",
    instructions=["押してください。"],
    example="<svg></svg>",
    responses=[Response("left", "左", "f"), Response("right", "右", "j")],
    trials=[
        Trial(condition, answer, "<svg></svg>", level)
        for condition in ("甲", "乙")
        for answer, level in (("left", 1), ("right", 2))
    ],
    repeats=1,
    others={"人間": {"甲": 500, "乙": 600}},
)


def plan_of(experiment):
    box = BeautifulSoup(to_html(experiment), "html.parser").select_one(".experiment")
    return json.loads(box["data-plan"])


def test_the_page_gets_the_whole_plan():
    plan = plan_of(SMALL)
    assert plan["conditions"] == ["甲", "乙"]
    assert [t["answer"] for t in plan["trials"]] == ["left", "right"] * 2
    assert plan["others"] == [{"name": "人間", "values": {"甲": 500, "乙": 600}}]
    assert (plan["fastest"], plan["slowest"]) == (150, 10_000)  # まとめの範囲は一つ
    assert plan["version"] != plan_of(replace(SMALL, fixation=400))["version"]
    assert plan == plan_of(SMALL)


def test_a_picture_is_sent_once():
    """同じ絵（手がかり，覆い）は一度だけ渡し，試行は番号で指す。"""
    trials = [
        replace(trial, before=[("<svg>cue</svg>", 100)]) for trial in SMALL.trials
    ]
    plan = plan_of(
        replace(SMALL, trials=trials, shown=50, mask=("<svg>mask</svg>", 80))
    )
    assert plan["pictures"] == ["<svg></svg>", "<svg>cue</svg>", "<svg>mask</svg>"]
    assert plan["mask"] == [2, 80]
    assert all(
        (trial["stimulus"], trial["before"]) == (0, [[1, 100]])
        for trial in plan["trials"]
    )


def test_a_trial_has_its_own_words():
    trials = [replace(SMALL.trials[0], words=("近い", "遠い")), *SMALL.trials[1:]]
    sent = plan_of(replace(SMALL, trials=trials))["trials"]
    assert sent[0]["words"] == ["近い", "遠い"]
    assert all("words" not in trial for trial in sent[1:])


def test_words_are_escaped():
    html = to_html(replace(SMALL, title='"><script>'))
    assert "<script" not in html


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trials": []}, "試行か答え方がありません"),
        ({"score": "median"}, "'median' はありません"),
        ({"repeats": 2}, "1 枚しかありません"),
        ({"blocks": ["一", "二"]}, "まとまりの番号"),
        ({"others": {"人間": {"丙": 1}}}, r"人間の条件 \['丙'\]"),
        (
            {"responses": [Response("left", "左", "f"), Response("right", "右", "f")]},
            "キー",
        ),
        (
            {
                "responses": [
                    Response("left", "左", "Escape"),
                    Response("right", "右", "j"),
                ]
            },
            "キー",
        ),
        ({"trials": [Trial("甲", "up", "")]}, "1 番めの答え 'up'"),
        ({"trials": [Trial("甲", "left", "絵" * 7000)]}, "20 KB あります"),
        (
            {"trials": [Trial("甲", "left", "", before=[("絵" * 7000, 9)])]},
            "20 KB あります",
        ),
        (
            {"trials": [Trial("甲", "left", "", shown=9, mask=("絵" * 7000, 9))]},
            "20 KB",
        ),
        ({"trials": [Trial("甲", "left", "", words=["一"])]}, "言葉が 1 あり"),
        ({"trials": [Trial("甲", "left", "", before=[("", 0)])]}, "0 ms 以下"),
        ({"mask": ("", 100)}, "刺激を見せる時間"),
        ({"trials": [Trial("甲", "", "")]}, "待つ時間 limit が要ります"),
        ({"trials": [Trial("甲", "left", "", repeats=2)]}, "2 枚以上に"),
        ({"responses": [Response(str(k), "", str(k)) for k in range(9)]}, "8 まで"),
        ({"unseen": ""}, "unseen"),
        ({"score": "deviation"}, "場所かボタンか"),
        ({"place": "決める", "score": "deviation"}, "正しい場所"),
        ({"signal": "up"}, "数える答え 'up'"),
        ({"score": "difference"}, r"contrasts"),
        ({"score": "difference", "contrasts": {"差": ("甲", "丙")}}, "'丙'"),
        ({"score": "dprime"}, "両方が要ります"),
        (
            {
                "score": "threshold",
                "trials": [Trial("甲", "left", "")],
                "others": {},
            },
            "水準が一つ",
        ),
        ({"curves": {"モデル": {"丙": {1: 50}}}}, r"モデルの条件 \['丙'\]"),
    ],
)
def test_wrong_plans_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        to_html(replace(SMALL, **change))


def test_heavy_plans_are_refused():
    rng = np.random.default_rng(0)
    trials = [
        Trial("甲", "left", "".join(map(chr, rng.integers(33, 126, 9000))))
        for _ in range(12)
    ]
    with pytest.raises(ValueError, match="上限 60 KB"):
        to_html(replace(SMALL, trials=trials, others={}))


def rows_of(lines, correct=lambda k: True):
    """条件から（切片，傾き）への表のとおりに答えた記録。"""
    rows, k = [], 0
    for condition, (start, slope) in lines.items():
        for level in (4, 8, 12):
            k += 1
            good = correct(k)
            rt = start + slope * level if good else 9000
            rows.append(
                {
                    "code": "a",
                    "condition": condition,
                    "level": str(level),
                    "correct": str(int(good)),
                    "rt_ms": str(rt),
                }
            )
    return rows


def test_every_score_is_recovered():
    rows = rows_of({"甲": (400, 10), "乙": (500, 0)}, lambda k: k != 3)
    slope = summarise(rows, replace(SMALL, score="slope"))
    assert slope == pytest.approx({"甲": 10, "乙": 0}, abs=1e-9)
    assert summarise(rows, SMALL) == pytest.approx({"甲": 460, "乙": 500})
    share = summarise(rows, replace(SMALL, score="share"))
    assert share == pytest.approx({"甲": 200 / 3, "乙": 100})
    assert summarise(rows[2:3], SMALL) == {}
    assert summarise(rows[:1], replace(SMALL, score="slope")) == {}


def said_yes(condition, level, count, total, **more):
    """``total`` 回のうち ``count`` 回，信号（right）と答えた行。"""
    return [
        {
            "condition": condition,
            "level": str(level),
            "answer": "right",
            "response": "right" if k < count else "left",
            "correct": str(int(k < count)),
            "rt_ms": "500",
            **more,
        }
        for k in range(total)
    ]


def test_d_prime_is_that_of_the_textbook():
    """当たり 80/100，誤警報 30/100。補正（+0.5，+1）をした d′ を，手の計算と比べる。"""
    rows = said_yes("甲", 0, 80, 100) + said_yes("甲", 0, 30, 100, answer="left")
    plan = replace(SMALL, score="dprime", signal="right")
    hit, false = NormalDist().inv_cdf(80.5 / 101), NormalDist().inv_cdf(30.5 / 101)
    assert summarise(rows, plan) == pytest.approx({"甲": hit - false})
    assert summarise(rows, plan)["甲"] == pytest.approx(1.36, abs=0.02)
    assert summarise(rows[:100], plan) == {}


@pytest.mark.parametrize(
    ("shares", "wanted"),
    [
        ([0, 20, 60, 100], 2.75),
        ([100, 80, 40, 0], 2.75),
        ([0, 60, 40, 100], 2.5),  # 60 と 40 は，ならすと 50 になる
        ([80, 90, 90, 100], None),
    ],
)
def test_the_threshold_is_where_the_curve_crosses(shares, wanted):
    rows = [
        row
        for level, s in enumerate(shares, 1)
        for row in said_yes("甲", level, s // 10, 10)
    ]
    found = summarise(rows, replace(SMALL, score="threshold", signal="right"))
    if wanted == 2.5:  # 平らな所に半分が入るので，横切る所は，その端
        assert found["甲"] == pytest.approx(2)
    else:
        assert found == ({} if wanted is None else {"甲": pytest.approx(wanted)})


def test_learning_differences_and_places():
    rows = said_yes("甲", 0, 0, 4) + said_yes("甲", 0, 3, 4)
    plan = replace(SMALL, score="learning", bin=4)
    assert bins(rows, plan) == [(2.5, 0), (6.5, 75)]
    assert summarise(rows, plan) == {"甲": 75}
    rt = rows_of({"甲": (600, 0), "乙": (540, 0)})
    plan = replace(SMALL, score="difference", contrasts={"差": ("甲", "乙")}, others={})
    assert summarise(rt, plan) == pytest.approx({"差": 60})
    assert summarise(rt[:3], plan) == {}
    found = summarise(rt, replace(plan, score="index"))
    assert found == pytest.approx({"差": 60 / 1140})
    assert missing({}, plan).endswith("（差）。")
    assert missing({"差": 1.0}, plan) == ""
    spots = [
        {"condition": "甲", "x": x, "y": "4", "target_x": "10", "target_y": "0"}
        for x in ("13", "7")
    ]
    assert summarise(spots, replace(SMALL, score="deviation")) == {"甲": 0}
    assert summarise(spots, replace(SMALL, score="distance")) == {"甲": 5}


def write(path, rows):
    head = ["code", "condition", "level", "correct", "rt_ms"]
    lines = [",".join(row[name] for name in head) for row in rows]
    path.write_text("\ufeff" + "\n".join([",".join(head), *lines, ""]), "utf8")


def test_a_class_is_read_and_odd_files_are_named(tmp_path):
    with pytest.raises(ValueError, match="CSV がありません"):
        read_class(tmp_path, SMALL)
    for k in range(5):
        write(tmp_path / f"p{k}.csv", rows_of({"甲": (400 + k, 0), "乙": (500, 0)}))
    (tmp_path / "copy.csv").write_bytes((tmp_path / "p0.csv").read_bytes())
    (tmp_path / "note.csv").write_text("これは記録ではない\n", "utf8")
    write(tmp_path / "other.csv", rows_of({"丙": (1, 1)}))
    found = read_class(tmp_path, SMALL)
    assert len(found.values) == 5
    assert sorted(v["甲"] for v in found.values.values()) == [400, 401, 402, 403, 404]
    assert set(found.unreadable) == {"note.csv", "other.csv"}
    assert found.duplicates == ["p0.csv"]
    assert not found.short
    write(tmp_path / "half.csv", rows_of({"甲": (402, 0)}))
    assert set(read_class(tmp_path, SMALL).short.values()) == {
        missing({"甲": 1}, SMALL)
    }
    axes = draw_class(found, SMALL).axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["甲", "乙"]
    means = [c.lines[0].get_xdata()[0] for c in axes.containers]
    assert means == pytest.approx([402, 500])


def test_simulated_people_have_the_slopes_they_were_given(tmp_path):
    lines = {
        condition: (450, slope)
        for condition, slope in zip(
            visual_search().conditions, (1, 2, 20, 40), strict=True
        )
    }
    simulate(tmp_path, visual_search(), lines, 20)
    found = read_class(tmp_path, visual_search())
    assert len(found.values) == 20
    assert not found.unreadable
    for condition, (_, slope) in lines.items():
        own = [value[condition] for value in found.values.values()]
        assert np.mean(own) == pytest.approx(slope, abs=3)
        assert np.std(own) > 0.5


def test_the_reader_sees_the_picture_that_the_model_saw():
    """SVG の棒は，モデルの見る絵と同じ所にある。"""
    import io

    import resvg_py
    from PIL import Image

    display = make_display("conjunction", 12, True, seed=4)
    svg = search_svg(display).replace(
        "<svg ",
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{display.side}" height="{display.side}" ',
        1,
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, width=display.side, dpi=96)
    drawn = np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGB"), float)
    wrong = np.abs(drawn - render(display)).max(axis=-1) > 60
    assert wrong.mean() < 0.01


def test_the_visual_search_is_balanced():
    plan = visual_search()
    assert len(plan.trials) == 80
    assert plan.conditions == ["特徴・ある", "特徴・ない", "結合・ある", "結合・ない"]
    assert set(plan.others["特徴統合理論"]) == set(plan.conditions)
    assert plan.others["特徴統合理論"]["結合・ある"] > 5


def test_the_safe_colours_replace_every_colour_of_the_search():
    """色の選び直しで，赤も緑も，絵にも教示にも残らない。明るさの平均は変わらない。"""
    plan = visual_search()
    words = [*plan.instructions, *plan.blocks, *(t.stimulus for t in plan.trials)]
    text = "".join(words)
    for old, new in plan.safe.items():
        text = text.replace(old, new)
    assert "赤" not in text
    assert "緑の縦棒" not in text
    for color, new in SAFE.items():
        assert f"rgb{PALETTE[color]}" not in text
        assert sum(new) / 3 == pytest.approx(sum(PALETTE[color]) / 3, abs=1)
