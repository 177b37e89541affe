"""Markdown の断片を作る小さな関数。Colab と JupyterLab のどちらでも同じに見える書き方だけを使う。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape as escape_html
from urllib.parse import quote as quote_url

_RISKY = re.compile(r"[\\`*]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|~(?<=~~)|<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_DISPLAY = re.compile(r"^\$\$\n.*?\n\$\$$", re.DOTALL | re.MULTILINE)
_START = re.compile(
    r"(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$)|[-+](?=\s|$)|-(?=[- ]*$)|#{1,6}(?=\s|$)|>"
)


def escape(text: str) -> str:
    """記法と見まちがえられる文字に ``\\`` を付け，改行を空白にする。"""
    text = _ENTITY.sub("&amp;", text.replace("\n", " "))
    text = _RISKY.sub(lambda match: "\\" + match[0], text)
    # $ は二つあると数式になる。span で包むと，どの実行先でも組にならない。
    text = text.replace("$", r"<span>\$</span>")
    return text.replace("](", "]&#40;").replace("]:", "]&#58;")


def paragraph(text: str) -> str:
    """段落の最初が，見出し・箇条書き・引用の記号と読まれないようにする。"""
    match = _START.match(text)
    if not match:
        return text
    if match["number"]:
        return f"{match['number']}\\{text[match.start('dot') :]}"
    return "\\" + text


def emphasis(content: str) -> str:
    """強調する。"""
    return _wrap(content, "*", "em")


def strong(content: str) -> str:
    """太字にする。"""
    return _wrap(content, "**", "strong")


def _wrap(content: str, marker: str, tag: str) -> str:
    """記号で包む。端が記号や空白だと ``**`` は働かないので，その時は HTML の札で包む。"""
    if not content.strip():
        return content
    if any(unicodedata.category(c)[0] in "PSZ" for c in (content[0], content[-1])):
        return f"<{tag}>{content}</{tag}>"
    return f"{marker}{content}{marker}"


def code(text: str) -> str:
    """行の中のコード。"""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fence(text: str, language: str = "") -> str:
    """コードの塊。"""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def link(content: str, url: str) -> str:
    """リンク。番地の中の空白や括弧は，記法を壊さない形に直す。"""
    return f"[{content}]({address(url)})"


def image(alt: str, url: str) -> str:
    """絵。"""
    return f"![{escape(alt)}]({address(url)})"


def address(url: str) -> str:
    """番地の中の，Markdown の記法を壊す文字を ``%`` の形にする。"""
    return quote_url(url, safe="/:#?&=%+,;@!~*'$[]")


def math(latex: str) -> str:
    """行の中の数式。"""
    return f"${' '.join(_without_tags(latex).split())}$"


def display_math(latex: str, number: str = "") -> str:
    """一行に立てる数式。番号は頁と同じものを付ける。"""
    latex = re.sub(r"(?<!\\)%.*", "", _without_tags(latex))  # TeX の注釈を除く
    body = "\n".join(line for line in latex.strip().splitlines() if line.strip())
    body = re.sub(r"\\(begin|end)\{(align|gather)\*?\}", r"\\\1{\2ed}", body)
    body = re.sub(r"\\(begin|end)\{(equation|multline)\*?\}\s*", "", body)
    if re.search(r"\\\\|(?<!\\)&", _outside_environments(body)):
        body = f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
    tag = f"\n\\tag{{{number}}}" if number else ""
    return f"$$\n{body.strip()}{tag}\n$$"


def _without_tags(latex: str) -> str:
    """``a<b`` の ``<b`` が HTML の札と読まれないようにする。"""
    return re.sub(r"<(?=[A-Za-z/!?])", r"\\lt ", latex)


def _outside_environments(latex: str) -> str:
    """``\\begin`` から ``\\end`` までを除いた残り。"""
    inner = r"\\begin\{([^}]*)\}(?:(?!\\begin\{|\\end\{).)*\\end\{\1\}"
    while (rest := re.sub(inner, "", latex, flags=re.DOTALL)) != latex:
        latex = rest
    return latex


def quote(body: str) -> str:
    """引用の形の囲み。

    JupyterLab と Colab は，引用より先に数式を探す。数式が何行かにわたると，行の頭の ``>`` まで
    式の一部になるので，一行にする。
    """
    body = _DISPLAY.sub(lambda match: " ".join(match[0].split("\n")), body)
    return "\n".join(f"> {line}" if line else ">" for line in body.split("\n"))


def fold(summary: str, body: str) -> str:
    """畳んだ囲み。``summary`` は記法のない文字列。"""
    head = f"<details>\n<summary>{escape_html(summary, quote=False)}</summary>"
    return f"{head}\n\n{body}\n\n</details>"


def item(marker: str, body: str) -> str:
    """箇条書きの一つ。二行めからは字下げする。"""
    indent = " " * (len(marker) + 1)
    first, *rest = body.split("\n")
    return "\n".join(
        [f"{marker} {first}", *(indent + line if line else "" for line in rest)]
    )


def items(texts: Sequence[str]) -> str:
    """箇条書きの項目をつなぐ。どれも一段落なら，間を空けない。"""
    loose = any("\n\n" in text for text in texts)
    return ("\n\n" if loose else "\n").join(texts)


def table(rows: Sequence[Sequence[str]], aligns: Sequence[str]) -> str:
    """表。``rows`` の最初が見出し。欄の中の改行は ``<br>`` にする。"""
    marks = {"left": ":--", "center": ":-:", "right": "--:"}
    lines = [_row(rows[0]), _row([marks.get(align, "---") for align in aligns])]
    return "\n".join([*lines, *(_row(row) for row in rows[1:])])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """欄の中の ``|`` を，数式の中では ``\\vert``，外では ``\\|`` にする。"""
    parts = re.split(r"(\$[^$]*\$)", re.sub(r"\n+", "<br>", text.strip()))
    return "".join(
        part.replace("\\|", "\\Vert ").replace("|", "\\vert ")
        if number % 2
        else part.replace("|", "\\|")
        for number, part in enumerate(parts)
    )
