"""用語集のすべての名前で検索し，何番めに出るかと，かかった時間を表にする。``make hits``。"""

from __future__ import annotations

import statistics
import sys

from serving import browser_path, serve

FIND = """async (query) => {
  const start = performance.now();
  const {results} = window.book.search.search(query);
  const time = performance.now() - start;
  return [time, results.map(r => [r.place.page.name, r.place.heading])];
}"""
FIRST_PAGE = 20
MOST_MS = 100


def rank(found: list[list[str]], wanted: tuple[str, str | None]) -> int:
    """``(頁, 見出し)`` が出る順番。出なければ 0。見出しが ``None`` なら頁だけを見る。"""
    page, heading = wanted
    for number, (name, title) in enumerate(found, start=1):
        if name == page and heading in (None, title):
            return number
    return 0


def main() -> int:
    """表を出す。最初の頁に出ない名前か，100 ms を超える問いがあれば 1 を返す。"""
    from playwright.sync_api import sync_playwright

    failed, times = False, []
    print("| 引いた言葉 | 用語 | 用語集 | 教える章 |\n|---|---|--:|--:|")
    with serve() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(base + "search.html?q=注意")
        page.wait_for_selector("#search-results li a")
        terms = page.evaluate("window.bookIndex.terms")
        size = page.evaluate("JSON.stringify(window.bookIndex).length")
        for term in terms:
            for query in (term["name"], *term["readings"], *term["english"]):
                time, found = page.evaluate(FIND, query)
                times.append(time)
                here = rank(found, ("book/glossary", term["name"]))
                there = rank(found, (term["chapter"], None)) if term["chapter"] else 1
                failed |= not (0 < here <= FIRST_PAGE and 0 < there <= FIRST_PAGE)
                shown = there if term["chapter"] else "—"
                print(f"| {query} | {term['name']} | {here} | {shown} |")
        browser.close()
    slowest = max(times)
    print(
        f"\n{len(times)} 語。索引 {size / 1024:.0f} K 字。探す時間は中央値 "
        f"{statistics.median(times):.1f} ms，最大 {slowest:.1f} ms。"
    )
    return int(failed or slowest > MOST_MS)


if __name__ == "__main__":
    sys.exit(main())
