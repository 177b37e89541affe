"""設定の形：YAML と JSON を jsonschema で調べ，行と，日本語の文で言う。行は YAML の木から採る。"""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator, ValidationError, validators

from bookkit.similar import similar

TYPES = Draft7Validator.TYPE_CHECKER.redefine(
    "date", lambda _, value: type(value) is datetime.date
)
Validator = validators.extend(Draft7Validator, type_checker=TYPES)
KINDS = {
    "string": "文字",
    "object": "「名前: 値」",
    "array": "「- 」の並び",
    "boolean": "true か false",
    "number": "数",
    "null": "空",
}


@functools.cache
def of(name: str) -> dict[str, Any]:
    """``shapes`` にある形（JSON Schema）。"""
    file = Path(__file__).parent / "shapes" / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text("utf8"))
    return found


def value_of(node: yaml.Node | None) -> Any:
    """木の表す値。木がなければ空の表。"""
    return yaml.SafeLoader("").construct_document(node) if node else {}


def at(node: yaml.Node | None, path: Iterable[Any]) -> tuple[int, yaml.Node | None]:
    """木の中の ``("parts", 0, "chapters")`` の ``(行, 木)``。なければ，そこまでの行。"""
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            name = str(step)
            found = next((pair for pair in node.value if pair[0].value == name), None)
        elif isinstance(node, yaml.SequenceNode) and str(step).isdigit():
            inner = node.value[int(step) : int(step) + 1]
            found = (inner[0], inner[0]) if inner else None
        else:
            found = None
        if found is None:
            return line, None
        line, node = found[0].start_mark.line + 1, found[1]
    return line, node


def tables(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    """木の中の表のすべて。"""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    if isinstance(node, yaml.MappingNode):
        yield node
    inner = node.value if isinstance(node, yaml.SequenceNode) else [v for _, v in pairs]
    for value in inner:
        yield from tables(value)


def twice(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """一つの表の中で二度書かれた名前の ``(行, 文)``。"""
    for table in tables(node):
        names = [key.value for key, _ in table.value]
        for number, (key, _) in enumerate(table.value):
            if key.value in names[:number]:
                said = f"{key.value!r} を二度書いています。一つにしてください。"
                yield key.start_mark.line + 1, said


def unknown(value: Any, schema: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """形にない ``(名前, 使える名前)``。"""
    for error in Validator(schema).iter_errors(value):
        if error.validator == "additionalProperties":
            known = list(error.schema["properties"])
            yield from ((str(key), known) for key in error.instance if key not in known)


def problems(
    node: yaml.Node | None, schema: dict[str, Any]
) -> Iterator[tuple[int, str, bool]]:
    """形に合わない所の ``(行, 文, 知らない名前か)``。

    直し方は，形の ``description`` に書く。なければ，型の名前から作る。
    """
    for error in Validator(schema).iter_errors(value_of(node)):
        path = [*error.absolute_path]
        where = ".".join(map(str, path))
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for key in error.instance.keys() - known.keys():
                shown = ".".join(map(str, [*path, key]))
                said = f"知らない設定 {shown!r} です。{similar(str(key), known)}"
                line, _ = at(node, [*path, key])
                yield line, f"{said}名前を直すか，消してください。", True
        else:
            yield at(node, path)[0], f"{where or '設定'} {_wrong(error)}", False


def _wrong(error: ValidationError) -> str:
    wanted, form = error.validator_value, error.schema.get("description")
    if error.validator == "required":
        lost = "，".join(name for name in wanted if name not in error.instance)
        return f"に {lost} がありません。{f'{form}で' if form else ''}書いてください。"
    kinds = wanted if isinstance(wanted, list) else [wanted]
    named = "・".join(KINDS.get(str(one), str(one)) for one in kinds)
    form = form or (named if error.validator in ("type", "enum") else error.message)
    now = "" if isinstance(error.instance, list | dict) else f"（{error.instance!r}）"
    return f"の値が違います{now}。{form} で書いてください。"
