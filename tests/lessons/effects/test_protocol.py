"""約束：項目がそろい，量と対照が足りているか。誤りは，ファイルと直し方を言う。"""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons import human
from lessons.effects import protocol as protocols

GOOD = """\
name = "試し"
claim = "近い"
index = "差 ÷ 和"
network = "網"
read_out = "GAP"
origin = "創発"
because = "選んでいない"
threshold = 0.05
[human]
reported = "近く見えた"
source = "someone2000"
condition = "指数"
[amount]
unit = "図形の組"
seeds = [1000, 1004]
[parameters]
width = 14
[controls]
pixels = "画素"
[robustness]
seeds = [1000, 1001]
[robustness.parameters]
width = [10, 14, 18]
layer = ["head", "gap", "logit"]
"""
CSV = """\
effect,condition,value,low,high,unit,n,source,reading
trial,指数,0.25,0.2,0.3,指数,20,someone2000,原典
trial,ほか,0.5,,,割合,,someone2000,再計算
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """約束の文を読む関数。部屋は ``basics/softmax``，約束は ``trial``。"""
    room = tmp_path / "basics" / "softmax"
    (room / "protocols").mkdir(parents=True)
    (room / "human.csv").write_text(CSV, "utf8")
    monkeypatch.setattr(protocols, "LESSONS", tmp_path)
    monkeypatch.setattr(human, "__file__", str(tmp_path / "human.py"))

    def load(text: str) -> protocols.Protocol:
        path = room / "protocols" / "trial.toml"
        path.write_text(text, "utf8")
        return protocols.load(path)

    return load


def test_everything_is_read(load):
    found = load(GOOD)
    assert (found.id, found.chapter) == ("trial", "basics/softmax")
    assert found.seeds == (1000, 1001, 1002, 1003, 1004)
    assert found.grid_seeds == (1000, 1001)
    assert len(found.grid) == 9
    assert {"width": 18, "layer": "gap"} in found.grid
    assert found.human_value == 0.25
    assert found.human.n == "20"
    assert load(GOOD + "\n").digest != found.digest  # 一字でも変われば，別の約束


def test_human_value_of_another_unit_is_shown_but_not_compared(load):
    found = load(
        GOOD.replace('"指数"\n[amount]', '"ほか"\ncomparable = false\n[amount]')
    )
    assert found.human.value == 0.5
    assert found.human_value is None


WITHOUT_CONTROL = GOOD.replace('pixels = "画素"\n', "")
BROKEN = [
    (GOOD.replace('origin = "創発"', ""), "項目 'origin' を書いてください"),
    (GOOD.replace("創発", "自然"), "創発，一部組み込み，組み込み のどれか"),
    (GOOD.replace("創発", "一部組み込み"), "ablation を書いてください"),
    (WITHOUT_CONTROL, "controls に一つ以上"),
    (GOOD.replace('source = "someone2000"\n', ""), "human.none に，人間の数がない訳"),
    (GOOD.replace("1004]", "1002]"), "種が 3 個です。図形の組は 5 個以上"),
    (GOOD.replace("図形の組", "ネットワーク"), "ネットワークは 20 個以上"),
    (GOOD.replace("[1000, 1004]", "[0, 9]"), "種は 1000 から"),
    (GOOD.replace(", 18]", "]"), "頑健さの条件が 6 個です"),
    (
        GOOD.replace('"指数"', '"割合"'),
        "'trial'／'割合' の行がありません。ある行: trial／",
    ),
    (
        GOOD.replace("threshold = 0.05", "").replace('condition = "指数"', ""),
        "threshold を，正の数で",
    ),
    (GOOD.replace("name =", "name"), "TOML として読めません"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_mistakes_are_told_with_the_file(load, text, said):
    with pytest.raises(protocols.ProtocolError) as error:
        load(text)
    assert "lessons/basics/softmax/protocols/trial.toml: " in str(error.value)
    assert said in str(error.value)


def test_amounts_may_be_lowered_with_a_reason(load):
    few = GOOD.replace("1004]", '1002]\nfewer = "一組に十分かかるから"')
    assert len(load(few).seeds) == 3
    cells = GOOD.replace(", 18]", "]").replace(
        "[robustness.parameters]", 'fewer = "値が二つしかない"\n[robustness.parameters]'
    )
    assert len(load(cells).grid) == 6


def test_built_in_needs_neither_control_nor_grid(load):
    text = WITHOUT_CONTROL.replace("創発", "組み込み")
    found = load(text[: text.index("[robustness]")])
    assert found.controls == {}
    assert found.grid == ()


def test_no_human_number_is_said_honestly(load):
    text = GOOD.replace('source = "someone2000"\n', 'none = "人間では測られていない"\n')
    found = load(text.replace('condition = "指数"\n', ""))
    assert found.no_number == "人間では測られていない"
    assert found.human is None


def test_unknown_name_is_answered_with_known_ones(load):
    load(GOOD)
    with pytest.raises(protocols.ProtocolError, match="ある名前: trial"):
        protocols.find("trail")
    assert protocols.find("trial").id == "trial"
    assert [one.id for one in protocols.all_protocols()] == ["trial"]
