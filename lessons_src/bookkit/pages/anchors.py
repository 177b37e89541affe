"""節の番地：見出しの言葉から作る（``#温度-迷いと決断``）。ほかの節や引用が増えても変わらない。"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from bookkit.pages.maths import plain_text


def slug(text: str) -> str:
    """見出しの言葉から作る番地。字と数字だけを残し，間を ``-`` でつなぐ。"""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())
    return "-".join(words)


class HeadingAnchors(SphinxTransform):
    """番号だけ，字一つか二つだけの番地（``id13``，``k``）を，見出しの言葉に替える。同じ見出しには ``-2`` を付ける。"""

    default_priority = 300  # 目次と参照が番地を集める前

    def apply(self, **kwargs: Any) -> None:
        """節の番地を替える。"""
        for section in self.document.findall(nodes.section):
            if section["ids"][:1] in (["exercise-content"], ["solution-content"]):
                box = [*section.parent["ids"], section.parent.get("label", "")][0]
                section["ids"] = [f"{box}-content"]  # 練習ごとに，別の番地にする
            old = section["ids"][0] if section["ids"] else ""
            title = section.next_node(nodes.title)
            if title is None or not re.fullmatch(r"id\d+|[a-z]{1,2}", old):
                continue
            wanted = slug(plain_text(title)) or old
            new, count = wanted, 1
            while new in self.document.ids:
                count += 1
                new = f"{wanted}-{count}"
            section["ids"][0] = new
            self.document.ids[new] = self.document.ids.pop(old, section)
            for name, place in self.document.nameids.items():
                if place == old:
                    self.document.nameids[name] = new
            for link in self.document.findall(nodes.reference):
                if link.get("refid") == old:
                    link["refid"] = new


def setup(app: Sphinx) -> None:
    """変換を登録する。"""
    app.add_transform(HeadingAnchors)
