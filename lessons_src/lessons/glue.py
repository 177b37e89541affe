"""セルで計算した数を，本文に差し込む。

章: 数を本文に書くすべての章。本文では ``{glue:text}`名前:.2f``` と書きます。
myst-nb の glue と同じ形の出力を作りますが，Colab に myst-nb が無くても動きます。
"""

from __future__ import annotations

_PREFIX = "application/papermill.record/"


def glue(name: str, value: float | int | str) -> None:
    """``name`` という名前で ``value`` を本文に渡す。画面には何も出さない。

    Args:
        name: 章の中で重ならない名前（英小文字と ``-``）。
        value: 数または文字列。
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
