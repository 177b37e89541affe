"""Sphinx への組み込み：頁を読む前に，変わった章を実行する。"""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from bookkit.book import Book
from bookkit.chapter import Chapter, ChapterError
from bookkit.execution import machine, reader, wording
from bookkit.execution.book import TIMEOUT, Result, Runner
from bookkit.execution.outcome import CUT
from bookkit.reading import read_chapter

logger = logging.getLogger(__name__)

PYTHON_WARNING = re.compile(r"^(\S.*?):(\d+): (\w*Warning: .*)$", re.MULTILINE)
HEAVY = 100_000
"""頁の HTML の重さの上限（gzip したバイト）。絵は含まない。"""
READER = "bookkit.execution.reader.read"


def book_root(app: Sphinx) -> Path:
    """本のフォルダー（``_config.yml`` のある所）。一頁だけのビルドでも見つける。"""
    source = Path(app.srcdir)
    for folder in (source, *source.parents):
        if (folder / "_config.yml").is_file():
            return folder
    return source


def begin(app: Sphinx) -> None:
    """二度実行する設定を断る。"""
    if app.config.nb_execution_mode != "off":
        logger.warning(
            "実行は bookkit が受け持ちます。"
            '_config.yml の execute_notebooks を "off" にしてください'
            "（そのままでは，章を二度実行します）。"
        )


def execute(
    app: Sphinx, env: BuildEnvironment, added: set[str], *rest: set[str]
) -> list[str]:
    """章を実行し，読み直す頁の名前を返す。"""
    root = book_root(app)
    chapters = _chapters(env, root)
    results = app.bookkit_results = _results(app, root, chapters)  # type: ignore[attr-defined]
    reader.results = results
    _use_reader(env, results)
    for docname, result in results.items():
        for line, message in problems(result):
            logger.warning(message, location=(docname, line))
    before: dict[str, str] = getattr(env, "bookkit_outputs", {})
    now = {docname: _fingerprint(result) for docname, result in results.items()}
    env.bookkit_outputs = now  # type: ignore[attr-defined]
    return [name for name in now if before.get(name) != now[name]]


def problems(result: Result) -> Iterator[tuple[int, str]]:
    """頁に載せる出力の困ったこと：Python の警告と，長すぎて切った印字。``(行, 文)``。"""
    for number, cell in enumerate(result.chapter.cells):
        for output in result.shown(number):
            text = str(output.get("text") or output.get("data", {}).get("text/plain"))
            if CUT in text:
                yield cell.line, f"出力が長すぎます。{CUT.strip('…（）').strip()}"
            if output.get("name") != "stderr" or cell.has("remove-stderr"):
                continue
            for found in PYTHON_WARNING.finditer(text):
                file, row, what = found.groups()
                own = "ipykernel" in file
                place = "" if own else f"（{file.rpartition('lessons_src/')[2]}:{row}）"
                yield (
                    cell.line + (int(row) - 1 if own else 0),
                    f"セルが Python の警告を出しています：{what}{place}。原因を直すか，"
                    "出てよいものなら warnings.filterwarnings で消してください。",
                )


def note_heavy_page(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """重すぎる頁は，いちばん重いセルを言う。"""
    result: Result | None = getattr(app, "bookkit_results", {}).get(pagename)
    body = str(context.get("body", "")).encode("utf8", "replace")
    if result is None or len(body) < HEAVY or not result.cells:
        return
    import gzip  # 重い頁のあるときだけ使う

    size = len(gzip.compress(body))
    if size > HEAVY:
        weights = [len(repr(result.shown(n))) for n in range(len(result.cells))]
        heaviest = weights.index(max(weights))
        logger.warning(
            f"頁の HTML が {size // 1000} KB（gzip）あり，{HEAVY // 1000} KB を超えています。"
            "いちばん重いのはこのセルの出力です。描く点やコマを減らしてください。",
            location=(pagename, result.chapter.cells[heaviest].line),
        )


def _chapters(env: BuildEnvironment, root: Path) -> dict[str, Chapter]:
    """コードの章を ``{docname: 章}`` で返す。"""
    extensions = frozenset(env.myst_config.enable_extensions)  # type: ignore[attr-defined]
    book, found = Book(root), {}
    known = book.documents if book.extensions == extensions else {}
    for docname in sorted(env.found_docs):
        path = Path(env.doc2path(docname))
        if path.suffix == ".md":
            read = known.get(docname)  # 決まりの調べが，もう読んでいる
            found[docname] = read or read_chapter(root, path, extensions)
    try:
        return {name: one.sound() for name, one in found.items() if one.has_code}
    except ChapterError as error:
        raise ExtensionError(str(error)) from error


def _results(app: Sphinx, root: Path, chapters: dict[str, Any]) -> dict[str, Result]:
    if not chapters:
        return {}
    try:
        here = app.bookkit_machine.result()  # type: ignore[attr-defined]
    except RuntimeError as error:
        raise ExtensionError(str(error)) from error
    book = Runner(root, here, logger.info)
    timeout = app.config.nb_execution_timeout or TIMEOUT
    by_name = book.results(list(chapters.values()), timeout)
    for message in book.unsaved:
        logger.warning(message)
    return {docname: by_name[chapter.name] for docname, chapter in chapters.items()}


def _use_reader(env: BuildEnvironment, results: dict[str, Result]) -> None:
    """コードの章だけを，出力を入れる読み手で読む。ほかの頁は myst-nb に任せる。

    ``nb_custom_formats`` に ``.md`` と書くと，文章だけの頁までノートブックになる。
    そこで，章の場所そのものを「拡張子」として渡す（myst-nb は長いものから順に比べる）。
    """
    config = env.mystnb_config  # type: ignore[attr-defined]
    formats = dict(config.custom_formats)
    for docname in results:
        path = str(Path(env.doc2path(docname)))
        formats[path] = (READER, {"docname": docname, "path": path}, False)
    env.mystnb_config = config.copy(custom_formats=formats)  # type: ignore[attr-defined]


def _fingerprint(result: Result) -> str:
    """頁に載る結果の名札。変われば，頁を読み直す。"""
    parts = [result.key, result.run.when if result.run else "失敗"]
    for cell in result.gpu:
        shown = repr(result.shown(cell.cell)).encode()
        parts.append(wording.gpu_note(result, cell.cell)["text"])
        parts.append(hashlib.sha256(shown).hexdigest())
    return " ".join(parts)


def add_gpu_notes(app: Sphinx, doctree: nodes.document) -> None:
    """GPU 用のセルの出力の上に，但し書きを置く。"""
    for cell in list(doctree.findall(nodes.container)):
        said = cell.get("cell_metadata", {}).get(reader.NOTE)
        if said is None:
            continue
        note = nodes.paragraph(
            "", said["text"], classes=["gpu-label", f"gpu-label-{said['kind']}"]
        )
        note.source, note.line = cell.source, cell.line
        outputs = [c for c in cell if c.get("nb_element") == "cell_code_output"]
        cell.insert(cell.index(outputs[0]) if outputs else len(cell), note)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """失敗した章を最後にまとめて伝え，ビルドを失敗にする。"""
    failed = []
    for docname, result in getattr(app, "bookkit_results", {}).items():
        if failure := result.failure:
            name = result.chapter.name
            failed.append(name)
            number = failure.cell + 1
            where = f" {number} 番めのセル" if number else "始まり"
            text = f"章 {name} の{where}が失敗しました：{failure.what}"
            with logging.skip_warningiserror():
                logger.error(
                    f"{text}\n{failure.traceback}".rstrip(),
                    location=(docname, failure.line),
                )
    if failed:
        app.statuscode = 1
        logger.info(f"{len(failed)} 章が失敗しました：{'，'.join(failed)}")


def setup(app: Sphinx) -> None:
    """イベントにつなぐ。計算機は，Sphinx が支度をする間に調べる。"""
    thread = ThreadPoolExecutor(1)
    app.bookkit_machine = thread.submit(machine.look, book_root(app))  # type: ignore[attr-defined]
    thread.shutdown(wait=False)
    # 読み込んだ部品を，ごみとして何度も調べない（くり返し作る live でも，一度だけ）
    if not gc.get_freeze_count():
        gc.freeze()
    app.connect("doctree-read", add_gpu_notes)
    app.connect("html-page-context", note_heavy_page)
    app.connect("builder-inited", begin)
    app.connect("env-get-outdated", execute)
    app.connect("build-finished", finish, priority=900)
