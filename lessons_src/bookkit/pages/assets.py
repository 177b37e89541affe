"""頁が読み込む CSS とスクリプトを一つずつにまとめ，使わない部品を外す。"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tinycss2
from sphinx.application import Sphinx

STATIC = Path(__file__).parent.parent / "static"
SCRIPTS = ("book.js", "search.js", "icon.svg")

# この本の枠（templates/layout.html と static/book.css）が代わりをするもの。
REPLACED = re.compile(
    r"(^|/)(basic|pygments|mystnb[\w.]*|togglebutton|copybutton|sphinx-thebe|exercise"
    r"|proof|sphinx-book-theme|pydata-sphinx-theme|theme|katex[\w.-]*)\.css$"
)
REPLACED_SCRIPT = re.compile(
    r"(^|/)(documentation_options|doctools|sphinx_highlight|clipboard\.min|copybutton"
    r"|sphinx-book-theme|togglebutton|translations|sphinx-thebe|tex-mml-chtml|thebe"
    r"|bootstrap|design-tabs|pydata-sphinx-theme|fontawesome|searchtools|language_data)\.js$"
)


def _name(asset: Any) -> str:
    return str(getattr(asset, "filename", asset) or "").partition("?")[0]


def other_scripts(files: Iterable[Any]) -> list[Any]:
    """ほかの拡張が足したスクリプトのうち，この本の枠が代わりをしないもの。

    行内のスクリプトは CSP が止めるので，初めから置かない。
    """
    kept, seen = [], set()
    for script in files:
        name = _name(script)
        if not name or REPLACED_SCRIPT.search(name) or name in seen:
            continue
        seen.add(name)
        kept.append(script)
    return kept


def version(app: Sphinx) -> str:
    """CSS とスクリプトの版（中身から決まる短い文字列）。"""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file() and path.suffix in (".css", ".js", ".svg", ".woff2"):
            digest.update(path.read_bytes())
    for name, _ in app.registry.css_files:
        digest.update(str(name).encode())
    return digest.hexdigest()[:10]


def words_in(texts: Iterable[str]) -> set[str]:
    """HTML とスクリプトに現れる，クラスや id になりうる語。"""
    found: set[str] = set()
    for text in texts:
        found |= set(re.findall(r"[\w-]+", text))
    return found


def purge(css: str, words: set[str]) -> str:
    """``words`` にないクラスや id を指す規則を，CSS から取り除く。"""
    return _rules(tinycss2.parse_stylesheet(css, True, True), words)


def _rules(rules: list[Any], words: set[str]) -> str:
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            prelude = tinycss2.serialize(rule.prelude)
            selectors = [s.strip() for s in re.split(r",(?![^(]*\))", prelude)]
            used = [s for s in selectors if _is_used(s, words)]
            if used:
                content = tinycss2.serialize(rule.content).strip()
                kept.append(f"{','.join(used)}{{{content}}}")
        elif rule.type == "at-rule":
            kept.append(_at_rule(rule, words))
    return "".join(kept)


def _at_rule(rule: Any, words: set[str]) -> str:
    keyword, prelude = rule.at_keyword.lower(), tinycss2.serialize(rule.prelude)
    if keyword in ("charset", "import") or rule.content is None:
        return ""
    if keyword in ("media", "supports", "layer", "container"):
        inner = _rules(tinycss2.parse_rule_list(rule.content, True, True), words)
        return f"@{keyword}{prelude}{{{inner}}}" if inner else ""
    return f"@{keyword}{prelude}{{{tinycss2.serialize(rule.content)}}}"


def _is_used(selector: str, words: set[str]) -> bool:
    plain = re.sub(r":not\([^)]*\)|\[[^\]]*\]|\\.", "", selector)
    return all(name in words for name in re.findall(r"[.#](-?[A-Za-z_][\w-]*)", plain))


def minify(css: str) -> str:
    """CSS の注釈と空白を取り除く。"""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css)).replace(";}", "}")


def write_assets(app: Sphinx, error: Exception | None) -> None:
    """CSS を一枚にまとめ，スクリプトを置き，枠が使わないテーマの部品を消す。"""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    pages = [p for p in out.rglob("*.html") if "_static" not in p.parts]
    own = (STATIC / "book.css").read_text("utf8")
    words = words_in(
        [
            *(page.read_text("utf8") for page in pages),
            *((STATIC / name).read_text("utf8") for name in SCRIPTS),
        ]
    )
    parts = []
    for name, _ in app.registry.css_files:
        path = static / _name(name)
        if not REPLACED.search(_name(name)) and path.is_file():
            parts.append(purge(path.read_text("utf8"), words))
    bundle = minify("".join(parts) + own)
    _clean(static)
    (static / "book.css").write_text(bundle, "utf8")
    for name in SCRIPTS:
        shutil.copyfile(STATIC / name, static / name)


# 枠が使わないので，公開しないもの。
UNUSED = (
    *("vendor", "scripts", "styles", "locales", "images", "__pycache__"),
    *("*webpack-macros.html", "*.map", "*.py", "*-stemmer.js", "copybutton_funcs.js"),
    *("file.png", "minus.png", "plus.png", "nbcpu.png", "logo_*", "play-solid.svg"),
    *("copy-button.svg", "check-solid.svg", "debug.css"),
)


def _clean(static: Path) -> None:
    """公開する必要のないもの（テーマの書体・スクリプト・訳）を消す。"""
    unused = [path for pattern in UNUSED for path in static.glob(pattern)]
    replaced = [
        path
        for path in static.iterdir()
        if REPLACED.search(path.name) or REPLACED_SCRIPT.search(path.name)
    ]
    for path in {*unused, *replaced}:
        if path.is_dir() and path.name != "katex":
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def setup(app: Sphinx) -> None:
    """まとめる仕事を登録する。ほかの拡張が CSS を置いた後に行う。"""
    app.connect("build-finished", write_assets, priority=900)
