"""``python -m bookkit edition 年``：できた本を，その年度の版として凍らせる。

版は ``_build/editions/年`` と，配るための ``edition-年.tar.gz`` になる。
公開するときは GitHub の release ``edition-年`` に置き，.github/workflows/book.yml が ``editions/年/`` に広げる。
"""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from bookkit import classes
from bookkit.arguments import UsageError
from bookkit.book import Book
from bookkit.execution import machine
from bookkit.execution.book import Runner
from bookkit.reading import read_text

FOLDER = "editions"
NOT_KEPT = ("sw.js", "offline.json", "sitemap.xml", "404.html", ".nojekyll")
"""新しい版だけが持つもの：端末に残す働き，地図，見つからない頁。"""
BANNER = (
    '<p class="admonition warning"><strong>{year} 年度の版です。</strong>'
    '<a href="{up}index.html">新しい版はこちらです</a>。'
    "Colab と Binder のボタンは，新しい版のノートブックを開きます。</p>"
)
MAIN = '<main id="main" tabindex="-1">'
ROBOTS = '<meta name="robots" content="noindex">\n</head>'


def edition(root: Path, year: str) -> tuple[Path, Path]:
    """できた本（``_build/html``）を写し，どの頁にも年度の断りを付ける。版と，一つにまとめたもの。

    Raises:
        UsageError: 年度の設定がない，もうある，または本が，いまの原稿とコードから作られていないとき。
    """
    known = [str(one.year) for one in classes.years(root)]
    if year not in known:
        raise UsageError(
            f"{year!r} 年度の設定がありません。ある年度は {'，'.join(known) or 'なし'} です（book/classes/）。"
        )
    site, made = root / "_build" / "html", root / "_build" / FOLDER / year
    if made.exists():
        raise UsageError(
            f"{year} 年度の版はもうあります（{made.relative_to(root)}）。作り直すなら，先に消してください。"
        )
    if not (site / "index.html").is_file():
        raise UsageError("できた本がありません。先に make book で作ってください。")
    if different := _different(root, site):
        raise UsageError(
            f"できた本は，いまの原稿やコードから作られていません（{different}）。"
            "make book で作り直してください（解答を隠している間は，版にできません）。"
        )
    half = made.with_name(f".{year}")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(site, half, ignore=shutil.ignore_patterns(*NOT_KEPT))
    for page in half.rglob("*.html"):
        depth = len(page.relative_to(half).parts) - 1
        banner = BANNER.format(year=year, up="../" * (depth + 2))
        text = page.read_text("utf8").replace(MAIN, MAIN + banner, 1)
        page.write_text(text.replace("</head>", ROBOTS, 1), "utf8")
    bundle = made.with_name(f"edition-{year}.tar.gz")
    with tarfile.open(bundle, "w:gz") as archive:
        archive.add(half, arcname=year)
    half.rename(made)
    return made, bundle


def _different(root: Path, site: Path) -> str:
    """できた本と違う原稿か章。なければ空。"""
    book = Book(root)
    for entry in book.toc:
        page = book.documents.get(entry.docname)
        if page is None or page.draft:
            continue
        (kept, *_) = [*site.glob(f"_sources/{entry.docname}.md*"), site / "なし"]
        if not kept.is_file() or read_text(kept) != page.text:
            return page.file
    pages = {
        path.relative_to(site).with_suffix("").as_posix()
        for path in site.glob("book/**/*.html")
    }
    listed = {entry.docname for entry in book.toc} - book.drafts
    listed |= {*(book.setting("sphinx", "config", "redirects") or ())}
    if gone := sorted(pages - listed):
        return f"{gone[0]}.html"
    chapters = [one for one in book.chapters if not one.draft and one.cells]
    runner = Runner(root, machine.look(root)) if chapters else None
    stale = (one.file for one in chapters if runner and not runner.state(one).entry)
    return next(stale, "")
