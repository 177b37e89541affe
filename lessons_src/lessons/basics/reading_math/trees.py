"""式のかたまり：一行のコードを，計算の木に直し，図にする。"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from matplotlib.axes import Axes

from lessons import figures

_WORDS = {
    ast.Add: "足す",
    ast.Sub: "引く",
    ast.Mult: "掛ける",
    ast.Div: "割る",
    ast.Pow: "べき乗",
    ast.MatMult: "内積",
    ast.USub: "符号を変える",
}
_FUNCTIONS = {"sum": "合計", "mean": "平均", "sqrt": "ルート"}


@dataclass(frozen=True)
class Chunk:
    """かたまり一つ。``children`` は，先に計算するかたまり。"""

    label: str
    children: tuple[Chunk, ...] = ()


def tree(code: str) -> Chunk:
    """一行のコードを，計算の木にする。空白は見ない。

    Raises:
        ValueError: 式として読めないとき，または，四則・関数・名前・数のほかがあるとき。
    """
    try:
        return _chunk(ast.parse(code.strip(), mode="eval").body)
    except SyntaxError as error:
        raise ValueError(
            f"{code!r} は式として読めません。一行の計算を書いてください。"
        ) from error


def _chunk(node: ast.expr) -> Chunk:
    if isinstance(node, ast.BinOp) and type(node.op) in _WORDS:
        return Chunk(_WORDS[type(node.op)], (_chunk(node.left), _chunk(node.right)))
    if isinstance(node, ast.UnaryOp) and type(node.op) in _WORDS:
        return Chunk(_WORDS[type(node.op)], (_chunk(node.operand),))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        inside = [*node.args]
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "np"):
            inside.insert(0, node.func.value)  # x.sum() の x
        name = _FUNCTIONS.get(node.func.attr, node.func.attr)
        return Chunk(name, tuple(_chunk(one) for one in inside))
    if isinstance(node, ast.Name):
        return Chunk(node.id)
    if isinstance(node, ast.Constant):
        return Chunk(str(node.value))
    raise ValueError(
        f"{ast.unparse(node)!r} は木にできません。"
        "四則，関数，名前，数だけで書いてください。"
    )


def depth(chunk: Chunk) -> int:
    """かたまりの段の数。"""
    return 1 + max((depth(one) for one in chunk.children), default=0)


def draw(ax: Axes, chunk: Chunk) -> None:
    """木を描く。上ほど後で計算する。"""
    ends = _draw(ax, chunk, 0, 0.0)[1]
    ax.set_xlim(-0.6, ends - 0.4)
    ax.set_ylim(-depth(chunk) + 0.5, 0.5)
    ax.axis("off")


def _draw(ax: Axes, chunk: Chunk, level: int, left: float) -> tuple[float, float]:
    """木を描き，根の横の位置と，次に空いている位置を返す。"""
    places, end = [], left
    for child in chunk.children:
        place, end = _draw(ax, child, level + 1, end)
        places.append(place)
    middle = sum(places) / len(places) if places else left
    for place in places:
        ends = [-level, -level - 1]
        color = figures.COLORS["muted"]
        ax.plot([middle, place], ends, color=color, linewidth=1.2, zorder=1)
    color = figures.COLORS["blue" if chunk.children else "ink"]
    box = {"boxstyle": "round", "fc": figures.COLORS["panel"], "ec": color}
    ax.text(middle, -level, chunk.label, ha="center", va="center", bbox=box)
    return middle, end if places else left + 1.0
