"""指摘の形。どの決まりも，この形で「どこの・何が・どう直すか」を返します。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from bookkit.book import Book
from bookkit.chapter import Chapter

Problems: TypeAlias = Iterator[tuple[int, str]]
"""頁の中の ``(行, 文)`` の列。"""
Rule: TypeAlias = Callable[[Chapter], Problems]
"""原稿だけから分かる決まり。答えは，原稿が変わるまで覚えておける（``bookkit.kept``）。"""
BookRule: TypeAlias = Callable[[Chapter, Book], Problems]
"""本のほかの所も見る決まり。いつも調べる。"""
STOP, CAUSE, PLAIN, AFTER = range(4)
"""指摘の順：ビルドを始められないもの，ほかの指摘を生むもの，ふつうのもの，前の二つから続いたらしいもの。"""


@dataclass(frozen=True, order=True)
class Finding:
    """指摘一つ。``str()`` は ``ファイル:行: 文`` の形になる。

    Attributes:
        path: 本の根元から見たファイルの名前。
        line: 行（1 から）。
        message: 何が違い，どう直すかを言う文。
        todo: 間違いではなく，まだ書いていない所なら真。
        rank: ``STOP``，``CAUSE``，``PLAIN``，``AFTER`` のどれか。
        draft: 下書きの章（頁，部屋，検査）への指摘なら真。公開を止めない。
    """

    path: str
    line: int
    message: str
    todo: bool = False
    rank: int = PLAIN
    draft: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def unwritten(path: str, lines: Iterable[str]) -> Iterator[Finding]:
    """``TODO：何を書くか`` の印のある行の指摘。"""
    for number, line in enumerate(lines, start=1):
        _, mark, what = line.partition("TODO")
        if mark:
            wanted = what.lstrip("：: ").rstrip('。 -"') or "ここ"
            yield Finding(path, number, f"まだ書いていません：{wanted}。", todo=True)
