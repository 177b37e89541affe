"""設定の決まり：``_toc.yml`` と ``_config.yml`` の形，同じ名前，知らない名前，入っている版。"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from bookkit.book import PART_TITLES, Book, BookError
from bookkit.english import translation
from bookkit.lint.finding import STOP, Finding, similar
from bookkit.lint.known import Known, missing_extensions
from bookkit.reading import is_extension, read_text

TOC, CONFIG, PINS = "_toc.yml", "_config.yml", "requirements.txt"
TOC_KEYS = frozenset(
    [
        "format",
        "root",
        "title",
        "options",
        "defaults",
        "meta",
        "parts",
        "subtrees",
        "chapters",
        "sections",
        "entries",
        "caption",
        "numbered",
        "maxdepth",
        "titlesonly",
        "reversed",
        "hidden",
        "file",
        "url",
        "glob",
    ]
)
PIN = re.compile(r"([\w.-]+)(?:\[[\w,]+\])?==(\S+)")

KINDS = dict(
    string="文字",
    object="「名前: 値」",
    array="「- 」の並び",
    boolean="true か false",
    number="数",
    null="空",
)
MYST = [
    "amsmath",
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
    "substitution",
    "tasklist",
]


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
            message = (
                "「名前: 値」の形の設定がありません。見本のとおりに書いてください。"
            )
            found.append(Finding(file, 1, message, rank=STOP))
    return found


def check(book: Book, known: Known) -> Iterator[Finding]:
    """設定の決まりのすべて。"""
    for file in (CONFIG, TOC):
        for line, name in _twice(book.yaml(file)):
            yield Finding(
                file,
                line,
                f"{name!r} を二度書いています。一つにしてください。",
                rank=STOP,
            )
    for key in _keys(book.yaml(TOC)):
        if key.value not in TOC_KEYS:
            message = f"目次で {key.value!r} は使えません。{similar(str(key.value), TOC_KEYS)}直すか，消してください。"
            yield Finding(TOC, key.start_mark.line + 1, message, rank=STOP)
    yield from toc_shape(book)
    yield from _toc_entries(book)
    yield from _config(book, known)
    yield from _versions(book)


def _keys(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """木の中の名前のすべて。"""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    yield from (key for key, _ in pairs)
    inner = node.value if isinstance(node, yaml.SequenceNode) else [v for _, v in pairs]
    for value in inner:
        yield from _keys(value)


def _twice(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """一つの表の中で二度書かれた名前。"""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for number, (key, _) in enumerate(pairs):
        if any(key.value == before.value for before, _ in pairs[:number]):
            yield key.start_mark.line + 1, str(key.value)
    inner = node.value if isinstance(node, yaml.SequenceNode) else [v for _, v in pairs]
    for value in inner:
        yield from _twice(value)


def line_at(node: yaml.Node | None, path: Iterable[Any]) -> int:
    """木の中の ``("parts", 0, "chapters")`` の行。なければ，そこまでの行。"""
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and str(step).isdigit():
            inner = node.value[int(step) : int(step) + 1]
            found = (inner[0], inner[0]) if inner else None
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def toc_shape(book: Book) -> Iterator[Finding]:
    """目次の形。"""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_data

    node = book.yaml(TOC)
    data = yaml.SafeLoader("").construct_document(node) if node else {}
    try:
        parse_toc_data(data)
    except (MalformedError, TypeError, AttributeError) as error:
        said = str(error)
        place = re.search(r"@ '/(.*?)/?'", said)
        path: list[Any] = place[1].split("/") if place and place[1] else []
        named = re.match(r"'(\w+)'", said)
        line = line_at(node, [*path, *(named.groups() if named else ())])
        if not re.match("Unknown keys|document file used", said):  # ほかの決まりが言う
            said = translation(said) or said
            yield Finding(TOC, line, f"目次の形が違います。{said}。", rank=STOP)


def _toc_entries(book: Book) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    folders: dict[str, str] = {}
    for entry in book.toc:
        name = entry.docname
        if name in seen:
            message = (
                f"{name} は {seen[name]} 行にもあります。どちらかを消してください。"
            )
            yield Finding(TOC, entry.line, message, rank=STOP)
        seen.setdefault(name, entry.line)
        _, *inner = name.removeprefix("book/").split("/")[::-1]
        folder = "/".join(inner[::-1])
        if folder and folder not in PART_TITLES:
            near = similar(folder, PART_TITLES) or f"部: {', '.join(PART_TITLES)}。"
            yield Finding(
                TOC, entry.line, f"部のフォルダー {folder!r} はありません。{near}"
            )
        elif folder and folders.setdefault(entry.part, folder) != folder:
            yield Finding(
                TOC,
                entry.line,
                f"部「{entry.part}」は book/{folders[entry.part]}/ の章の部です。"
                f"{name} は，book/{folder}/ の部に移してください。",
            )


def _config(book: Book, known: Known) -> Iterator[Finding]:
    from jsonschema import Draft7Validator
    from myst_parser.config.main import MdParserConfig

    node, config = book.yaml(CONFIG), book.config
    package = importlib.util.find_spec("jupyter_book")
    assert package
    assert package.origin
    schema_file = Path(package.origin).with_name("config_schema.json")
    validator = Draft7Validator(json.loads(schema_file.read_text("utf8")))
    for error in validator.iter_errors(config):
        line = line_at(node, error.absolute_path)
        where = ".".join(map(str, error.absolute_path))
        wanted = error.validator_value if error.validator in ("type", "enum") else ""
        shown = "・".join(
            KINDS.get(str(one), str(one))
            for one in (wanted if isinstance(wanted, list) else [wanted])
        )
        yield Finding(
            CONFIG,
            line,
            f"{where} の値が違います。{shown or error.message} で書いてください。",
            rank=STOP,
        )
    schema = validator.schema["properties"]
    yield from _unknown(node, (), {*schema, "only_build_toc_files"})
    parse = {f"myst_{name}" for name in MdParserConfig.__dataclass_fields__}
    for key, extra in {
        "parse": parse,
        "execute": set(),
        "repository": set(),
        "launch_buttons": set(),
    }.items():
        yield from _unknown(node, (key,), {*schema[key]["properties"], *extra})
    yield from _unknown(node, ("sphinx",), set(schema["sphinx"]["properties"]))
    yield from _unknown(node, ("sphinx", "config"), {*known.settings, "extensions"})
    wanted = book.setting("parse", "myst_enable_extensions")
    for number, name in enumerate(wanted if isinstance(wanted, list) else ()):
        if not is_extension(name):
            line = line_at(node, ("parse", "myst_enable_extensions", number))
            near = similar(str(name), MYST)
            yield Finding(
                CONFIG, line, f"MyST の拡張 {name!r} はありません。{near}", rank=STOP
            )
    for name in missing_extensions(book):
        line = line_at(
            node, ("sphinx", "config", "extensions", book.sphinx_extensions.index(name))
        )
        yield Finding(
            CONFIG,
            line,
            f"拡張 {name!r} が入っていません。名前を直すか，make book で入れてください。",
            rank=STOP,
        )
    for number, name in enumerate(book.setting("bibtex_bibfiles") or ()):
        if not (book.root / str(name)).is_file():
            line = line_at(node, ("bibtex_bibfiles", number))
            yield Finding(
                CONFIG,
                line,
                f"文献のファイル {name!r} がありません。名前を直してください。",
                rank=STOP,
            )


def _unknown(
    node: yaml.Node | None, path: tuple[str, ...], allowed: set[str]
) -> Iterator[Finding]:
    for step in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        node = next((value for key, value in pairs if key.value == step), None)
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value not in allowed:
            shown = ".".join([*path, str(key.value)])
            message = f"知らない設定 {shown!r} です。{similar(str(key.value), allowed)}名前を直すか，消してください。"
            yield Finding(CONFIG, key.start_mark.line + 1, message)


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
