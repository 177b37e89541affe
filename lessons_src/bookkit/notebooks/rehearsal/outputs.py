"""電話の Colab で困る出力を見つける。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docutils.utils import column_width

GLUE = "application/papermill.record/"
"""本文に差し込むためだけの，目に見えない出力の型の頭。"""
WIDEST = 79
"""文字の出力の，一行の幅の上限（半角で数える）。

文（「。」のある行）は折り返しても読めるので，数えない。表のように並べた行が崩れるのを防ぐ。
"""


def problem(output: Mapping[str, Any]) -> str:
    """エラーではないが読者を困らせる出力なら，何が困るかを言う。なければ空文字列。"""
    data = output.get("data", {})
    text = _joined(output.get("text", "") or data.get("text/plain", ""))
    svg = _joined(data.get("image/svg+xml", ""))
    if output.get("name") == "stderr":
        return f"警告が出ます：{text.strip()[:300]}"
    if svg:
        if "max-width" in svg[: svg.index(">")]:
            return ""
        return "図が画面の幅に縮みません。figures.show(fig) で見せてください。"
    rows = [line for line in text.splitlines() if "。" not in line]
    widest = max(map(column_width, rows), default=0)
    glued = any(kind.startswith(GLUE) for kind in data)
    if glued or widest <= WIDEST:
        return ""
    return (
        f"出力の一行が半角 {widest} 字分あります。電話で読めるように，"
        f"{WIDEST} 字分までにしてください。"
    )


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
