"""``{effect-records}``：古い記録の訳と，約束と記録の日を並べる。変われば書き直す。"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from bs4 import BeautifulSoup

ROOM = "lessons_src/lessons/basics/trial"
PROTOCOL = "name = '試し'\n"
OTHER = "name = 'ほか'\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


RECORD = {
    "protocol": digest(PROTOCOL),
    "trace": {"files": {f"{ROOM.partition('/')[2]}/weights.txt": "前の中身"}},
}
FILES = {
    "_config.yml": "",
    "index.md": "# 表紙\n\n```{effect-records}\n```\n",
    "lessons_src/lessons/__init__.py": "",
    f"{ROOM}/protocols/trial.toml": PROTOCOL,
    f"{ROOM}/protocols/other.toml": OTHER,
    f"{ROOM}/records/trial.json": json.dumps(RECORD),
    f"{ROOM}/records/other.json": json.dumps({"protocol": digest(OTHER), "trace": {}}),
}
EXTENSIONS = ["myst_nb", "bookkit.directives.effect_records"]


def said(build: Callable[..., Path], files: dict[str, str]) -> str:
    site = build(files, extensions=EXTENSIONS)
    html = (site / "index.html").read_text("utf8")
    return BeautifulSoup(html, "html.parser").get_text()


def test_stale_records_are_told_with_the_reason(build: Callable[..., Path]) -> None:
    text = said(build, FILES)
    assert "記録が古い効果は，次のとおりです" in text
    assert f"{ROOM.partition('/')[2]}/weights.txt がなくなりました：「試し」" in text
    assert "「ほか」" not in text


def test_fresh_records_are_told(build: Callable[..., Path]) -> None:
    fresh = {name: text for name, text in FILES.items() if "trial." not in name}
    assert "どの記録も，いまの約束，コード，重みで測ったものです" in said(build, fresh)
