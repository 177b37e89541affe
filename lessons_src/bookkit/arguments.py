"""命令の引数を argparse で読み，本のフォルダーを探す。説明も誤りも日本語で言う。"""

from __future__ import annotations

import argparse
import inspect
import re
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from bookkit.similar import similar

Run = Callable[..., int]
"""命令の働き。``run(本のフォルダー, 引数の名前=値, …)`` は終了コードを返す。"""

ENGLISH = (
    (r"the following arguments are required: (.+)", "{} が要ります。"),
    (r"argument ([^:]+): expected .+", "{} の後に値が要ります。"),
    (r"argument ([^:]+): ignored explicit argument .+", "{} に値は付けられません。"),
    (r"argument [^:]+: (.*[ぁ-ん].*)", "{}"),
)
"""argparse の英語の文と，それを言い直す日本語の文。"""


class UsageError(Exception):
    """使い方の誤り。文はそのまま利用者に見せる。"""


def a_port(text: str) -> int:
    """頁を配る番号。"""
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} は 0〜65535 の番号ではありません。")
    return int(text)


def find_root(start: Path) -> Path:
    """``start`` から上に向かって，``_toc.yml`` と ``_config.yml`` のあるフォルダーを探す。

    Raises:
        UsageError: どこにもないとき。
    """
    for folder in (start, *start.parents):
        if (folder / "_toc.yml").is_file() and (folder / "_config.yml").is_file():
            return folder
    raise UsageError(
        f"{start} は本のフォルダーの中ではありません。"
        "_config.yml と _toc.yml のあるフォルダーに移ってから，もう一度動かしてください。"
    )


def inside(root: Path, name: str) -> Path:
    """本の中のファイルかフォルダー ``name`` の，本のフォルダーからの道。"""
    path, root = Path(name).resolve(), root.resolve()
    if not path.exists():
        raise UsageError(f"{name} がありません。名前を確かめてください。")
    if not path.is_relative_to(root):
        raise UsageError(f"{name} は本のフォルダー（{root}）の外にあります。")
    return path.relative_to(root)


class Formatter(argparse.RawDescriptionHelpFormatter):
    """説明の見出しを日本語にする。"""

    def add_usage(
        self, usage: Any, actions: Any, groups: Any, prefix: Any = None
    ) -> None:
        super().add_usage(usage, actions, groups, "使い方: ")


class Parser(argparse.ArgumentParser):
    """命令一つ。説明は ``run`` の docstring の，``Args:`` の前から作る。

    Args:
        run: 働き。関数の名前（``_`` は ``-``）が，命令の名前になる。
        example: 使い方の例（命令の名前の後）。
    """

    def __init__(self, run: Run, example: str) -> None:
        self.run = run
        self.name = run.__name__.replace("_", "-")
        self.example = f"例: python -m bookkit {self.name} {example}"
        details = inspect.cleandoc(run.__doc__ or "").partition("\n\nArgs:")[0]
        self.summary = details.split("\n")[0].rstrip("。")
        super().__init__(
            prog=f"python -m bookkit {self.name}",
            description=details,
            epilog=self.example,
            formatter_class=Formatter,
            add_help=False,
            allow_abbrev=False,
        )
        self.group = self.add_argument_group("引数")
        self.having("-h", "--help", action="help", help="この説明を見せる")

    def having(self, *names: str, **settings: Any) -> Parser:
        """引数を加える（``add_argument`` と同じ）。"""
        self.group.add_argument(*names, **settings)
        return self

    def flag(self, name: str, about: str, **settings: Any) -> Parser:
        """値のない設定を加える。"""
        return self.having(name, action="store_true", help=about, **settings)

    def read(self, words: Sequence[str]) -> Namespace:
        """引数を読む。

        Raises:
            UsageError: 使い方が違うとき。知らない設定には，似た名前を言う。
        """
        options, unknown = self.parse_known_args(words)
        if unknown:
            near = similar(unknown[0], re.findall(r"--\w+", self.format_usage()))
            raise UsageError(f"{unknown[0]!r} は使えません。{near}{self.example}")
        return options

    def error(self, message: str) -> NoReturn:
        """argparse の英語の文を，日本語で言い直す。"""
        said = "使い方が違います。"
        for pattern, japanese in ENGLISH:
            if match := re.fullmatch(pattern, message, re.DOTALL):
                said = japanese.format(match[1])
                break
        raise UsageError(f"{said}{self.example}\n{self.format_usage().rstrip()}")
