"""並べて選ぶ答え：いくつか選ぶもの，並べ替えるもの。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lessons.answers.reading import BLANK, is_blank, option_of, silent, unknown


@dataclass(frozen=True)
class Several:
    """当てはまるものを，いくつか選ぶ答え。

    Attributes:
        options: ``{値: 頁に出す言葉}``。
        wrong: 選んではいけない値と，そのヒント。
        least: 選ぶ数の下限（選んでよいものだけを数える）。
        few: 足りないときのヒント。
    """

    options: Mapping[str, str]
    wrong: Mapping[str, str]
    least: int
    few: str

    def hint(self, answer: Any) -> str | None:
        """正解なら ``None``，違えばヒント。"""
        single = isinstance(answer, str) or not isinstance(answer, Iterable)
        names = [answer] if single else list(answer)
        if not names or any(map(is_blank, names)):
            return BLANK
        chosen = {option_of(self.options, name) for name in names}
        if None in chosen:
            return unknown(
                self.options,
                next(n for n in names if option_of(self.options, n) is None),
            )
        for name, said in self.wrong.items():
            if name in chosen:
                return said
        return None if len(chosen) >= self.least else self.few

    def problem(self) -> str | None:
        """宣言のおかしな所。なければ ``None``。"""
        stray = [name for name in self.wrong if name not in self.options]
        if stray:
            return f"{stray[0]!r} は選択肢にありません。"
        if not 1 <= self.least <= len(self.options) - len(self.wrong):
            return f"least は 1 から {len(self.options) - len(self.wrong)} の間にしてください。"
        return silent([*self.wrong.values(), self.few])

    def hand(self) -> dict[str, Any]:
        """頁に渡す形。"""
        return {
            "kind": "several",
            "options": list(self.options.items()),
            "wrong": list(self.wrong.items()),
            "least": self.least,
            "few": self.few,
        }


@dataclass(frozen=True)
class Order:
    """並べ替える答え。

    Attributes:
        options: ``{値: 頁に出す言葉}``。正しい順に書く（頁には，別の順で出る）。
        swaps: ``(先, 後, ヒント)``。「後」が「先」より前にあるときのヒント。上から調べる。
        otherwise: どれにも合わないときのヒント。
    """

    options: Mapping[str, str]
    swaps: Sequence[tuple[str, str, str]]
    otherwise: str

    def hint(self, answer: Any) -> str | None:
        """正解なら ``None``，違えばヒント。"""
        if is_blank(answer):
            return BLANK
        form = f"{'，'.join(sorted(self.options))} を一つずつ，順に並べてください。"
        if not isinstance(answer, Iterable):
            return form
        found = [option_of(self.options, name) for name in answer]
        if None in found or sorted(map(str, found)) != sorted(self.options):
            return form
        for first, second, said in self.swaps:
            if found.index(second) < found.index(first):
                return said
        return None if found == list(self.options) else self.otherwise

    def problem(self) -> str | None:
        """宣言のおかしな所。なければ ``None``。"""
        if len(self.options) < 3:
            return "並べる物を三つ以上書いてください。"
        names = list(self.options)
        for first, second, _ in self.swaps:
            if first not in names or second not in names:
                return f"{first!r} か {second!r} が，並べる物にありません。"
            if names.index(first) >= names.index(second):
                return (
                    f"swaps の {first!r} は，{second!r} より先に来る物にしてください。"
                )
        return silent([*(said for *_, said in self.swaps), self.otherwise])

    def hand(self) -> dict[str, Any]:
        """頁に渡す形。はじめの並びは名前の順（それが正解なら，一つずらす）。"""
        start = sorted(self.options)
        if start == list(self.options):
            start = [*start[1:], start[0]]
        return {
            "kind": "order",
            "options": [[name, self.options[name]] for name in start],
            "right": list(self.options),
            "swaps": [list(swap) for swap in self.swaps],
            "otherwise": self.otherwise,
        }
