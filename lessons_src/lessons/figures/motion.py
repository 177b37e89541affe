"""骨組みの動く図：SVG のコマを CSS で送る。スクリプトは使わない。

コマを横一列に並べて，一コマずつずらします。止めるボタンは印だけで働きます。
動きを減らす設定（prefers-reduced-motion）の人には，止まった図から始めます。
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from lessons.figures.output import PHONE_PX, SMALLEST_PX
from lessons.figures.style import COLORS, DARK_COLORS

HEIGHT = 300
"""一枚の高さ（SVG の座標）。"""
MOST_FRAMES = 120
"""コマの数の上限。頁を軽く保つため。"""


@dataclass(frozen=True)
class Actor:
    """動く人一人。

    Attributes:
        poses: 関節の位置 ``(T, K, 2)``（x, y，下向き）。
        bones: 線で結ぶ関節の組。空なら点だけを描く。
        color: ``COLORS`` の名前。
    """

    poses: np.ndarray
    bones: Sequence[tuple[int, int]] = ()
    color: str = "blue"


@dataclass(frozen=True)
class Panel:
    """区画一つ。``window`` は見せる範囲（左，上，右，下）。``floors`` に床の線を引く。"""

    title: str
    actors: Sequence[Actor]
    window: tuple[float, float, float, float]
    floors: Sequence[float] = ()


def motion_html(
    panels: Sequence[Panel], *, alt: str, caption: str, seconds: float = 1.2
) -> str:
    """動く図を HTML にする。どの区画も，同じ数のコマが同時に動く。

    Args:
        panels: 並べる区画（三つまで）。
        alt: 目の見えない人のための説明。
        caption: 図の説明。
        seconds: 一周の長さ（秒）。

    Raises:
        ValueError: コマの数が違う，多すぎる，位置が有限でない，範囲に広さがないとき。
    """
    frames = _frames(panels)
    if not alt.strip() or not caption.strip():
        raise ValueError(
            "動く図にも alt と caption が要ります。見える物を書いてください。"
        )
    drawn = [_strip(panel, frames) for panel in panels]
    widths = [width for _, width in drawn]
    gap = 16
    total = sum(widths) + gap * (len(panels) - 1)
    letter = max(26, round(total * SMALLEST_PX / PHONE_PX) + 1)  # 電話で読める大きさ
    head = round(letter * 1.5)
    words = "".join(strip for strip, _ in drawn) + alt + caption
    key = "m" + hashlib.sha256(words.encode()).hexdigest()[:10]
    body, left = [], 0
    for number, (panel, (strip, width)) in enumerate(zip(panels, drawn, strict=True)):
        box = f'<rect width="{width}" height="{HEIGHT}"'
        cut = f"{key}-{number}"
        body.append(
            f'<text x="{left + width / 2:g}" y="{letter}">{escape(panel.title)}</text>'
            f'<clipPath id="{cut}">{box}/></clipPath>'
            f'<g transform="translate({left} {head})"><g clip-path="url(#{cut})">'
            f'{box} class="back"/>'
            f'<g class="strip" style="--w:-{frames * width}px">{strip}</g></g></g>'
        )
        left += width + gap
    inside = "".join(body)
    return (
        f'<figure class="motion" id="{key}"><style>{_style(key, frames, seconds, letter)}'
        f'</style><input type="checkbox" id="{key}-stop">'
        f'<label for="{key}-stop"><span class="still">動きを止める</span>'
        '<span class="go">動かす</span></label>'
        f'<svg viewBox="0 0 {total} {HEIGHT + head}" role="img" '
        f'aria-label="{escape(alt, quote=True)}">{inside}</svg>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def show_motion(
    panels: Sequence[Panel], *, alt: str, caption: str, seconds: float = 1.2
) -> None:
    """動く図をノートブックまたは頁に見せる。引数は ``motion_html`` と同じ。"""
    from IPython.display import display

    page = motion_html(panels, alt=alt, caption=caption, seconds=seconds)
    display({"text/html": page, "text/plain": f"（動く図）{alt}"}, raw=True)


def _frames(panels: Sequence[Panel]) -> int:
    actors = [actor for panel in panels for actor in panel.actors]
    if not 1 <= len(panels) <= 3 or not actors:
        raise ValueError("区画は一つから三つまで，動く人は一人以上にしてください。")
    for actor in actors:
        shape = np.shape(actor.poses)
        if len(shape) != 3 or shape[2] != 2 or not np.isfinite(actor.poses).all():
            raise ValueError(
                f"動きは，有限の数でできた (枚数, 関節, 2) にしてください（形: {shape}）。"
            )
    counts = {len(actor.poses) for actor in actors}
    if len(counts) != 1 or not 1 <= max(counts) <= MOST_FRAMES:
        raise ValueError(
            f"コマの数をそろえ，1〜{MOST_FRAMES} にしてください（{sorted(counts)}）。"
        )
    return counts.pop()


def _strip(panel: Panel, frames: int) -> tuple[str, int]:
    """コマを横に並べた絵と，一コマの幅。"""
    x1, y1, x2, y2 = panel.window
    if not (x2 > x1 and y2 > y1):
        raise ValueError(
            f"範囲 {panel.window} は，左・上・右・下の順に書いてください。"
        )
    zoom = HEIGHT / (y2 - y1)
    width = round((x2 - x1) * zoom)
    parts = []
    for floor in panel.floors:
        y = round((floor - y1) * zoom)
        parts.append(f'<path class="floor" d="M0 {y}h{frames * width}"/>')
    for actor in panel.actors:
        points = np.rint((np.asarray(actor.poses) - [x1, y1]) * zoom).astype(int)
        points[..., 0] += width * np.arange(frames)[:, None]
        lines, spots = [], []
        for number, pose in enumerate(points):
            near, far = number * width, (number + 1) * width
            inside = (pose[:, 0] > near) & (pose[:, 0] < far)  # 隣のコマに出さない
            for a, b in actor.bones:
                if inside[a] and inside[b]:
                    lines.append("M{} {}L{} {}".format(*pose[a], *pose[b]))
            spots += ["M{} {}h0".format(*joint) for joint in pose[inside]]
        if lines:
            parts.append(f'<path class="bone {actor.color}" d="{"".join(lines)}"/>')
        parts.append(f'<path class="joint {actor.color}" d="{"".join(spots)}"/>')
    return "".join(parts), width


def _style(key: str, frames: int, seconds: float, letter: int) -> str:
    """この図だけに効く様式。明暗の色は，本と同じ組。"""
    used = ("ink", "muted", "panel", "blue", "orange", "green")
    light = ";".join(f"--{n}:{COLORS[n]}" for n in used)
    dark = ";".join(f"--{n}:{DARK_COLORS[n]}" for n in used)
    on = f"#{key} .strip"
    paused, running = "{animation-play-state:paused}", "{animation-play-state:running}"
    checked = f"#{key} input:checked~svg .strip"
    colors = "".join(
        f"#{key} .{n}{{stroke:var(--{n})}}" for n in ("ink", "blue", "orange", "green")
    )
    return (
        f"#{key}{{{light};margin:1.5rem 0;position:relative}}"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]) #{key}{{{dark}}}}}"
        f"[data-theme=dark] #{key}{{{dark}}}"
        f"#{key}>svg{{display:block;width:100%;height:auto;max-width:36rem;margin:auto}}"
        f"#{key} text{{font:{letter}px sans-serif;text-anchor:middle;fill:currentColor}}"
        f"#{key} .back{{fill:var(--panel)}}"
        f"#{key} .floor{{stroke:var(--muted);stroke-width:2}}"
        f"#{key} .bone{{fill:none;stroke-width:6;stroke-linecap:round}}"
        f"#{key} .joint{{fill:none;stroke-width:11;stroke-linecap:round}}{colors}"
        f"#{key} label{{display:inline-flex;align-items:center;min-height:2.75rem;"
        "padding-inline:.4rem;cursor:pointer}"
        f"#{key} .go{{display:none}}"
        f"{on}{{animation:{key} {seconds:g}s steps({frames}) infinite}}"
        f"@keyframes {key}{{to{{transform:translateX(var(--w))}}}}"
        f"{checked}{paused}"
        "@media(prefers-reduced-motion:reduce){"
        f"{on}{paused}{checked}{running}"
        f"#{key} .still{{display:none}}#{key} .go{{display:inline}}}}"
        f"@media print{{#{key} input,#{key} label{{display:none}}{on}{paused}}}"
    )
