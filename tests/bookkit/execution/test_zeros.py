"""負の零：丸めて零になった負の数は，頁の印字・文・動かせる図で，ただの零になる。"""

from __future__ import annotations

import pytest

from bookkit.execution.reader import as_shown


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("差 -0.00 個", "差  0.00 個"),
        ("−0.0 ミリ秒", " 0.0 ミリ秒"),
        ("（-0）", "（ 0）"),
        ("-0.01 と +0.00", "-0.01 と +0.00"),
        ("2026-0 と x-0 と -0.0.1", "2026-0 と x-0 と -0.0.1"),
    ],
)
def test_prints_keep_their_columns(printed: str, shown: str) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": printed}
    assert as_shown(output).text == shown
    assert output["text"] == printed


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("application/papermill.record/text/plain", "'-0.00 個'", "'0.00 個'"),
        ("text/plain", "[-0.0, 1]", "[ 0.0, 1]"),
        ("text/html", '<p title="-0.00">縞 -0.00</p>', '<p title="-0.00">縞 0.00</p>'),
        ("image/svg+xml", "<text>-0.00</text>", "<text>-0.00</text>"),
    ],
)
def test_minus_zero_is_zero_in_sentences_and_figures(
    kind: str, before: str, after: str
) -> None:
    output = {"output_type": "display_data", "metadata": {}, "data": {kind: before}}
    assert as_shown(output).data == {kind: after}
