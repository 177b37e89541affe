"""いくつもの図を，一枚の SVG に重ねる。どのコマでも同じ部分は，一度だけ書く。

コマごとに違う部分は ``<g class="v f0 f2">`` に入る。数字は，その部分が見えるコマの番号。
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from xml.etree import ElementTree

from lessons.figures.style import COLORS

Element = ElementTree.Element

_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"(?<=url\(#)[^)]+")
_LONG = re.compile(r"<(?:image|path) [^>]{300,}/>")
_COLOR = re.compile("|".join(COLORS.values()), re.IGNORECASE)
_NAMES = {value: f"var(--{name})" for name, value in COLORS.items()}


def overlay(svgs: Sequence[str], *, key: str = "") -> tuple[str, str]:
    """同じ大きさの SVG を一枚に重ねる。

    Args:
        svgs: ``figures.to_svg`` の SVG。コマの順。
        key: 名前の頭に付ける文字（頁の中で重ならないように）。

    Returns:
        ``viewBox`` の値と，``<svg>`` の中身。本の色は ``var(--blue)`` のような変数になる。

    Raises:
        ValueError: コマの大きさがそろわないとき。
    """
    roots = [ElementTree.fromstring(svg) for svg in svgs]
    sizes = sorted({root.get("viewBox", "") for root in roots})
    if len(sizes) != 1:
        raise ValueError(
            f"コマの大きさがそろいません（{' と '.join(sizes[:2])}）。"
            "どのコマも figures.new() の同じ行・列・高さで描いてください。"
        )
    ids: dict[str, str] = {}
    defs: dict[str, str] = {}
    for root in roots:
        _lift_definitions(root, ids, defs, key)
    body = _merge([list(root) for root in roots], ids)
    for text, count in Counter(_LONG.findall(body)).items():
        if count > 1:  # 写真など，長いものは一度だけ書く
            name = f"{key}{len(ids)}"
            ids[name] = name
            defs[name] = text.replace(" ", f' id="{name}" ', 1)
            body = body.replace(text, f'<use href="#{name}"/>')
    whole = body + "".join(defs.values())
    used = [text for name, text in defs.items() if re.search(rf"#{name}[)\"]", whole)]
    return sizes[0], f"<defs>{''.join(used)}</defs>{body}"


def _lift_definitions(
    root: Element, ids: dict[str, str], defs: dict[str, str], key: str
) -> None:
    """``<defs>`` の中身を取り出し，短い名前を付け直す。``<style>`` と ``<metadata>`` は捨てる。"""
    for parent in list(root.iter()):
        for child in list(parent):
            if _tag(child) == "defs":
                for definition in child:
                    old = definition.get("id")
                    if old and old not in ids:
                        ids[old] = f"{key}{len(ids)}"
                        defs[ids[old]] = _write(definition, ids, name=ids[old])
            if _tag(child) in ("defs", "metadata", "style"):
                parent.remove(child)


def _merge(frames: Sequence[list[Element]], ids: dict[str, str]) -> str:
    """同じ親を持つ要素の列を，コマどうしで比べ，同じものを一度だけ書く。"""
    texts = [[_write(child, ids) for child in children] for children in frames]
    written = []
    for place in range(max(map(len, frames))):
        versions = [text[place] if place < len(text) else "" for text in texts]
        twins = [children[place] for children in frames if place < len(children)]
        starts = {_start(twin, ids) for twin in twins}
        alike = len(twins) == len(frames) and len(starts) == 1 and len(twins[0])
        if alike and len(set(versions)) > 1:
            inside = _merge([list(twin) for twin in twins], ids)
            written.append(f"{starts.pop()}>{inside}</{_tag(twins[0])}>")
        else:
            written.append(_variants(versions))
    return "".join(written)


def _variants(versions: Sequence[str]) -> str:
    """一か所に来るもの。コマによって違えば，見えるコマを書いた ``<g>`` に分ける。"""
    if len(set(versions)) == 1:
        return versions[0]
    where: dict[str, list[str]] = {}
    for number, version in enumerate(versions):
        where.setdefault(version, []).append(f"f{number}")
    return "".join(
        f'<g class="v {" ".join(names)}">{version}</g>'
        for version, names in where.items()
        if version
    )


def _write(element: Element, ids: dict[str, str], name: str = "") -> str:
    inside = "".join(_write(child, ids) for child in element)
    start = _start(element, ids, name)
    return f"{start}>{inside}</{_tag(element)}>" if inside else f"{start}/>"


def _start(element: Element, ids: dict[str, str], name: str = "") -> str:
    """始まりの札（``>`` の前まで）。要らない名前は書かない。"""
    written = [f"<{_tag(element)}"]
    if name:
        written.append(f'id="{name}"')
    for label, value in element.attrib.items():
        label = label.rpartition("}")[2]
        if label == "id":
            continue
        if label == "href" and value.startswith("#"):
            value = "#" + ids.get(value[1:], value[1:])
        elif label == "d":
            value = re.sub(r"\s+", " ", _rounded(value, 1)).strip()
            value = re.sub(r" ?([A-Za-z]) ?", r"\1", value)
        elif label in ("x", "y", "width", "height"):
            value = _rounded(value, 2)
        else:
            value = _REFERENCE.sub(lambda m: ids.get(m[0], m[0]), value)
            value = _COLOR.sub(lambda m: _NAMES[m[0].lower()], value)
        written.append(f'{label}="{escape(value, quote=True)}"')
    return " ".join(written)


def _rounded(numbers: str, digits: int) -> str:
    return _NUMBER.sub(lambda m: f"{round(float(m[0]), digits) + 0:g}", numbers)


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
