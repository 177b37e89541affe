"""道具の検査で使う，決まりを守った小さな本。"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

CHAPTER = """\
---
file_format: mystnb
---
# 良い章

:::{lesson}
:requires: basics/first
- 一つめを学びます
- 二つめを学びます
- 三つめを学びます
:::

```{code-cell} ipython3
:tags: [remove-cell]

from lessons import figures, runtime
from lessons.attention.good import model as good
from lessons.glue import glue

figures.use_style()
runtime.seed_everything(0)
```

## 問い

人は「何を」「どこに」見るのでしょうか。
**注意**という言葉があります {cite:p}`itti1998model`。
用語は {term}`ソフトマックス関数` です。

## 仕組み

図は {numref}`fig-good-line`，式は {eq}`eq-good` です。

$$
a = b
$$ (eq-good)

```{code-cell} ipython3
---
tags: [hide-input]
mystnb:
  figure:
    name: fig-good-line
    caption: 直線の図です。
  image:
    alt: 右上がりの直線が一本描かれ，横軸は時間です。
---
fig, ax = figures.new()
glue("good-slope", 1.5)
figures.show(fig)
```

傾きは {glue:text}`good-slope:.1f` です。

```{source} lessons.attention.good.model.slope
```

(sec-human)=
## 人間では／モデルでは

似ている点があります。

## 練習

:::{exercise} 傾き
:label: exercise-good-slope

傾きはいくつですか。
:::

```{code-cell} ipython3
from lessons.exercises import check
answer = ...
check("good/slope", answer)
```

:::{solution} exercise-good-slope
:class: dropdown

2 です。
:::

:::{exercise} 切片
:label: exercise-good-intercept

切片はいくつですか。
:::

```{code-cell} ipython3
check("good/intercept", ...)
```

:::{solution} exercise-good-intercept
:class: dropdown

1 です。
:::

## まとめ

- {ref}`人間の節 <sec-human>` を読み返します。

## 次に読む

- {doc}`../basics/first`
- [表紙](../index.md)

## 文献

```{cited}
```
"""

MODULE = '''"""良い章の部品。"""

from lessons.figures import style


def slope(x: float) -> float:
    """傾き。"""
    return x
'''

EXERCISES = '"""練習。"""\n'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """決まりを守った小さな本。章は ``attention/good`` と ``basics/first``。"""
    first = (
        CHAPTER.replace("attention.good", "basics.first")
        .replace(":requires: basics/first\n", "")
        .replace("../basics/first", "../attention/good")
        .replace("good", "first")
        .replace("attention/first", "attention/good")
        .replace("sec-human", "sec-human-first")
    )
    files = {
        "_config.yml": "title: 小さな本\nparse:\n  myst_enable_extensions:\n"
        "    [amsmath, attrs_block, attrs_inline, colon_fence, deflist, dollarmath,"
        " substitution, tasklist]\n",
        "_toc.yml": "format: jb-book\nroot: book/index\nparts:\n"
        "  - caption: 基礎\n    chapters:\n      - file: book/basics/first\n"
        "  - caption: 注意\n    chapters:\n      - file: book/attention/good\n"
        "  - caption: 巻末\n    chapters:\n      - file: book/glossary\n",
        "book/index.md": "# 表紙\n\nようこそ。\n",
        "book/glossary.md": "# 用語集\n\n:::{glossary}\nソフトマックス関数\n"
        "  （よみ：そふと，英：softmax）一文です。二文です。\n:::\n",
        "book/references.bib": "@article{itti1998model,\n"
        "  author = {Itti, L.},\n  title = {A model},\n  year = {1998},\n}\n",
        "book/attention/good.md": CHAPTER,
        "book/basics/first.md": first,
        "lessons_src/lessons/__init__.py": '"""部品。"""\n',
        "lessons_src/lessons/attention/__init__.py": '"""注意。"""\n',
        "lessons_src/lessons/attention/good/__init__.py": '"""部屋。"""\n',
        "lessons_src/lessons/attention/good/model.py": MODULE,
        "lessons_src/lessons/attention/good/exercises.py": EXERCISES,
        "lessons_src/lessons/basics/__init__.py": '"""基礎。"""\n',
        "lessons_src/lessons/basics/first/__init__.py": '"""部屋。"""\n',
        "lessons_src/lessons/basics/first/model.py": MODULE,
        "lessons_src/lessons/basics/first/exercises.py": EXERCISES,
        "lessons_src/lessons/figures/style.py": '"""書体。"""\n',
        "lessons_src/lessons/figures/__init__.py": '"""図。"""\n',
        "lessons_src/lessons/glue.py": '"""数。"""\n',
        "lessons_src/lessons/runtime.py": '"""装置。"""\n',
        "lessons_src/lessons/answers.py": '"""答えの宣言。"""\n',
        "lessons_src/lessons/exercises.py": '"""練習。"""\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf8")
    return tmp_path


def change(book: Path, name: str, old: str, new: str) -> str:
    """ファイルの一か所を書き換え，書き換えた後の全文を返す。"""
    path = book / name
    text = path.read_text("utf8")
    assert old in text, f"{old!r} がありません"
    text = text.replace(old, new, 1)
    path.write_text(text, "utf8")
    return text


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Path]:
    """``build({"index.md": "# 題"})``：小さな本を作り，できた頁のフォルダーを返す。"""

    def run(
        files: dict[str, str],
        *,
        extensions: list[str] | None = None,
        config: dict[str, Any] | None = None,
        warnings: StringIO | None = None,
    ) -> Path:
        source, out = tmp_path / "source", tmp_path / "html"
        for name, text in files.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf8")
        settings = {
            "extensions": extensions or ["myst_nb", "bookkit.japanese"],
            "language": "ja",
            "myst_enable_extensions": ["colon_fence", "deflist", "dollarmath"],
            "nb_execution_mode": "off",
            **(config or {}),
        }
        with patch_docutils(source), docutils_namespace():
            app = Sphinx(
                source,
                None,
                out,
                tmp_path / "doctrees",
                "html",
                confoverrides=settings,
                status=None,
                warning=warnings,
                warningiserror=warnings is None,
                freshenv=True,
            )
            app.build()
        assert app.statuscode == 0
        return out

    return run
