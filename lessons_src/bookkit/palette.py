"""本の色。``lessons/palette.json`` だけが決め，図も頁も，ここから読む。

``figure`` は図にも頁にも使う色，``page`` は頁だけの色。どの色も，明るい頁と暗い頁の値を持つ。
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

MODES = ("light", "dark")
SECTIONS = ("figure", "page")
VALUE = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{8})")
SHAPE = '{"light": "#rrggbb", "dark": "#rrggbb"}'

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
    twice: list[str] = []

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in found]
        twice.extend(name for name in set(names) if names.count(name) > 1)
        return dict(found)

    try:
        data = json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        return [(error.lineno, f"JSON として読めません（{error.msg}）。")]
    if not isinstance(data, dict) or data.keys() != set(SECTIONS):
        return [(1, "いちばん外側には figure と page の二つだけを書いてください。")]
    said = [
        (_line(text, "", name), f"{name!r} を二度書いています。一つにしてください。")
        for name in sorted(twice)
    ]
    for section in SECTIONS:
        if not isinstance(data[section], dict):
            said.append((_line(text, "", section), f"{section!r} に色がありません。"))
            continue
        for name, value in data[section].items():
            line = _line(text, section, name)
            said += [(line, word) for word in _faults(name, value)]
            if section == "page" and name in data["figure"]:
                said.append((line, f"色 {name!r} は figure にもあります。"))
    return sorted(said)


def _faults(name: str, value: object) -> list[str]:
    """一つの色の誤り。"""
    if not isinstance(value, dict):
        return [f"色 {name!r} は {SHAPE} の形で書いてください。"]
    words = {"light": "明るい頁", "dark": "暗い頁"}
    said = [
        f"色 {name!r} に{words[mode]}の値（{mode}）がありません。"
        for mode in MODES
        if mode not in value
    ]
    said += [
        f"色 {name!r} の {key!r} は使いません。" for key in value if key not in MODES
    ]
    said += [
        f"色 {name!r} の {mode} は {value[mode]!r} です。小文字の #rrggbb か #rrggbbaa で書いてください。"
        for mode in MODES
        if mode in value and not VALUE.fullmatch(str(value[mode]))
    ]
    return said


def _line(text: str, section: str, name: str) -> int:
    """``section`` の中で ``name`` を書いた行。"""
    start = text.find(f'"{section}"') if section else 0
    match = re.compile(rf'"{re.escape(name)}"\s*:').search(text, max(start, 0))
    return text.count("\n", 0, match.start()) + 1 if match else 1
