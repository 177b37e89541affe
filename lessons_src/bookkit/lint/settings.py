"""設定の決まり：``_toc.yml`` と ``_config.yml`` の形，同じ名前，知らない名前，入っている版。"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from bookkit import shape
from bookkit.book import PART_TITLES, Book, BookError
from bookkit.english import translation
from bookkit.finding import PLAIN, STOP, Finding
from bookkit.lint.known import Known, missing_extensions
from bookkit.reading import is_extension, read_text
from bookkit.similar import similar

TOC, CONFIG, PINS = "_toc.yml", "_config.yml", "requirements.txt"
PIN = re.compile(r"([\w.-]+)(?:\[[\w,]+\])?==(\S+)")

MYST = (
    *("amsmath", "attrs_block", "attrs_inline", "colon_fence"),
    *("deflist", "dollarmath", "substitution", "tasklist"),
)


def readable(book: Book) -> list[Finding]:
    """YAML として読めない設定。"""
    found = []
    for file in (CONFIG, TOC):
        if not (book.root / file).exists():
            continue
        try:
            node = book.yaml(file)
        except BookError as error:
            found.append(Finding(file, error.line, error.message, rank=STOP))
            continue
        if not isinstance(node, yaml.MappingNode):
            said = "「名前: 値」の形の設定がありません。見本のとおりに書いてください。"
            found.append(Finding(file, 1, said, rank=STOP))
    return found


def check(book: Book, known: Known) -> Iterator[Finding]:
    """設定の決まりのすべて。"""
    for file in (CONFIG, TOC):
        for line, message in shape.twice(book.yaml(file)):
            yield Finding(file, line, message, rank=STOP)
    yield from _toc_keys(book)
    yield from toc_shape(book)
    yield from _toc_entries(book)
    yield from _config(book, known)
    yield from _versions(book)


def _toc_keys(book: Book) -> Iterator[Finding]:
    """目次の知らない名前。sphinx-external-toc は，いちばん外のほかは黙って読み飛ばす。"""
    from sphinx_external_toc.parsing import TOCTREE_OPTIONS

    usable = {
        *("format", "root", "title", "options", "defaults", "meta", "parts"),
        *("subtrees", "chapters", "sections", "entries", "file", "url", "glob"),
        *TOCTREE_OPTIONS,
    }
    for table in shape.tables(book.yaml(TOC)):
        for key, _ in table.value:
            if key.value not in usable:
                said = (
                    f"目次で {key.value!r} は使えません。{similar(key.value, usable)}"
                )
                said += "直すか，消してください。"
                yield Finding(TOC, key.start_mark.line + 1, said, rank=STOP)


def toc_shape(book: Book) -> Iterator[Finding]:
    """目次の形。"""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_data

    node = book.yaml(TOC)
    try:
        parse_toc_data(shape.value_of(node))
    except (MalformedError, TypeError, AttributeError) as error:
        said = str(error)
        place = re.search(r"@ '/(.*?)/?'", said)
        path: list[Any] = place[1].split("/") if place and place[1] else []
        named = re.match(r"'(\w+)'", said)
        line, _ = shape.at(node, [*path, *(named.groups() if named else ())])
        if not re.match("Unknown keys|document file used", said):  # ほかの決まりが言う
            said = translation(said) or said
            yield Finding(TOC, line, f"目次の形が違います。{said}。", rank=STOP)


def _toc_entries(book: Book) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    folders: dict[str, str] = {}
    for entry in book.toc:
        name = entry.docname
        if name in seen:
            said = f"{name} は {seen[name]} 行にもあります。どちらかを消してください。"
            yield Finding(TOC, entry.line, said, rank=STOP)
        seen.setdefault(name, entry.line)
        folder = name.removeprefix("book/").rpartition("/")[0]
        if folder and folder not in PART_TITLES:
            near = similar(folder, PART_TITLES) or f"部: {', '.join(PART_TITLES)}。"
            said = f"部のフォルダー {folder!r} はありません。{near}"
            yield Finding(TOC, entry.line, said)
        elif folder and (own := folders.setdefault(entry.part, folder)) != folder:
            said = f"部「{entry.part}」は book/{own}/ の章の部です。"
            said += f"{name} は，book/{folder}/ の部に移してください。"
            yield Finding(TOC, entry.line, said)


def _config(book: Book, known: Known) -> Iterator[Finding]:
    node = book.yaml(CONFIG)
    for line, message, is_unknown in shape.problems(node, _config_shape(known)):
        yield Finding(CONFIG, line, message, rank=PLAIN if is_unknown else STOP)
    myst = ("parse", "myst_enable_extensions")
    sphinx = ("sphinx", "config", "extensions")
    wrong: list[tuple[tuple[str, ...], Any, str]] = [
        (myst, name, f"MyST の拡張 {name!r} はありません。{similar(str(name), MYST)}")
        for name in _listed(book, *myst)
        if not is_extension(name)
    ]
    for name in missing_extensions(book):
        said = f"拡張 {name!r} が入っていません。名前を直すか，make book で入れてください。"
        wrong.append((sphinx, name, said))
    for name in _listed(book, "bibtex_bibfiles"):
        if not (book.root / str(name)).is_file():
            said = f"文献のファイル {name!r} がありません。名前を直してください。"
            wrong.append((("bibtex_bibfiles",), name, said))
    for place, name, said in wrong:
        line, _ = shape.at(node, [*place, _listed(book, *place).index(name)])
        yield Finding(CONFIG, line, said, rank=STOP)


def _listed(book: Book, *keys: str) -> list[Any]:
    found = book.setting(*keys)
    return found if isinstance(found, list) else []


def _config_shape(known: Known) -> dict[str, Any]:
    """jupyter-book の持つ ``_config.yml`` の形に，使える名前のすべてを加えたもの。"""
    from myst_parser.config.main import MdParserConfig

    package = importlib.util.find_spec("jupyter_book")
    assert package
    assert package.origin
    file = Path(package.origin).with_name("config_schema.json")
    form: dict[str, Any] = json.loads(file.read_text("utf8"))
    parts = form["properties"]
    parts["only_build_toc_files"] = {}
    sphinx = parts["sphinx"]["properties"]["config"]
    sphinx["properties"] = {name: {} for name in (*known.settings, "extensions")}
    for name in MdParserConfig.__dataclass_fields__:
        parts["parse"]["properties"].setdefault(f"myst_{name}", {})
    closed = ("parse", "execute", "repository", "launch_buttons", "sphinx")
    for table in (form, sphinx, *(parts[name] for name in closed)):
        table["additionalProperties"] = False
    return form


def _versions(book: Book) -> Iterator[Finding]:
    """入っている版が requirements.txt と違うもの。入っていないものは，使うときに分かる。"""
    path = book.root / PINS
    for number, text in enumerate(
        read_text(path).split("\n") if path.is_file() else (), 1
    ):
        if not (pin := PIN.match(text)):
            continue
        try:
            here = metadata.version(pin[1])
        except metadata.PackageNotFoundError:
            continue
        if here != pin[2]:
            message = f"{pin[1]} は {here} が入っています。make book で {pin[2]} に入れ直してください。"
            yield Finding(PINS, number, message)
