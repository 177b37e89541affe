"""本の外を指すリンクを確かめる（週に一度，.github/workflows/links.yml が動かす）。

「ない」と言い切れる返事（404，410，知らないホスト）だけを切れたリンクとみなす。
混雑・門前払い・時間切れは「わからない」とし，失敗にしない。
さらに，前の回にも「ない」だったものだけを報告する。一時の不調で騒がないため。

使い方: python tests/tools/check_links.py --memory links.json --report report.md
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
GOOD, GONE, UNSURE = "ある", "ない", "わからない"
TRIES = 3
TIMEOUT = 20.0
PAUSE = 2.0
"""やり直すまでと，同じホストに続けて聞くまでの秒数。"""
AGENT = "Mozilla/5.0 (compatible; dl-psychology link check)"

URL = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]）」，。]+")
BIB_DOI = re.compile(r"^\s*doi\s*=\s*[{\"]([^}\"]+)", re.MULTILINE)
BIB_ARXIV = re.compile(r"^\s*eprint\s*=\s*[{\"](\d{4}\.\d{4,5})", re.MULTILINE)


def links_in(text: str) -> set[str]:
    """文章の中の番地。閉じる括弧や終わりの句読点は含めない。"""
    found = set()
    for match in URL.finditer(text):
        url = match[0].rstrip(".,;:!?")
        while url.endswith(")") and url.count("(") < url.count(")"):
            url = url[:-1]
        found.add(url.partition("#")[0])
    return found


def collect(root: Path) -> dict[str, set[str]]:
    """本の原稿と文献の番地を ``{番地: 書いてあるファイル}`` で返す。"""
    found: dict[str, set[str]] = defaultdict(set)
    files = [*(root / "book").rglob("*.md"), *root.glob("*.md"), root / "_config.yml"]
    for path in files:
        for url in links_in(path.read_text("utf8")):
            found[url].add(path.relative_to(root).as_posix())
    bibliography = root / "book" / "references.bib"
    text = bibliography.read_text("utf8")
    urls = links_in(text)
    urls |= {f"https://doi.org/{doi}" for doi in BIB_DOI.findall(text)}
    urls |= {f"https://arxiv.org/abs/{one}" for one in BIB_ARXIV.findall(text)}
    for url in urls:
        found[url].add(bibliography.relative_to(root).as_posix())
    return dict(found)


def ask(url: str, method: str) -> tuple[str, str]:
    """一度だけ聞き，``(答え, わけ)`` を返す。"""
    request = urllib.request.Request(url, method=method, headers={"User-Agent": AGENT})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return GOOD, str(response.status)
    except urllib.error.HTTPError as error:
        return (GONE if error.code in (404, 410) else UNSURE), str(error.code)
    except urllib.error.URLError as error:
        unknown = isinstance(error.reason, socket.gaierror) and (
            error.reason.errno == socket.EAI_NONAME
        )
        return (GONE if unknown else UNSURE), str(error.reason)
    except (OSError, ValueError) as error:
        return UNSURE, str(error) or type(error).__name__


def check(url: str, pause: Callable[[float], None] = time.sleep) -> tuple[str, str]:
    """番地を確かめる。「ある」と言われるまで，間をおいて ``TRIES`` 回聞く。

    HEAD を断るサーバーがあるので，だめなら GET でも聞く。
    """
    answers = []
    for number in range(TRIES):
        for method in ("HEAD", "GET"):
            answer, reason = ask(url, method)
            if answer == GOOD:
                return answer, reason
        answers.append((answer, reason))
        if number < TRIES - 1:
            pause(PAUSE * (number + 1))
    gone = all(answer == GONE for answer, _ in answers)
    return (GONE if gone else UNSURE), answers[-1][1]


def check_all(
    urls: Iterable[str], pause: Callable[[float], None] = time.sleep
) -> dict[str, tuple[str, str]]:
    """すべての番地を確かめる。同じホストには一つずつ，間をおいて聞く。"""
    hosts: dict[str, list[str]] = defaultdict(list)
    for url in sorted(urls):
        hosts[urlsplit(url).netloc].append(url)

    def one_host(group: list[str]) -> dict[str, tuple[str, str]]:
        found = {}
        for number, url in enumerate(group):
            if number:
                pause(PAUSE)
            found[url] = check(url, pause)
        return found

    with ThreadPoolExecutor(8) as pool:
        groups = list(pool.map(one_host, hosts.values()))
    return {url: answer for group in groups for url, answer in group.items()}


def report(
    answers: dict[str, tuple[str, str]], places: dict[str, set[str]], before: set[str]
) -> tuple[str, set[str]]:
    """一枚の報告と，二回続けて「ない」だった番地を返す。"""
    gone = {url for url, (answer, _) in answers.items() if answer == GONE}
    unsure = {url for url, (answer, _) in answers.items() if answer == UNSURE}
    broken = gone & before
    lines = [
        "# 外へのリンク",
        "",
        f"{len(answers)} 本：ある {len(answers) - len(gone) - len(unsure)}，"
        f"切れている {len(broken)}，様子を見る {len(gone - broken)}，"
        f"わからない {len(unsure)}。",
    ]
    groups = [
        ("切れている（直してください）", broken),
        ("様子を見る（来週も「ない」なら，切れているとみなす）", gone - broken),
        ("わからない（混雑・門前払い・時間切れ。直さなくてよい）", unsure),
    ]
    for title, urls in groups:
        if urls:
            lines += ["", f"## {title}", ""]
            lines += [
                f"- <{url}>（{answers[url][1]}）：{', '.join(sorted(places[url]))}"
                for url in sorted(urls)
            ]
    return "\n".join(lines) + "\n", broken


def main(arguments: list[str], root: Path = ROOT) -> int:
    """確かめて報告を書く。切れたリンクがあれば 1 を返す。"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        before = set(json.loads(options.memory.read_text("utf8")))
    except (OSError, ValueError):
        before = set()  # 初めての回か，前の結果が読めない。今回は様子を見る
    places = collect(root)
    answers = check_all(places)
    text, broken = report(answers, places, before)
    gone = sorted(url for url, (answer, _) in answers.items() if answer == GONE)
    options.memory.write_text(json.dumps(gone, ensure_ascii=False), "utf8")
    with options.report.open("a", encoding="utf8") as file:
        file.write(text)
    print(text)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
