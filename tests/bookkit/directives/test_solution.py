"""解答：見せる日の前は，頁にも，ノートブックにも，検索にも，配る原稿にもない。その日に出る。"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from bookkit.directives import solution

from ..test_swap import Shelf

PAGE = """\
# 章

```{exercise} 和
:label: ex-sum
一たす一はいくつですか。
```

````{solution} ex-sum
:class: dropdown

秘密の答えは二です。

```python
secret_answer = 1 + 1
```
````

おわりの文。
"""
SETTING = "page: chapter\ncourse: 授業\ndate: 2026-06-06\nsubmission: ''\npracticals: []\nanswers: 2026-12-20\n"


def told(shelf: Shelf, word: str) -> list[str]:
    return [name for name, data in shelf.content().items() if word.encode() in data]


def test_solutions_come_out_on_the_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path)
    shelf.extra = ["bookkit.directives.solution"]
    day = datetime.date(2026, 12, 19)
    monkeypatch.setattr(solution, "today", lambda: day)
    shelf.write("index.md", "# 表紙\n\n```{toctree}\nbook/chapter\n```\n")
    shelf.write("book/chapter.md", PAGE)
    shelf.write("book/classes/2026.yml", SETTING)
    assert shelf.build()
    assert told(shelf, "秘密の答え") == []
    assert told(shelf, "secret_answer") == []
    where = told(shelf, "解答は 12月20日に出ます。")
    assert "book/chapter.html" in where
    assert any(name.startswith("_sources/book/chapter.md") for name in where)
    page = (shelf.site / "book/chapter.html").read_text("utf8")
    assert "おわりの文" in page
    assert "解答：" in page

    day = datetime.date(2026, 12, 20)  # 原稿は変わらない
    assert shelf.build()
    assert told(shelf, "解答は 12月20日") == []
    assert "book/chapter.html" in told(shelf, "秘密の答え")
    assert any(name.startswith("_sources") for name in told(shelf, "秘密の答え"))


def test_today_is_the_day_in_japan(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            late = datetime.datetime(2026, 12, 19, 15, 1, tzinfo=datetime.UTC)
            return late.astimezone(tz)

    monkeypatch.setattr(solution.datetime, "datetime", Clock)
    assert solution.today() == datetime.date(2026, 12, 20)
