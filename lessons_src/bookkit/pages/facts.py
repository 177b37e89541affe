"""章について，頁の木から数えられること：読む時間，触れるもの，前提，表紙の絵。手では書かない。

読み終えた木から数え，``env.metadata[章]["facts"]`` に置く。章の箱（``{lesson}``）と表紙が使う。
"""

from __future__ import annotations

import math
import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx_exercise.nodes import solution_node

from bookkit.directives.lesson import labelled, lesson_box

SPEED = 500
"""一分に読む字の数。コード・式・図・解答・文献は数えない。"""
TOUCHES = {
    "experiment": "実験",
    "slider": "動かす図",
    "lab": "自分の写真",
    "exercise": "練習",
}
"""触れるもの：HTML のクラスと，読者に見せる名前。並べる順。"""
UNREAD = (
    *(nodes.literal_block, nodes.math_block, nodes.raw, nodes.comment),
    *(addnodes.toctree, lesson_box, solution_node),
)
TOUCHED = re.compile(r'<(?:div|fieldset) class="(experiment|slider|lab)\b')

logger = logging.getLogger(__name__)


def letters(node: nodes.Node) -> int:
    """読む字の数。"""
    if isinstance(node, UNREAD):
        return 0
    if isinstance(node, nodes.Text):
        return len("".join(node.astext().split()))
    return sum(letters(child) for child in node.children)


def touches(doctree: nodes.document) -> dict[str, list[str]]:
    """触れるものの種類ごとの，頁の中の番地（数だけ並ぶ）。"""
    found: dict[str, list[str]] = {kind: [] for kind in TOUCHES}
    for node in doctree.findall(nodes.Element):
        match = TOUCHED.match(node.astext() if isinstance(node, nodes.raw) else "")
        if match:
            found[match[1]].append(_address(node))
        elif "exercise" in node.get("classes", []):
            found["exercise"].append(_address(node))
    return {kind: places for kind, places in found.items() if places}


def _address(node: nodes.Element | None) -> str:
    """``node`` を含む，番地のある最も内側のもの（図か節）。"""
    while node is not None and not node["ids"]:
        node = node.parent
    return node["ids"][0] if node is not None else ""


def badge(kind: str, places: list[str]) -> str:
    """札の言葉（「実験 3」）。一つのときは数を言わない。"""
    return TOUCHES[kind] + (f" {len(places)}" if len(places) > 1 else "")


def picture(doctree: nodes.document, wanted: str) -> dict[str, str] | None:
    """表紙の絵：前書きの ``cover:`` が名指す図。書いてなければ，最初の図。"""
    found = {}
    for figure in doctree.findall(nodes.figure):
        image = figure.next_node(nodes.image)
        if image is not None and figure["ids"]:
            found[figure["ids"][0]] = {"uri": image["uri"], "alt": image.get("alt", "")}
    if wanted and wanted not in found:
        logger.warning(
            f"表紙の絵にする図 {wanted!r} が，この章にありません。"
            f"前書きの cover: に，図の名前を書いてください：{'，'.join(found)}",
            location=(doctree.settings.env.docname, 1),
        )
    return found.get(wanted) or next(iter(found.values()), None)


def note(app: Sphinx, doctree: nodes.document) -> None:
    """章の箱のある頁を数え，箱に「時間」と「できること」の行を足す。"""
    box = doctree.next_node(lesson_box)
    if box is None:
        return
    metadata: dict[str, Any] = app.env.metadata[app.env.docname]
    minutes = math.ceil(letters(doctree) / SPEED)
    found = touches(doctree)
    metadata["facts"] = {
        "minutes": minutes,
        "touches": found,
        "requires": box["requires"],
        "picture": picture(doctree, str(metadata.get("cover", ""))),
        "sliders": [
            node.astext()[:60]
            for node in doctree.findall(nodes.raw)
            if node.astext().startswith("<fieldset")
        ],
    }
    row = nodes.paragraph(classes=["touches"])
    for kind, places in found.items():
        link = nodes.reference("", badge(kind, places), refid=places[0], internal=True)
        row += [
            nodes.inline("", "", link, classes=["touch", f"touch-{kind}"]),
            nodes.Text(" "),
        ]
    time = nodes.paragraph("", f"読むのに約 {minutes} 分", classes=["lesson-minutes"])
    rows = [labelled("時間", time)]
    if found:
        rows.append(labelled("できること", row))
    box[-1:-1] = rows  # 「実行」の前


def setup(app: Sphinx) -> None:
    """イベントにつなぐ。"""
    app.connect("doctree-read", note, priority=600)
