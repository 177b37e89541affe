"""書き方の表 ``patterns.toml``。"""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path

WIDE = "\u3041-\u30ff\u3400-\u9fff々〆"
"""かなと漢字（正規表現の [ ] の中）。"""


@functools.cache
def patterns(kind: str) -> list[tuple[re.Pattern[str], str]]:
    """``kind`` の ``(形, 言うこと)``。"""
    text = Path(__file__).with_name("patterns.toml").read_text("utf8")
    found = tomllib.loads(text.replace("〈和〉", WIDE))[kind]
    return [(re.compile(form), said) for form, said in found.items()]
