"""``python -m bookkit``：章を作る，決まりを調べる，書きながら見る，GPU 用のセルを記録する。"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bookkit.lint.finding import similar


class UsageError(Exception):
    """使い方の誤り。文はそのまま利用者に見せる。"""


@dataclass(frozen=True)
class Command:
    """命令一つ。``run(根元, 引数)`` は終了コードを返す。"""

    arguments: str
    summary: str
    details: str
    run: Callable[[Path, list[str]], int]


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


def check(root: Path, arguments: list[str]) -> int:
    """章の決まりを調べ，指摘を並べる。"""
    from bookkit.lint import check_book

    wanted = [_inside(root, name) for name in _plain(arguments)]
    found = [
        finding
        for finding in check_book(root)
        if not wanted
        or any(Path(finding.path).is_relative_to(folder) for folder in wanted)
    ]
    for finding in found:
        print(finding)
    if not found:
        print("章の決まりは，すべて守られています。")
        return 0
    unwritten = sum(finding.todo for finding in found)
    print(f"\n指摘 {len(found)} 件（うち，まだ書いていない所 {unwritten} 件）。")
    return 1


def _inside(root: Path, name: str) -> Path:
    path = Path(name)
    whole = (path if path.is_absolute() else Path.cwd() / path).resolve()
    if not whole.exists():
        raise UsageError(f"{name} がありません。名前を確かめてください。")
    if not whole.is_relative_to(root.resolve()):
        raise UsageError(f"{name} は本のフォルダー（{root}）の外にあります。")
    return whole.relative_to(root.resolve())


def new(root: Path, arguments: list[str]) -> int:
    """章の雛形を作る。"""
    from bookkit.new import NewChapterError, create

    names = _plain(arguments)
    if len(names) != 2:
        raise UsageError(
            "章の名前と題名が要ります。"
            '例: python -m bookkit new attention/example "注意の例"'
        )
    try:
        made = create(root, names[0], names[1])
    except NewChapterError as error:
        raise UsageError(str(error)) from error
    for path in made:
        print(f"作りました: {path}")
    print("次に: python -m bookkit check で，書く所を確かめてください。")
    return 0


def live(root: Path, arguments: list[str]) -> int:
    """保存するたびに頁を作り直し，ブラウザーに映す。"""
    from bookkit.live import serve

    port = "8000"
    rest = list(arguments)
    if rest[:1] == ["--port"]:
        port, rest = (rest[1] if len(rest) > 1 else ""), rest[2:]
    if rest or not port.isdigit() or int(port) > 65535:
        raise UsageError(
            "live に渡せるのは --port 番号 だけです。例: python -m bookkit live --port 8001"
        )
    return serve(root, int(port))


def rehearse(root: Path, arguments: list[str]) -> int:
    """できたノートブックを，読者と同じ条件で動かしてみる。"""
    from bookkit.notebooks.rehearsal.book import rehearse_book, rehearse_folder

    given, rest = _values(arguments, ("--in", "--python"))
    again = "--again" in rest
    names = _plain([argument for argument in rest if argument != "--again"])
    try:
        if given:
            folder = Path(given.get("--in", root / "_build" / "html" / "notebooks"))
            python = given.get("--python", sys.executable)
            problems = rehearse_folder(root, folder, names, python=python)
        else:
            problems = rehearse_book(root, names, again=again)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from error
    for problem in problems:
        print(f"\n{problem}")
    print(f"\n困ったこと {len(problems)} 件。")
    return 1 if problems else 0


def _values(
    arguments: list[str], options: Sequence[str]
) -> tuple[dict[str, str], list[str]]:
    """``--名前 値`` の組と，残りの引数。"""
    given: dict[str, str] = {}
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument not in options:
            rest.append(argument)
            continue
        value = next(waiting, "")
        if not value or value.startswith("-"):
            raise UsageError(f"{argument} の後に値が要ります。")
        given[argument] = value
    return given, rest


def status(root: Path, arguments: list[str]) -> int:
    """どの章が，なぜ実行し直しになるかを言う。"""
    from bookkit.execution.status import status as show

    gpu_only = "--gpu" in arguments
    if rest := [argument for argument in arguments if argument != "--gpu"]:
        raise UsageError(f"status に渡せるのは --gpu だけです（{rest[0]!r}）。")
    return show(root, gpu_only=gpu_only)


def gpu(root: Path, arguments: list[str]) -> int:
    """GPU 用のセルを全規模で実行し，記録する。"""
    from bookkit.execution.gpu import gpu as record

    stale_only = "--stale" in arguments
    names = _plain([argument for argument in arguments if argument != "--stale"])
    return record(root, names, stale_only=stale_only)


def _plain(arguments: list[str]) -> list[str]:
    """選択（``--`` で始まるもの）のない引数。"""
    for argument in arguments:
        if argument.startswith("-"):
            raise UsageError(f"知らない選択 {argument!r} です。")
    return arguments


COMMANDS: dict[str, Command] = {
    "new": Command(
        '部/名前 "題名"',
        "新しい章の形を作る",
        "章・部品・練習・検査の雛形を作り，_toc.yml に載せます。"
        "もうあるファイルは書き換えません。",
        new,
    ),
    "check": Command(
        "[ファイルかフォルダー …]",
        "章の決まりを調べる",
        "指摘を「ファイル:行: 何が・どう直すか」の形で並べます。指摘があれば終了コードは 1 です。",
        check,
    ),
    "live": Command(
        "[--port 番号]",
        "書きながら見る",
        "保存すると，数秒でブラウザーの頁が変わります。止めるには Ctrl+C を押します。",
        live,
    ),
    "rehearse": Command(
        "[--again] [--in フォルダー] [--python 実行ファイル] [部/名前 …]",
        "できたノートブックを，読者と同じ条件で動かしてみる",
        "先に本を作っておきます。部品を別の場所に入れ，空のフォルダーで一つずつ動かします。"
        "前に動かしてからコードも版も変わらない章は飛ばします（--again で動かし直します）。"
        "--in か --python を付けると，そのフォルダーのノートブックを，その Python で動かし，"
        "記録は残しません。",
        rehearse,
    ),
    "gpu": Command(
        "[--stale] [部/名前 …]",
        "GPU 用のセルを全規模で実行し，記録する",
        "章を省くと，GPU 用のセルのある章すべてを，一つずつ実行します。"
        "--stale を付けると，記録が新しい章を飛ばします。記録は book/recorded/ に残ります。",
        gpu,
    ),
    "status": Command(
        "[--gpu]",
        "どの章が，なぜ実行し直しになるか",
        "章ごとに，新しいか，何が変わって古いかを言います。"
        "--gpu を付けると，GPU 用のセルだけを調べ，記録し直すものがあれば終了コードは 1 です。",
        status,
    ),
}


def usage(name: str | None = None) -> str:
    """使い方の文。"""
    if name:
        command = COMMANDS[name]
        return (
            f"使い方: python -m bookkit {name} {command.arguments}\n\n{command.details}"
        )
    lines = ["使い方: python -m bookkit 命令 [引数 …]", "", "命令:"]
    lines += [f"  {name:<10}{command.summary}" for name, command in COMMANDS.items()]
    return "\n".join([*lines, "", "命令の説明: python -m bookkit 命令 --help"])


def main(arguments: Sequence[str]) -> int:
    """命令を読み，動かし，終了コードを返す（0 成功，1 指摘か失敗，2 使い方の誤り）。"""
    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    try:
        if name not in COMMANDS:
            raise UsageError(
                f"知らない命令 {name!r} です。{similar(name, COMMANDS)}\n\n{usage()}"
            )
        if {"-h", "--help"} & set(rest):
            print(usage(name))
            return 0
        return COMMANDS[name].run(find_root(Path.cwd()), rest)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
