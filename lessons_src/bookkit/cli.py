"""``python -m bookkit``：章を作る，決まりを調べる，書きながら見る，GPU 用のセルを記録する。"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bookkit.arguments import Parser, UsageError, a_port, find_root, inside
from bookkit.book import BookError
from bookkit.chapter import ChapterError
from bookkit.effects import effects
from bookkit.execution.gpu import gpu
from bookkit.execution.status import status
from bookkit.similar import similar


def check(
    root: Path, paths: Sequence[str] = (), *, fix: bool = False, every: bool = False
) -> int:
    """章の決まりを調べる。

    指摘を「ファイル:行: 何が・どう直すか」の形で，ほかの指摘を生むものから並べます。
    指摘があれば終了コードは 1 です（下書きの章への指摘だけなら 0）。
    """
    from bookkit.finding import AFTER
    from bookkit.lint import check_book, files

    for path in files.mend(root) if fix else ():
        print(f"直しました: {path.relative_to(root).as_posix()}")
    found = check_book(root, [inside(root, name) for name in paths])
    shown = [one for one in found if every or one.rank != AFTER]
    for finding in shown:
        print(finding)
    if not found:
        print("章の決まりは，すべて守られています。")
        return 0
    unwritten = sum(finding.todo for finding in found)
    print(f"\n指摘 {len(shown)} 件（うち，まだ書いていない所 {unwritten} 件）。")
    if folded := len(found) - len(shown):
        said = "上を直すと消えるかもしれません（--all で並べます）。"
        print(f"ほかに {folded} 件は，{said}")
    if drafts := all(one.draft for one in found):
        print("どれも下書きの章への指摘なので，公開は止まりません。")
    return int(not drafts)


def new(root: Path, chapter: str, title: str) -> int:
    """新しい章の形を作る。

    章・部屋・練習・検査の雛形を作り，_toc.yml に載せます。
    もうあるファイルは書き換えません。
    """
    from bookkit.new import create

    for path in create(root, chapter, title):
        print(f"作りました: {path}")
    print("次に: python -m bookkit check で，書く所を確かめてください。")
    return 0


def move(root: Path, old: str, new: str, before: str) -> int:
    """章を移す，または名前を変える。

    頁・部屋・検査・記録・目次・リンク・前提・名札をいっしょに直し，前の番地に案内を残します。
    直せない所は「ファイル:行」で言います。
    """
    from bookkit.move import move as move_chapter

    left = move_chapter(root, old, new, before)
    print("\n".join([f"移しました: {old} → {new}", *left]))
    return 0


def remove(root: Path, chapter: str) -> int:
    """章を消す。

    頁・部屋・検査・記録・目次の行と，ほかの章の前提から消します。
    まだ指している所は，続けて調べて言います。
    """
    from bookkit.move import remove as remove_chapter

    gone = remove_chapter(root, chapter)
    print("\n".join(f"消しました: {path}" for path in gone))
    return check(root)


def new_year(root: Path, year: str) -> int:
    """次の年度の授業の頁と設定を作る。

    いちばん新しい年度の頁と book/classes/ の設定を写します。
    前の年度の頁は，そのままの番地に残ります。
    """
    from bookkit.classes import new_year as create

    made = create(root, year)
    print("\n".join(f"書きました: {path}" for path in made))
    print(f"次に: {made[1]} の日付・提出先・今日の実習を直してください。")
    return 0


def edition(root: Path, year: str) -> int:
    """できた本を，その年度の版として凍らせる。

    _build/editions/年 に写し，どの頁にも年度の断りを付けます。
    公開のしかたは CONTRIBUTING.md の「年度」にあります。
    """
    from bookkit.editions import edition as freeze

    for path in freeze(root, year):
        print(f"作りました: {path.relative_to(root)}")
    return 0


def live(root: Path, port: int) -> int:
    """書きながら見る。

    保存すると，数秒でブラウザーの頁が変わります。
    止めるには Ctrl+C を押します。
    """
    from bookkit.live import serve

    return serve(root, port)


def rehearse(root: Path, **options: Any) -> int:
    """できたノートブックを，読者と同じ条件で動かしてみる。

    先に本を作っておきます。部品を別の場所に入れ，空のフォルダーで一つずつ動かします。
    前に動かしてからコードも版も変わらない章は飛ばします。
    --in か --python を付けると，結果を残しません。
    """
    from bookkit.notebooks.rehearsal.run import rehearse as run

    problems = run(root, **options)
    print("".join(f"\n{one}\n" for one in problems))
    print(f"困ったこと {len(problems)} 件。")
    return int(bool(problems))


CHAPTERS = {"nargs": "*", "metavar": "部/名前", "help": "章。省くとすべて"}
PARSERS = [
    Parser(new, 'attention/example "注意の例"')
    .having("chapter", metavar="部/名前", help="章の名前")
    .having("title", metavar="題名", help="章の題名"),
    Parser(move, "attention/cam recognition/cam --before recognition/resnet")
    .having("old", metavar="部/名前", help="いまの名前")
    .having("new", metavar="新しい部/名前", help="新しい名前")
    .having("--before", metavar="部/名前", default="", help="目次で，この章の前に置く"),
    Parser(remove, "attention/example")
    .having("chapter", metavar="部/名前", help="消す章"),
    Parser(new_year, "2027").having("year", metavar="年", help="作る年度"),
    Parser(edition, "2026").having("year", metavar="年", help="凍らせる年度"),
    Parser(check, "book/attention")
    .flag("--fix", "直し方の決まったもの（全角の囲み，改行，文字コードなど）を直す")
    .flag("--all", "ほかの指摘から続いたらしいものも並べる", dest="every")
    .having("paths", nargs="*", metavar="所", help="ファイルかフォルダー。省くと本の全体"),
    Parser(live, "--port 8001")
    .having("--port", metavar="番号", type=a_port, default=8000, help="頁を配る番号"),
    Parser(rehearse, "attention/cam")
    .flag("--again", "変わらない章も動かし直す")
    .having("--in", dest="folder", metavar="所", type=Path, help="ここの .ipynb を動かす")
    .having("--python", metavar="実行ファイル", help="この Python で動かす")
    .having("names", **CHAPTERS),
    Parser(gpu, "attention/cam")
    .flag("--stale", "記録が新しい章を飛ばす", dest="stale_only")
    .having("names", **CHAPTERS),
    Parser(effects, "mirror_confusion")
    .flag("--check", "古いものを言うだけで，測らない")
    .having("names", nargs="*", metavar="効果", help="約束の名前。省くと古いもの"),
    Parser(status, "--gpu")
    .flag("--gpu", "GPU 用のセルだけを調べ，記録し直すものがあれば終了コードは 1", dest="gpu_only"),
]  # fmt: skip
"""命令と，その引数。"""
COMMANDS: dict[str, Parser] = {parser.name: parser for parser in PARSERS}


def usage() -> str:
    """命令の一覧。"""
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
            message = f"知らない命令 {name!r} です。{similar(name, COMMANDS)}"
            raise UsageError(f"{message}\n\n{usage()}")
        parser = COMMANDS[name]
        options, root = parser.read(rest), find_root(Path.cwd())
        from bookkit.lint import stopping

        if parser.run is not check and (broken := stopping(root)):
            print("\n".join(map(str, broken)), file=sys.stderr)
            return 1
        return parser.run(root, **vars(options))
    except SystemExit as stop:  # --help
        return int(stop.code or 0)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except (BookError, ChapterError) as error:
        print(error, file=sys.stderr)
        return 1
