"""効果の表と図：根拠のすべてを載せ，失敗も，対照が示したことも，古い記録も隠さない。"""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lessons import figures, human
from lessons.effects import record, table, verdict
from lessons.figures.comparison import KINDS, Row, compare

NUMBER = human.Number(
    "trial", "指数", 0.25, 0.2, 0.3, "指数", "20", "jacob2021x", "原典"
)
PROTOCOL = SimpleNamespace(
    id="trial",
    name="試し<の>名前",
    claim="近い",
    index="差 ÷ 和",
    network="網",
    read_out="GAP",
    origin="創発",
    because="選んでいない",
    reported="近く見えた",
    source="rollenhagen2000mirror",
    no_number="",
    human=NUMBER,
    comparable=True,
    unit="図形の組",
    controls={"pixels": "画素のまま", "far": "遠い文脈"},
    digest="a",
)
G = np.random.default_rng(0)
MODEL = (0.3 + G.normal(0, 0.02, (5, 24))).tolist()


def measured(far: float = 0.0, **changes) -> record.Measured:
    controls = {"pixels": [[0.0] * 24] * 5, "far": [[far] * 24] * 5}
    grid = [{"parameters": {}, "mean": 0.2}] * 9 + [{"parameters": {}, "mean": -0.1}]
    found = {
        "protocol": "a",
        "seeds": list(range(1000, 1005)),
        "model": MODEL,
        "controls": controls,
        "grid": grid,
    }
    means = [cell["mean"] for cell in grid]
    decided = verdict.decide(MODEL, controls, means, human=0.25)
    protocol = SimpleNamespace(**{**vars(PROTOCOL), **changes})
    return record.Measured(protocol, found, decided)  # type: ignore[arg-type]


def test_rows_are_folded_by_chapter_and_numbered_through():
    chapters = ("attention/cam", "attention/cam", "basics/softmax")
    html = table.by_chapter([measured(chapter=chapter) for chapter in chapters])
    assert html.count("<details") == html.count("<table") == 2
    assert "ソフトマックス" in html.split("<details")[2].split("</summary>")[0]
    word = measured().word
    assert f"<small>{word} 2</small>" in html
    for number in (1, 2, 3):
        assert f"{number}. 試し" in html


def test_a_row_says_everything_it_rests_on():
    html = table.to_html([measured()])
    for said in (
        "1. 試し&lt;の&gt;名前",
        "近く見えた（Rollenhagen（2000））",
        "0.25 [0.2, 0.3]（Jacob（2021），原典）",
        "図形の組 5 個，24 項目ずつ",
        "人間の 1.2 倍",
        "画素 0，遠い文脈 0",
        "10 条件のうち 9",
        "創発：選んでいない",
        'data-label="判定">示した',
        'id="effect-trial"',
    ):
        assert said in html, said


def test_a_passing_control_is_named():
    html = table.to_html([measured(far=0.2)])
    assert "遠い文脈 0.2（効果を示した）" in html
    assert "画素 0，" in html
    assert 'data-label="判定">構造' in html


def test_a_stale_record_is_not_called_shown():
    html = table.to_html([measured(digest="b")])
    assert 'data-label="判定">古い記録（いまの記録では 示した）' in html


def test_built_in_is_not_called_shown():
    one = measured(origin="組み込み", human=None, no_number="比べる数はない")
    html = table.to_html([one])
    assert 'data-label="判定">組み込み' in html
    assert 'data-label="人間の値">比べる数はない' in html
    assert table.counted([one, measured()]) == {"組み込み": 1, "示した": 1}


def test_the_emergent_rows_called_shown_are_those_the_chapters_weaken():
    """頁の文：「示した」のうち創発の行は，章で別の対照や式を足した二つだけ。"""
    shown = {
        one.protocol.id
        for one in record.everything()
        if one.word == "示した" and one.protocol.origin == "創発"
    }
    assert shown == {"prototype_advantage", "choice_unseen_pairs"}
    (stored,) = record.named("prototype_advantage_stored")
    assert stored.word == "構造"


def test_another_unit_is_shown_in_the_table_but_not_on_the_axis():
    one = measured(comparable=False)
    assert "モデルの値とは単位が違う" in table.to_html([one])
    assert table.row(one).human is None
    assert table.row(measured()).human == (0.25, 0.2, 0.3)


def test_unmeasured_effect_cannot_be_drawn():
    one = replace(measured(), record=None, verdict=None)
    assert 'data-label="判定">まだ測っていない' in table.to_html([one])
    with pytest.raises(ValueError, match="python -m bookkit effects trial"):
        table.row(one)


def test_figure_puts_people_reader_model_and_controls_on_one_axis():
    figures.use_style()
    rows = [table.row(measured(), yours=0.1), Row("二", (0.5, 0.4, 0.6))]
    fig = compare(rows, unit="指数")
    first, second = fig.axes
    drawn = {line.get_label(): line for line in first.get_lines()}
    assert drawn["人間"].get_xdata() == [0.25]
    assert drawn["あなた"].get_xdata() == [0.1]
    assert drawn["モデル"].get_xdata()[0] == pytest.approx(np.mean(MODEL))
    assert list(drawn["対照"].get_xdata()) == [0, 0]
    assert "人間" not in {line.get_label() for line in second.get_lines()}
    marks = {mark for mark, _, _ in KINDS.values()}
    assert len(marks) == len(KINDS)  # 色だけに頼らない
    assert [text.get_text() for text in fig.legends[0].get_texts()] == list(KINDS)
    assert figures.smallest_text_px(fig) >= 13.5
    assert "人間" in figures.csv_of(fig)
    assert not math.isnan(first.get_xlim()[0])


def test_figure_needs_a_row():
    with pytest.raises(ValueError, match="段がありません"):
        compare([])


@pytest.mark.parametrize(
    "title", ["あ" * 30, "重みの乱れは，線の切断より，動物の名前を損なう", "短い"]
)
def test_no_title_of_a_row_is_cut(title):
    fig = compare([Row(title, (0.1, 0.0, 0.2))])
    fig.draw_without_rendering()
    (ax,) = fig.axes
    box = ax.get_title(loc="left")
    assert box.replace("\n", "") == title
    right = ax._left_title.get_window_extent().x1
    assert right <= fig.bbox.x1


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("jacob2021qualitative", "Jacob（2021）"),
        ("lambonralph2007neural", "Lambon Ralph（2007）"),
        ("oreilly2012", "O’Reilly（2012）"),
        ("表", "表"),
    ],
)
def test_surnames_are_spelled_as_people_spell_them(key, said):
    assert table.source_name(key) == said
