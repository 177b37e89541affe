"""教える知識：48 の物の名前と属性。表（CSV）を読み，0 と 1 の行列にする。

属性はこの本のために書いた。組の作り（6 つの種類 × 8 つの物，名前・言葉・見た目）は
Rogers ら（2004）にならった。
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROOM = Path(__file__).parent
KINDS = ("名前", "言葉", "見た目")
"""見える層（スポーク）の名前。層の並びの順。"""


@dataclass(frozen=True, eq=False)
class Knowledge:
    """48 の物と，その属性。

    Attributes:
        items: 物の名前 ``(n,)``。
        categories, domains: 物ごとの種類（鳥…）と大きな分け方（生き物・人工物）。
        units: 見える層のユニットの名前 ``(V,)``。名前，言葉，見た目の順に並ぶ。
        kinds: ユニットごとの層 ``(V,)``。``KINDS`` のどれか。
        dimensions: ユニットごとの次元（色，耳…）。ないものは空文字列。
        patterns: 物がそのユニットを持つか ``(n, V)``。0 か 1。
    """

    items: tuple[str, ...]
    categories: tuple[str, ...]
    domains: tuple[str, ...]
    units: tuple[str, ...]
    kinds: tuple[str, ...]
    dimensions: tuple[str, ...]
    patterns: Array

    def places(self, kind: str) -> NDArray[np.intp]:
        """層 ``kind`` のユニットの番号。"""
        if kind not in KINDS:
            raise ValueError(
                f"層 {kind!r} はありません。{'，'.join(KINDS)} から選んでください。"
            )
        return np.flatnonzero(np.array(self.kinds) == kind)

    def unit(self, name: str) -> int:
        """ユニットの番号。"""
        try:
            return self.units.index(name)
        except ValueError:
            raise ValueError(
                f"ユニット {name!r} は表にありません。"
                "items.csv と attributes.csv の書き方とそろえてください。"
            ) from None

    def item(self, name: str) -> int:
        """物の番号。"""
        try:
            return self.items.index(name)
        except ValueError:
            raise ValueError(
                f"物 {name!r} は表にありません。items.csv の名前から選んでください。"
            ) from None

    def members(self, category: str) -> NDArray[np.intp]:
        """種類 ``category`` の物の番号。"""
        return np.flatnonzero(np.array(self.categories) == category)

    @property
    def category_names(self) -> tuple[str, ...]:
        """種類の名前（表に出てくる順）。"""
        return tuple(dict.fromkeys(self.categories))

    @property
    def domain_names(self) -> tuple[str, ...]:
        """大きな分け方の名前（表に出てくる順）。"""
        return tuple(dict.fromkeys(self.domains))

    def typicality(self) -> Array:
        """物ごとの典型性 ``(n,)``。同じ種類のほかの物との，属性の相関の平均。"""
        features = np.array(self.kinds) != KINDS[0]
        r = np.asarray(np.corrcoef(self.patterns[:, features]))
        np.fill_diagonal(r, np.nan)
        same = np.equal.outer(self.categories, self.categories)
        return np.nanmean(np.where(same, r, np.nan), axis=1)


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    if not table or tuple(table[0]) != columns:
        raise ValueError(f"{path}:1: 一行目を {','.join(columns)} にしてください。")
    rows = []
    for line, row in enumerate(table[1:], start=2):
        if len(row) != len(columns):
            raise ValueError(
                f"{path}:{line}: 欄は {len(columns)} 個です（{len(row)} 個あります）。"
            )
        rows.append((line, [cell.strip() for cell in row]))
    return rows


def read(items_path: Path, attributes_path: Path) -> Knowledge:
    """二つの表を読む。

    ``attributes.csv`` の ``holders`` は，属性を持つ物を空白で区切って並べる。
    種類の名前はその 8 つすべてを，``-物`` はその物を除くことを表す。

    Raises:
        ValueError: 知らない名前，持つ物のない属性，同じ名前の行があるとき（行番号を言う）。
    """
    table = _rows(items_path, ("item", "category", "domain"))
    items = [row[0] for _, row in table]
    categories = [row[1] for _, row in table]
    domains = [row[2] for _, row in table]
    for (line, row), before in zip(table, range(len(items)), strict=True):
        if row[0] in items[:before]:
            raise ValueError(f"{items_path}:{line}: 物 {row[0]!r} が二度あります。")
    category_names = tuple(dict.fromkeys(categories))
    domain_names = tuple(dict.fromkeys(domains))
    units = [*items, *category_names, *domain_names]
    kinds = [KINDS[0]] * len(units)
    dimensions = ["個別"] * len(items)
    dimensions += ["種類"] * len(category_names) + ["大分け"] * len(domain_names)
    columns = [np.array(items) == name for name in items]
    columns += [np.array(categories) == name for name in category_names]
    columns += [np.array(domains) == name for name in domain_names]
    for kind in KINDS[1:]:
        for line, (name, its_kind, dimension, holders) in _rows(
            attributes_path, ("attribute", "kind", "dimension", "holders")
        ):
            where = f"{attributes_path}:{line}"
            if its_kind not in KINDS[1:]:
                raise ValueError(
                    f"{where}: kind は {'か'.join(KINDS[1:])} です（{its_kind!r}）。"
                )
            if its_kind != kind:
                continue
            if name in units:
                raise ValueError(f"{where}: {name!r} が二度あります。")
            units.append(name)
            kinds.append(kind)
            dimensions.append(dimension)
            columns.append(_holders(holders, items, categories, where))
    return Knowledge(
        tuple(items),
        tuple(categories),
        tuple(domains),
        tuple(units),
        tuple(kinds),
        tuple(dimensions),
        np.array(columns, float).T,
    )


def _holders(
    text: str, items: list[str], categories: list[str], where: str
) -> NDArray[np.bool_]:
    held = np.zeros(len(items), bool)
    for word in text.split():
        name, on = word.removeprefix("-"), not word.startswith("-")
        named = np.array([name in pair for pair in zip(items, categories, strict=True)])
        if not named.any():
            raise ValueError(
                f"{where}: {name!r} は items.csv の物にも種類にもありません。"
            )
        held[named] = on
    if not held.any():
        raise ValueError(
            f"{where}: 属性を持つ物がありません。holders に書いてください。"
        )
    return held


@cache
def load() -> Knowledge:
    """この章の知識。"""
    return read(ROOM / "items.csv", ROOM / "attributes.csv")


def within_correlation(knowledge: Knowledge) -> dict[str, float]:
    """種類ごとの，物と物の属性（言葉と見た目）の相関の平均。

    最後の ``種類の間`` は，違う種類の物どうしの平均。
    """
    features = np.array(knowledge.kinds) != KINDS[0]
    r = np.asarray(np.corrcoef(knowledge.patterns[:, features]))
    found = {}
    for name in knowledge.category_names:
        these = knowledge.members(name)
        block = r[np.ix_(these, these)]
        found[name] = float(block[np.triu_indices(len(these), 1)].mean())
    apart = ~np.equal.outer(knowledge.categories, knowledge.categories)
    found["種類の間"] = float(r[apart].mean())
    return found
