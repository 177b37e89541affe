"""原稿の前書きとコードのセル。読み方は myst-nb と同じ（``tests/bookkit/test_chapter.py`` が比べる）。

壊れた原稿でも止まらず，どの行がどう悪いかを ``faults`` に残します。
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml
from docutils.parsers.rst.directives.misc import TestDirective
from markdown_it.token import Token
from myst_nb.core.read import is_myst_markdown_notebook
from myst_parser.parsers.directives import parse_directive_text

from bookkit.chapter import Cell, Chapter
from bookkit.outline import Fault
from bookkit.parsing import OutlineReader, unclosed
from bookkit.reading import read_text, yaml_problem

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FRONT_ADVICE = "字下げと「:」の後の空白を直してください。"
CELL_ADVICE = '字下げを直すか，「:」を含む文を " " で囲んでください。'


class Manuscript(OutlineReader):
    """原稿一つ。前書きとセルを読み，残りを ``outline`` に加える。"""

    def __init__(self, path: Path, extensions: frozenset[str]) -> None:
        super().__init__(extensions)
        self.path, self.extensions = path, extensions
        self.cells: list[Cell] = []
        self.faults: list[Fault] = []
        self.front: dict[str, Any] | None = None
        self.front_lines = 0
        self.front_text: list[str] = []

    def chapter(self, text: str, name: str) -> Chapter:
        """原稿の全文を読み，章の模型にする。"""
        self.read_page(text)
        return Chapter(
            name,
            self.path,
            cells=tuple(self.cells),
            timeout=self.timeout(),
            has_code=is_myst_markdown_notebook(text),
            front=self.front,
            front_lines=self.front_lines,
            faults=tuple(self.faults),
            outline=self.outline,
            text=text,
            extensions=self.extensions,
        )

    def read_page(self, text: str) -> None:
        """原稿の全文を読む。前書きが閉じていなければ，残りは読まない。"""
        lines = text.splitlines()
        tokens = self.parser.parse(text + "\n")
        if tokens and tokens[0].type == "front_matter":
            token = tokens.pop(0)
            self.front_lines = token.map[1] if token.map else 0
            self.front_text = token.content.split("\n")
            front = self.load(token.content or "{}", 2, "章の設定（---）", FRONT_ADVICE)
            self.front = front if isinstance(front, dict) else None
            if front is not None and self.front is None:
                said = f"章の設定（---）が「項目: 値」の YAML ではありません。{FRONT_ADVICE}"
                self.fault(2, said)
        elif lines and lines[0].rstrip() == "---":
            self.front_lines = len(lines)
            said = "章の設定（---）に，閉じる --- がありません。加えてください。"
            return self.fault(1, said)
        self.read(self._between_cells(tokens, lines), 1)

    def _between_cells(self, tokens: list[Token], lines: list[str]) -> Iterator[Token]:
        """セルを ``cells`` に加え，ほかの ``tokens`` を返す。"""
        index, start, nesting = 0, self.front_lines, 0
        for token in tokens:
            nesting += token.nesting
            code = token.type == "fence" and token.info.startswith("{code-cell}")
            raw = token.type == "fence" and token.info.startswith("{raw-cell}")
            split = token.type == "myst_block_break"
            if not nesting and (code or raw or split):
                begin, end = token.map or (0, 0)
                index += bool("\n".join(lines[start:begin]).strip())  # 文章のセル
                start = end
                if split:
                    self._split(token, begin + 1)
                else:
                    cell = self._cell(token, begin + 1, index)
                    index += 1
                if code:  # 図のキャプションも文章として読む
                    self.cells.append(cell)
                    self.outline.faults += unclosed(token, begin + 1)
                    if caption := cell.settings().get("caption"):
                        self.inline("caption", str(caption), cell.line_of("caption"))
                    continue
            yield token

    def _split(self, token: Token, line: int) -> None:
        """文章のセルを分ける印 ``+++`` の設定。"""
        try:
            valid = isinstance(json.loads(token.content.strip() or "{}"), dict)
        except ValueError:
            valid = False
        if not valid:
            said = "+++ の後の設定が JSON の辞書ではありません。消してください。"
            self.fault(line, said)

    def _cell(self, token: Token, fence: int, index: int) -> Cell:
        content, faults = token.content, len(self.faults)
        try:
            found = parse_directive_text(
                TestDirective, "", content, validate_options=False
            )
            metadata, broken = found.options, bool(found.warnings)
        except yaml.YAMLError:  # myst-parser の受け取らない誤り
            found = parse_directive_text(TestDirective, "", content)
            metadata, broken = {}, True
        options = content.split("\n")[: found.body_offset]
        if broken:
            self._broken_options(options, fence + 1)
        source = "\n".join(found.body)
        if "load" in metadata:
            source = self._load_code(str(metadata["load"]), fence, source)
        tags = metadata.get("tags") or ()
        return Cell(
            source,
            tuple(map(str, tags if isinstance(tags, list | tuple) else [tags])),
            line=fence + 1 + found.body_offset,
            fence_line=fence,
            index=index,
            metadata=metadata,
            options=tuple(options),
            readable=len(self.faults) == faults,
        )

    def _broken_options(self, options: list[str], line: int) -> None:
        if options and options[0].startswith("---"):
            ends = (n for n, text in enumerate(options[1:], 1) if text[:3] == "---")
            text, line = "\n".join(options[1 : next(ends, None)]), line + 1
        else:
            text = "\n".join(text.lstrip()[1:] for text in options)
        found = self.load(dedent(text), line, "セルの設定", CELL_ADVICE)
        if not isinstance(found, dict | None):
            said = f"セルの設定が「名前: 値」の形ではありません。{CELL_ADVICE}"
            self.fault(line, said)

    def _load_code(self, name: str, line: int, source: str) -> str:
        try:
            return read_text(self.path.parent / name)
        except (OSError, ValueError):
            self.fault(line, f":load: のファイル {name!r} を読めません。")
            return source

    def load(self, text: str, line: int, what: str, advice: str) -> Any:
        """YAML を読む。誤りがあれば，その行を ``faults`` に加え，``None`` を返す。"""
        try:
            return yaml.load(text, Loader=LOADER)
        except yaml.YAMLError as error:
            row, problem = yaml_problem(error)
            message = f"{what}が YAML として読めません（{problem}）。{advice}"
            self.fault(line + row, message)
            return None

    def timeout(self) -> int | None:
        """前書きの ``execution: {timeout: 秒}``。"""
        execution = (self.front or {}).get("execution")
        value = execution.get("timeout") if isinstance(execution, dict) else None
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        lines = (n for n, text in enumerate(self.front_text, 2) if "timeout:" in text)
        self.fault(
            next(lines, 1),
            f"前書きの execution の timeout が {value!r} です。"
            "秒数を正の整数で書いてください（例: timeout: 300）。",
        )
        return None

    def fault(self, line: int, message: str) -> None:
        """読めない所を書き留める。"""
        self.faults.append(Fault(line, message))
