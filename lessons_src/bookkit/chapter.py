"""章の原稿の，ただ一つの模型。実行・ノートブック・決まりの調べが，同じものを使う。

ファイルからは ``bookkit.reading`` が読みます。
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from bookkit.outline import Fault, Outline

GPU_TAG = "gpu"
"""GPU にふさわしい計算をするセルのタグ。"""
EXECUTION_TAGS = frozenset({GPU_TAG, "raises-exception"})
"""実行の結果を変えるタグ。ほかのタグを変えても，章は実行し直されない。"""
TAGS = EXECUTION_TAGS | {
    *("hide-cell", "hide-input", "hide-output"),
    *("remove-cell", "remove-input", "remove-output"),
    *("remove-stderr", "remove-stdout"),
}
"""章で使えるタグのすべて。"""


class ChapterError(ValueError):
    """原稿を章として読めない。文に，場所と直し方を書く。"""


def line_of(key: str, lines: Iterable[str], first: int) -> int:
    """設定の ``key:`` か ``:key:`` で始まる行。``first`` は最初の行の番号。なければ 0。"""
    mark = re.compile(rf"\s*:?{re.escape(key)}:")
    return next((n for n, text in enumerate(lines, first) if mark.match(text)), 0)


@dataclass(frozen=True)
class Cell:
    """コードのセル一つ。

    Attributes:
        source: コード。
        tags: タグ。書かれた順。
        line: コードの最初の行（原稿の行，1 から）。
        fence_line: 囲みの始まりの行。
        index: 文章のセルも数えた番号（0 から）。頁の木の ``cell_index`` と同じ。
        metadata: ``tags`` や ``mystnb`` を持つ設定。
        options: 設定の書かれた行。
        readable: 設定が読めたか。読めなければ ``metadata`` は空。
    """

    source: str
    tags: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)
    fence_line: int = field(default=0, compare=False)
    index: int = field(default=0, compare=False)
    metadata: dict[str, Any] = field(default_factory=dict, compare=False)
    options: tuple[str, ...] = field(default=(), compare=False)
    readable: bool = field(default=True, compare=False)

    @property
    def gpu(self) -> bool:
        """GPU 用のセルか。"""
        return GPU_TAG in self.tags

    @property
    def execution_tags(self) -> tuple[str, ...]:
        """実行の結果を変えるタグ。名前の順。"""
        return tuple(sorted(EXECUTION_TAGS & set(self.tags)))

    def has(self, *tags: str) -> bool:
        """タグのどれかが付いているか。"""
        return bool(set(tags) & set(self.tags))

    def line_of(self, key: str) -> int:
        """設定の ``key`` が書かれた行。なければ囲みの行。"""
        return line_of(key, self.options, self.fence_line + 1) or self.fence_line

    def settings(self, kind: str = "figure") -> dict[str, Any]:
        """設定の ``mystnb: figure:``（または ``image:``）。なければ空。"""
        found: Any = self.metadata
        for key in ("mystnb", kind):
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Chapter:
    """原稿一つ。表紙や用語集も，セルのない章として読む。

    Attributes:
        name: ``attention/cam`` のような，``book/`` の下の名前。
        path: 原稿の場所。
        cells: コードのセル。前書きに誤りがあっても読む。
        timeout: 一つのセルに許す秒数。前書きになければ ``None``。
        has_code: 前書きがコードの章のものか（myst-nb がノートブックとして読むか）。
        front: 前書き（``---`` の間）。なければ，また読めなければ ``None``。
        front_lines: 前書きの行の数。
        faults: 読めない所。
        outline: 見出し・文章・ディレクティブ・名札。
        text: 原稿の全文。
        extensions: 読むときに使う MyST の拡張。
    """

    name: str
    path: Path
    cells: tuple[Cell, ...] = ()
    timeout: int | None = None
    has_code: bool = True
    front: dict[str, Any] | None = field(default=None, compare=False)
    front_lines: int = 0
    faults: tuple[Fault, ...] = ()
    outline: Outline = field(default_factory=Outline, repr=False, compare=False)
    text: str = field(default="", repr=False)
    extensions: frozenset[str] = frozenset()

    @cached_property
    def key(self) -> str:
        """原稿だけから決まることの鍵：場所，文法，全文，``:load:`` で読んだコード。"""
        sources = [cell.source for cell in self.cells]
        found = self.file, sorted(self.extensions), self.text, sources
        return sha256(repr(found).encode("utf8", "replace")).hexdigest()

    @property
    def gpu_cells(self) -> list[int]:
        """GPU 用のセルの番号（コードのセルだけを数えて，0 から）。"""
        return [number for number, cell in enumerate(self.cells) if cell.gpu]

    @property
    def docname(self) -> str:
        """本のフォルダーから見た名前（``book/attention/cam``）。"""
        return f"book/{self.name}"

    @property
    def file(self) -> str:
        """本のフォルダーから見たファイルの名前。"""
        return f"{self.docname}.md"

    @property
    def places(self) -> tuple[str, str, str]:
        """頁，部屋，検査の場所。"""
        part, _, name = self.name.rpartition("/")
        test = f"tests/lessons/{part}/test_{name}.py"
        return self.file, f"lessons_src/lessons/{self.name}/", test

    @property
    def in_part(self) -> bool:
        """部のフォルダーの中にある章なら真。表紙や用語集は偽。"""
        return "/" in self.name

    @property
    def draft(self) -> bool:
        """下書き（前書きの ``draft: true``）か。書きながら見るときだけ，頁になる。"""
        return (self.front or {}).get("draft") is True

    def front_line_of(self, key: str) -> int:
        """前書きの ``key`` の行。なければ 1。"""
        return line_of(key, self.text.split("\n")[: self.front_lines], 1) or 1

    @property
    def front_unclosed(self) -> bool:
        """前書きを閉じる ``---`` がないか。"""
        lines = len(self.text.splitlines())
        return self.front is None and 0 < self.front_lines == lines

    def sound(self) -> Chapter:
        """読めない所がなければ，自分を返す。

        Raises:
            ChapterError: 読めない所があるとき。最初の一つを言う。
        """
        for fault in self.faults:
            raise ChapterError(f"{self.path}:{fault.line}: {fault.message}")
        return self
