"""セルで計算した数を，本文に差し込む。

myst-nb の glue と同じ形の出力を作りますが，Colab に myst-nb が無くても動きます。
本文では ``{glue:text}`名前:.2f``` と書きます。
"""

from __future__ import annotations

import html
import json

_PREFIX = "application/papermill.record/"


def glue(name: str, value: float | int | str | dict[str, list[float]]) -> None:
    """``name`` という名前で ``value`` を本文に渡す。画面には何も出さない。

    Args:
        name: 章の中で重ならない名前（英小文字と ``-``）。
        value: 数または文字列。検査に渡すときは，数の列の辞書でもよい。
    """
    from IPython.display import display

    plain = getattr(
        value, "item", lambda: value
    )()  # numpy や torch の数を普通の数にする
    display(
        {_PREFIX + "text/plain": repr(plain)},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": _PREFIX}},
    )


def embed(name: str, value: object) -> None:
    """頁の中の仕掛け（実験など）に，計算した数を渡す。画面には何も出さない。

    頁には，id が ``name`` の見えない要素として残る。

    Args:
        name: 頁の中で重ならない名前（英小文字と ``-``）。
        value: JSON にできる値。
    """
    from IPython.display import display

    data = html.escape(json.dumps(value, ensure_ascii=False), quote=True)
    element = f'<div id="{html.escape(name)}" hidden data-json="{data}"></div>'
    display({"text/html": element, "text/plain": f"（頁に渡した数：{name}）"}, raw=True)
