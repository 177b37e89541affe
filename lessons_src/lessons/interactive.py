"""動かして見る図：値を選ぶと，あらかじめ描いておいたコマに替わる。

コマは章の実行のときにすべて描き，一枚の SVG に重ねます。
選ぶところはふつうのラジオボタンで，切り替えは CSS だけが行います。
ですから，スクリプトがなくても，電波がなくても，Colab でも同じに動きます。
本の頁では，スクリプトが ``slider`` の選択肢を，つまみ（range）に替えます。
読者の写真で動かす ``network`` は，``networks_on_page`` にあります。
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lessons.figures.frames import overlay
from lessons.figures.output import csv_of, to_svg
from lessons.figures.style import COLORS, DARK_COLORS

MOST_BYTES = 40 * 1024
"""図一つの大きさの上限（gzip したバイト数）。"""
MOST_FRAMES = 30
"""コマの数の上限。"""
ALT_LENGTH = (15, 200)
"""代替文の長さ（字）。"""


@dataclass(frozen=True)
class Choice:
    """選ぶもの一つ。

    Attributes:
        label: 何を選ぶか（「温度 β」）。
        values: 選べる値。
        names: 値の見せ方。省くと，数は短い書き方，ほかはそのまま。
        first: 初めに見せる値。省くと，一つめ。
    """

    label: str
    values: Sequence[Any]
    names: Sequence[str] = ()
    first: Any = None

    @property
    def shown(self) -> list[str]:
        """値の見せ方。"""
        if self.names:
            return [str(name) for name in self.names]
        return [f"{v:g}" if isinstance(v, float) else str(v) for v in self.values]

    @property
    def start(self) -> int:
        """初めに見せる値の番号。"""
        return 0 if self.first is None else list(self.values).index(self.first)


def __getattr__(name: str) -> Any:
    """``network`` は，使う章だけが読み込む（ほかの章の結果は，その部品に頼らない）。"""
    if name == "network":
        from lessons.networks_on_page import network

        return network
    raise AttributeError(f"lessons.interactive に {name!r} はありません。")


def slider(
    values: Sequence[Any],
    draw: Callable[[Any], Figure],
    *,
    label: str,
    say: Callable[[Any], str],
    alt: str,
    names: Sequence[str] = (),
    first: Any = None,
) -> None:
    """つまみで値を選ぶ図を見せる。

    Args:
        values: 選べる値。小さい順など，つまみに並べる順。
        draw: 値を受け取り，図を返す関数。軸の範囲をそろえると，動きがよく見える。
        label: 何を選ぶか。
        say: 値を受け取り，そのコマに見えることを一文で返す関数。図の下に出て，読み上げられる。
        alt: 図の全体の代替文。何がどう変わるか。
        names: 値の見せ方。
        first: 初めに（印刷では，選ばれていなければ）見せる値。

    Raises:
        ValueError: 値・言葉・大きさに困るところがあるとき。
    """
    _show([Choice(label, values, names, first)], draw, say=say, alt=alt, ranged=True)


def choices(
    first: Choice,
    second: Choice,
    draw: Callable[[Any, Any], Figure],
    *,
    say: Callable[[Any, Any], str],
    alt: str,
) -> None:
    """二つの物を別々に選ぶ図を見せる。

    Args:
        first, second: 選ぶもの。
        draw: 二つの値を受け取り，図を返す関数。
        say: 二つの値を受け取り，そのコマに見えることを一文で返す関数。
        alt: 図の全体の代替文。

    Raises:
        ValueError: 値・言葉・大きさに困るところがあるとき。
    """
    _show([first, second], draw, say=say, alt=alt, ranged=False)


def _show(
    groups: Sequence[Choice],
    draw: Callable[..., Figure],
    *,
    say: Callable[..., str],
    alt: str,
    ranged: bool,
) -> None:
    from IPython.display import display

    page = to_html(groups, draw, say=say, alt=alt, ranged=ranged)
    display({"text/html": page, "text/plain": f"（動かせる図。{alt}）"}, raw=True)


def to_html(
    groups: Sequence[Choice],
    draw: Callable[..., Figure],
    *,
    say: Callable[..., str],
    alt: str,
    ranged: bool = False,
) -> str:
    """動かせる図を，それだけで働く HTML にする。引数は ``slider`` と ``choices`` と同じ。"""
    _check(groups, alt)
    frames = list(itertools.product(*(group.values for group in groups)))
    titles = [
        "，".join(f"{g.label} {name}" for g, name in zip(groups, names, strict=True))
        for names in itertools.product(*(group.shown for group in groups))
    ]
    svgs, tables, words = [], [], []
    for values, title in zip(frames, titles, strict=True):
        figure = draw(*values)
        if not isinstance(figure, Figure):
            raise ValueError(
                f"draw が図を返しません（{title} のとき {type(figure).__name__}）。"
                "figures.new() の図を return してください。"
            )
        svgs.append(to_svg(figure))
        tables.append(csv_of(figure))
        plt.close(figure)
        words.append(str(say(*values)).strip())
    if not all(words) or (len(words) > 1 and len(set(words)) == 1):
        raise ValueError(
            "say の文が空か，どのコマでも同じです。そのコマに見えることを，値を入れて書いてください。"
        )
    lines = "".join(
        f'<p class="v f{number}"><b>{escape(title)}</b>：{escape(word)}</p>'
        for number, (title, word) in enumerate(zip(titles, words, strict=True))
    )
    key = "s" + hashlib.sha256("".join([*svgs, lines, alt]).encode()).hexdigest()[:9]
    box, inside = overlay(svgs, key=f"{key}-g")
    controls = "".join(
        _control(group, f"{key}-{number}") for number, group in enumerate(groups)
    )
    kind = "slider ranged" if ranged else "slider"
    legend = "と".join(f"「{group.label}」" for group in groups)
    head = (
        f'<fieldset class="{kind}" id="{key}"><legend>{escape(legend)}を変える</legend>'
        f"<style>{_style(key, [len(group.values) for group in groups])}</style>"
        f'{controls}<svg viewBox="{box}" role="img" aria-label="{escape(alt, quote=True)}">'
    )
    tail = f'{inside}</svg><div class="say" aria-live="polite">{lines}</div></fieldset>'
    size = len(gzip.compress((head + tail).encode(), 9, mtime=0))
    if size > MOST_BYTES:
        raise ValueError(
            f"動かせる図{legend}が {size / 1024:.0f} KB あります（上限 {MOST_BYTES // 1024} KB）。"
            "コマを減らすか，線の点や写真を減らしてください。"
        )
    return f"{head}{_data(titles, tables)}{tail}"


def _check(groups: Sequence[Choice], alt: str) -> None:
    for group in groups:
        where = f"「{group.label}」"
        if not group.label.strip() or len(group.values) < 2:
            raise ValueError(
                f"選ぶもの{where}には，名前と，二つ以上の値が要ります（値 {len(group.values)}）。"
            )
        if len(set(group.shown)) != len(group.values):
            raise ValueError(
                f"{where}の値の見せ方が，値と同じ数だけないか，重なっています：{group.shown}"
            )
        if group.first is not None and group.first not in list(group.values):
            raise ValueError(
                f"{where}の初めの値 {group.first!r} が，値の中にありません：{group.shown}"
            )
    count = 1
    for group in groups:
        count *= len(group.values)
    if count > MOST_FRAMES:
        raise ValueError(
            f"コマが {count} 枚あります。{MOST_FRAMES} 枚までに減らしてください。"
        )
    if not ALT_LENGTH[0] <= len(alt.strip()) <= ALT_LENGTH[1]:
        raise ValueError(
            f"代替文（alt）が {len(alt.strip())} 字です。{ALT_LENGTH[0]}〜{ALT_LENGTH[1]} 字で，"
            "何がどう変わって見えるかを書いてください。"
        )


def _control(group: Choice, name: str) -> str:
    """選ぶものの名前と，値ごとのラジオボタン。"""
    buttons = "".join(
        f'<input type="radio" name="{name}" id="{name}-{number}"'
        f"{' checked' if number == group.start else ''}>"
        f'<label for="{name}-{number}">{escape(shown)}</label>'
        for number, shown in enumerate(group.shown)
    )
    return f'<span class="what">{escape(group.label)}</span>{buttons}'


def _data(titles: Sequence[str], tables: Sequence[str]) -> str:
    """図に描いた数の表。頁では，CSV のファイルに分かれる。"""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for number, (title, table) in enumerate(zip(titles, tables, strict=True)):
        rows = list(csv.reader(table.splitlines()))
        if rows and not number:
            writer.writerow(["選んだ値", *rows[0]])
        writer.writerows([title, *row] for row in rows[1:])
    data = buffer.getvalue()
    return f'<metadata id="csv">{escape(data)}</metadata>' if data else ""


def _style(key: str, counts: Sequence[int]) -> str:
    """この図だけに効く様式。明暗の色は，本と同じ組。"""
    at = f"#{key}"
    light, dark = (
        ";".join(f"--{n}:{c}" for n, c in colors.items())
        for colors in (COLORS, DARK_COLORS)
    )
    shown = ",".join(
        "~".join(f"{at}-{group}-{value}:checked" for group, value in enumerate(picked))
        + f"~* .f{number}"
        for number, picked in enumerate(itertools.product(*map(range, counts)))
    )
    dark_places = ",".join(
        f"{mark} {at}"
        for mark in ("[data-theme=dark]", "[data-jp-theme-light=false]", "[theme=dark]")
    )
    return (
        f"{at}{{{light};display:flex;flex-wrap:wrap;align-items:center;gap:.25rem;"
        "min-width:0;margin:0;padding:0;border:0;text-align:left}"
        f"@media screen and (prefers-color-scheme:dark)"
        f"{{:root:not([data-theme=light]) {at}{{{dark}}}}}"
        f"@media screen{{{dark_places}{{{dark}}}}}"
        f"{at} legend{{position:absolute;clip-path:inset(50%);width:1px;height:1px}}"
        f"{at} svg{{order:-2;flex:none;width:100%;max-width:36rem;height:auto;margin:auto}}"
        f"{at} svg *{{stroke-linejoin:round;stroke-linecap:butt}}"
        f"{at} .say{{order:-1;flex:none;width:100%;min-height:3.4em;color:inherit}}"
        f"{at} .say p{{margin:0}}"
        f"{at} .what{{flex:none;width:100%;font-weight:700}}"
        f"{at} input[type=radio]{{position:absolute;opacity:0}}"
        f"{at} label{{display:grid;place-items:center;min-width:2.75rem;min-height:2.75rem;"
        "padding-inline:.5rem;border:1px solid var(--muted);border-radius:.5rem;"
        "box-sizing:border-box;cursor:pointer}"
        f"{at} :checked+label{{background:var(--blue);color:var(--panel);font-weight:700}}"
        f"{at} :focus-visible+label{{outline:3px solid var(--orange);outline-offset:2px}}"
        f"{at} .v{{display:none}}{shown}{{display:revert}}"
        f"@media print{{{at} .what,{at} label{{display:none}}"
        f"{at} .say .v{{display:block}}{at} .say{{font-size:.85em}}}}"
    )
