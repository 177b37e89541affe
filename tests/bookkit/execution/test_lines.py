"""警告の行：文章のセルの始まりの行が，原稿の行と合う。"""

from __future__ import annotations

from pathlib import Path

from bookkit.execution.reader import parse

TEXT = """\
---
file_format: mystnb
kernelspec:
  name: python3
---
# 題

文です。

```{code-cell} ipython3
x = 1
```


二つめの文です。

```{code-cell} ipython3
y = 1
```
三つめの文です。
"""


def test_text_cells_start_where_the_chapter_says() -> None:
    notebook = parse(TEXT, Path("x.md"))
    lines = TEXT.splitlines()
    starts = [
        lines[start]
        for cell, start in zip(
            notebook.cells, notebook.metadata["source_map"], strict=True
        )
        if cell.cell_type == "markdown"
    ]
    assert starts == ["# 題", "二つめの文です。", "三つめの文です。"]
