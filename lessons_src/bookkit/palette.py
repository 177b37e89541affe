"""本の色。``lessons/palette.json`` だけが決め，図も頁も，ここから読む。

``figure`` は図にも頁にも使う色，``page`` は頁だけの色。どの色も，明るい頁と暗い頁の値を持つ。
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import yaml

from bookkit import shape

MODES = ("light", "dark")
SECTIONS = ("figure", "page")
Colours = dict[str, dict[str, str]]
"""色の名前から，明るい頁と暗い頁の値への対応。"""


def palette_path() -> Path:
    """色を決めるファイル。"""
    return Path(__file__).resolve().parents[1] / "lessons" / "palette.json"


@cache
def read(section: str) -> Colours:
    """``figure`` か ``page`` の色。

    Raises:
        ValueError: ファイルに誤りがあるとき。場所と直し方を言う。
    """
    path = palette_path()
    found = problems(path)
    if found:
        raise ValueError("\n".join(f"{path}:{line}: {said}" for line, said in found))
    colours: Colours = json.loads(path.read_text("utf8"))[section]
    return colours


def colours() -> Colours:
    """すべての色。"""
    return {
        name: value for section in SECTIONS for name, value in read(section).items()
    }


def light(name: str) -> str:
    """明るい頁での色（``#rrggbb``）。"""
    return colours()[name]["light"]


def dark_twins() -> dict[str, str]:
    """図の色の，明るい頁の値から，暗い頁の値への対応。明暗で同じ色は入れない。"""
    twins = read("figure").values()
    return {c["light"]: c["dark"] for c in twins if c["light"] != c["dark"]}


def custom_properties(mode: str, *, changed_only: bool = False) -> str:
    """CSS の変数の宣言。``code_background`` は ``--code-background`` になる。

    Args:
        mode: ``light`` か ``dark``。
        changed_only: 明暗で違う色だけを書く。
    """
    return "".join(
        f"--{name.replace('_', '-')}:{value[mode]};"
        for name, value in colours().items()
        if not changed_only or value["light"] != value["dark"]
    )


def problems(path: Path) -> list[tuple[int, str]]:
    """``palette.json`` の誤りを ``(行, 説明)`` の一覧で返す。誤りがなければ空。"""
    if not path.is_file():
        return [
            (1, "色のファイルがありません。lessons/palette.json を置いてください。")
        ]
    text = path.read_bytes().decode("utf8", "replace")
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        return [(error.lineno, f"JSON として読めません（{error.msg}）。")]
    node = yaml.compose(text, yaml.SafeLoader)  # JSON は YAML としても読め，行が分かる
    found = [*shape.twice(node)]
    found += [
        (line, said) for line, said, _ in shape.problems(node, shape.of("palette"))
    ]
    if not found:
        found = [
            (shape.at(node, ["page", name])[0], f"色 {name!r} は figure にもあります。")
            for name in data["page"].keys() & data["figure"].keys()
        ]
    return sorted(set(found))
