"""頁ごとの重さ（gzip したバイト数）と要求の数を表にする。``make weight``。"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from serving import SITE, browser_path, documents, packed, prefix, serve

MOST_BYTES = 120 * 1024
MOST_REQUESTS = 25
SETTLE = """async () => {
  // 明るい図と暗い図の，見えない方は，読者の画面では読み込まれない。
  const seen = [...document.images].filter(i => i.checkVisibility());
  for (const image of seen) image.loading = 'eager';
  await Promise.all(seen.map(i => i.decode().catch(() => {})));
  await document.fonts.ready;
}"""


@dataclass(frozen=True)
class Weight:
    """一つの頁の重さ。図は，下まで読んだときのすべて。"""

    page: str
    body: int
    figures: int
    requests: int
    figure_requests: int


def weigh(page: str, addresses: set[str]) -> Weight:
    """読み込まれた番地から，重さを数える。"""
    body = figures = count = 0
    for address in addresses:
        name = unquote(urlparse(address).path).removeprefix(prefix())
        size = len(packed(Path(SITE) / name))
        if name.startswith("_images/"):
            figures += size
            count += 1
        else:
            body += size
    return Weight(page, body, figures, len(addresses), count)


def measure(browser: Any, base: str, page: str) -> Weight:
    """頁を開き，下まで読んだときの重さを測る。"""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, service_workers="block"
    )
    opened = context.new_page()
    addresses: set[str] = set()
    opened.on("request", lambda request: addresses.add(request.url))
    opened.goto(f"{base}{page}.html", wait_until="load")
    opened.evaluate(SETTLE)
    context.close()
    return weigh(page, {a for a in addresses if a.startswith("http")})


def main() -> int:
    """表を出す。決まりを超える頁があれば 1 を返す。"""
    from playwright.sync_api import sync_playwright

    failed = False
    print("| 頁 | 図を除く重さ | 図 | 要求（うち図） |\n|---|--:|--:|--:|")
    with serve() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", "--disable-gpu"]
        )
        for name in documents():
            found = measure(browser, base, name)
            failed |= found.body > MOST_BYTES or found.requests > MOST_REQUESTS
            print(
                f"| {name} | {found.body / 1024:.1f} KB | {found.figures / 1024:.1f} KB "
                f"| {found.requests}（{found.figure_requests}） |"
            )
        browser.close()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
