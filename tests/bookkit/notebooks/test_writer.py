"""頁の木から Markdown へ：どの書き方も，頁と同じ言葉・番号・リンクになる。"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .conftest import SITE, Built, Maker, build_book

PAGE = f"{SITE}book/attention/cam.html"

KITCHEN = """\
:::{lesson}
:requires: basics/first
- 一つめ
- 二つめ
- 三つめ
:::

```{code-cell} ipython3
:tags: [remove-cell]

x = 1
```

## 問い

**太字**，*斜体*，`code`，<kbd>K</kbd>，H{sub}`2`O，x{sup}`2`，$a_1 * b_2$ です。
{term}`顕著性` は {cite:t}`itti1998` を見ます。
[外](https://example.com/a_(b))，[始まり](#sec-start)，{ref}`sec-start`，{doc}`../basics/first`。
5 * 3 = 15，`a_b`，snake_case，_下線_では\\_なく，1 < 2，<https://example.com>，5\\$と6\\$。
脚注です[^one]。

[^one]: 脚注の**中身**です。

$$
E = \\sum_i x_i
$$ (eq-energy)

式 {eq}`eq-energy` と {numref}`fig-line` と {numref}`tab-one` と {numref}`ex-one` です。

$$
a &= b \\\\
c &= d
$$

\\begin{align*}
p &= q
\\end{align*}

```{code-cell} ipython3
---
tags: [hide-input, gpu]
mystnb:
  figure:
    name: fig-line
    caption: 直線の**図**です。
---
from IPython.display import SVG
SVG("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
```

- 一
  - 二

    続き
- 三

3. 三番
4. 四番

言葉
: 意味です。

> 引用です。

:::{tip}
助言です。

- 箇条
:::

:::{admonition} 題
:class: dropdown warning
畳みます。
:::

::::{tab-set}
:::{tab-item} 甲
甲の中身
:::
:::{tab-item} 乙
乙の中身
:::
::::

::::{grid} 1 1 2 2
:::{grid-item-card} 札の題
札の中身
:::
::::

:::{dropdown} 開く
中身です。
:::

:::{button-link} https://example.com/push
押す
:::

```{list-table} 表の題
:name: tab-one
:header-rows: 1

* - 名
  - 値
* - a | b
  - $|x|$
```

| 左 | 右 |
|:---|---:|
| 1  | `2` |

```python
for i in range(3):

    print(i)
```

% 注釈は出ない

:::{exercise} 傾き
:label: ex-one

傾きは？

$$
a = \\frac{1}{2}  % 注
$$

何ですか。
:::

```{code-cell} ipython3
answer = ...
```

:::{solution} ex-one
:class: dropdown

2 です。
:::

## 文献

```{cited}
```
"""


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """あらゆる書き方の入った章。一度だけ作る。"""
    return build_book(
        tmp_path_factory.mktemp("kitchen"), KITCHEN, nb_execution_mode="force"
    )


def test_nothing_is_unknown(kitchen: Built) -> None:
    assert kitchen.warnings == ""
    nbformat.validate(kitchen.notebook())


@pytest.mark.parametrize(
    "expected",
    [
        "# 1. 地図",
        f"[この章を頁で読む]({PAGE})",
        "> **学ぶこと**\n>\n> - 一つめ\n> - 二つめ\n> - 三つめ\n>\n"
        f"> **前提**：[はじめ]({SITE}book/basics/first.html)",
        "## 1.1. 問い",
        "**太字**，*斜体*，`code`，<kbd>K</kbd>，H<sub>2</sub>O，x<sup>2</sup>",
        "，$a_1 * b_2$ です。",
        f"[顕著性]({SITE}book/glossary.html#term-0) は Itti and Koch "
        f"[[1998]({SITE}book/glossary.html#id",
        "[外](https://example.com/a_%28b%29)",
        f"[始まり]({SITE}book/basics/first.html#sec-start)，"
        f"[始まり]({SITE}book/basics/first.html#sec-start)，"
        f"[はじめ]({SITE}book/basics/first.html)",
        r"5 \* 3 = 15，`a_b`，snake_case，\_下線_では_なく，1 < 2，",
        r"5<span>\$</span>と6<span>\$</span>",
        "脚注です<sup>[1]</sup>。",
        "---\n\n<sup>[1]</sup> 脚注の**中身**です。",
        "$$\nE = \\sum_i x_i\n\\tag{1.1}\n$$",
        f"式 [(1.1)]({PAGE}#equation-eq-energy) と [図 1.1]({PAGE}#fig-line) と "
        f"[表 1.1]({PAGE}#tab-one) と [練習 1.1]({PAGE}#ex-one) です。",
        "$$\n\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}\n$$",
        "$$\n\\begin{aligned}\np &= q\n\\end{aligned}\n$$",
        "**図 1.1** 直線の**図**です。",
        "- 一\n\n  - 二\n\n    続き\n\n- 三\n\n3. 三番\n4. 四番",
        "- **言葉**\n\n  意味です。",
        "> 引用です。",
        "> <strong>💡 Tip</strong>\n>\n> 助言です。\n>\n> - 箇条",
        "<details>\n<summary>⚠️ 題</summary>\n\n畳みます。\n\n</details>",
        "<strong>［甲］</strong>\n\n甲の中身\n\n<strong>［乙］</strong>\n\n乙の中身",
        "> **札の題**\n>\n> 札の中身",
        "<details>\n<summary>開く</summary>\n\n中身です。\n\n</details>",
        "[押す](https://example.com/push)",
        "**表 1.1** 表の題\n\n| 名 | 値 |\n| --- | --- |\n| a \\| b | $\\vert x\\vert $ |",
        "| 左 | 右 |\n| :-- | --: |\n| 1 | `2` |",
        "```python\nfor i in range(3):\n\n    print(i)\n```",
        "> <strong>練習 1.1 (傾き)</strong>\n>\n> 傾きは？\n>\n"
        "> $$ a = \\frac{1}{2} $$\n>\n> 何ですか。",
        "<details>\n<summary>解答： 練習 1.1 (傾き)</summary>\n\n2 です。\n\n</details>",
        "- Laurent Itti and Christof Koch. A model. *PAMI*, 1998.",
    ],
)
def test_text_reads_like_the_page(kitchen: Built, expected: str) -> None:
    assert expected in kitchen.text()


def test_comments_are_left_out(kitchen: Built) -> None:
    assert "注釈は出ない" not in kitchen.text()


def test_ruby_and_video(make_book: Maker) -> None:
    address = "https://www.youtube.com/watch?v=abcdefghijk"
    built = make_book(
        "{ruby}`顕著性|けんちょせい` です。\n\n"
        f"```{{video}} {address}\n:title: 題\n:source: 作者\n:license: CC BY 4.0\n```"
    )
    assert built.warnings == ""
    assert built.text().endswith(
        "[<ruby>顕著性<rp>（</rp><rt>けんちょせい</rt><rp>）</rp></ruby>]"
        "(https://example.org/book/book/glossary.html#term-0) です。\n\n"
        f"▶ 動画：[題]({address})。作者（CC BY 4.0）。"
    )


def test_cells_stand_where_the_chapter_has_them(kitchen: Built) -> None:
    """準備のセルが最初。隠れたセルも，元の場所にある。見出しごとに文章のセルを分ける。"""
    order = [
        cell.source.split("\n")[0] if cell.id != "setup" else "setup"
        for cell in kitchen.notebook().cells
    ]
    assert order == [
        "# 1. 地図",
        "setup",
        "> **学ぶこと**",
        "x = 1",
        "## 1.1. 問い",
        "from IPython.display import SVG",
        "**図 1.1** 直線の**図**です。",
        "answer = ...",
        "<details>",
        "## 1.2. 文献",
    ]


def test_metadata_for_colab(kitchen: Built) -> None:
    notebook = kitchen.notebook()
    assert notebook.metadata.accelerator == "GPU"
    assert notebook.metadata.colab.gpuType == "T4"
    setup, first, drawing, answer = (
        cell for cell in notebook.cells if cell.cell_type == "code"
    )
    for cell in (setup, first, drawing):
        assert cell.metadata.cellView == "form"
        assert cell.metadata.jupyter.source_hidden
    assert first.metadata.tags == ["remove-cell"]
    assert drawing.metadata.tags == ["hide-input", "gpu"]
    assert answer.metadata == {}
    assert all(cell.outputs == [] for cell in (first, drawing, answer))


def test_no_gpu_is_asked_for_without_gpu_cells(kitchen: Built) -> None:
    assert "accelerator" not in kitchen.notebook("basics/first").metadata


def test_hidden_cell_between_paragraphs_keeps_its_place(make_book: Maker) -> None:
    built = make_book(
        "前の文。\n\n```{code-cell} ipython3\n:tags: [remove-cell]\n\nx = 1\n```\n\n"
        "## 節\n\n後の文。\n\n```{code-cell} ipython3\n:tags: [remove-cell]\n\ny = 1\n```"
    )
    kinds = [cell.source for cell in built.notebook().cells[2:]]
    assert kinds == ["前の文。", "x = 1", "## 1.1. 節\n\n後の文。", "y = 1"]


def test_cells_inside_a_gated_exercise_stay_cells(make_book: Maker) -> None:
    """{exercise-start} から {exercise-end} の間のセルは，囲みを分けて外に出る。"""
    cell = "```{code-cell} ipython3\nx = 1\n```"
    built = make_book(
        f"```{{exercise-start}}\n:label: ex\n```\n問い。\n\n{cell}\n\n続き。\n\n"
        f"```{{exercise-end}}\n```\n\n```{{solution-start}} ex\n```\n\n{cell}\n\n"
        "答え。\n\n```{solution-end}\n```"
    )
    assert built.warnings == ""
    assert [cell.source for cell in built.notebook().cells[2:]] == [
        "> **練習 1.1**\n>\n> 問い。",
        "x = 1",
        "> 続き。",
        "x = 1",
        "<details>\n<summary>解答： 練習 1.1</summary>\n\n答え。\n\n</details>",
    ]


class strange(nodes.General, nodes.Element):
    """書き方のわからないノード。"""


class skipped(nodes.General, nodes.Element):
    """子を自分で書くノード。"""


def write(writer: Any, node: nodes.Element) -> None:
    writer.block(f"［{writer.inline(node)}］")
    raise nodes.SkipNode


NOTHING = (lambda *_: None, lambda *_: None)
BEFORE_AND_AFTER = (lambda w, n: w.block("前"), lambda w, n: w.block("後"))


def directive(*made: nodes.Node) -> Callable[[Sphinx], None]:
    """``{strange}`` と書くと ``made`` ができる拡張。"""

    def run(self: SphinxDirective) -> list[nodes.Node]:
        for node in made:
            self.set_source_info(node)
        return list(made)

    def add(app: Sphinx) -> None:
        app.add_node(strange, html=NOTHING)
        app.add_node(skipped, html=NOTHING, notebook=(write, None))
        app.add_directive("strange", type("S", (SphinxDirective,), {"run": run}))

    return add


def test_other_extensions_register_their_nodes(make_book: Maker) -> None:
    """docutils の約束（visit，子，depart，SkipNode）どおりに呼ばれる。"""

    def before(app: Sphinx) -> None:
        directive(
            strange("", nodes.paragraph("", "中身")),
            skipped("", nodes.strong("", "飛ばす")),
        )(app)
        app.registry.add_translation_handlers(strange, notebook=BEFORE_AND_AFTER)

    built = make_book("文。\n\n```{strange}\n```", before=before)
    assert built.warnings == ""
    assert built.text().endswith("文。\n\n前\n\n中身\n\n後\n\n［**飛ばす**］")


def link(uri: str) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.reference("", "先", refuri=uri))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (strange(), "型 strange の書き方を知りません"),
        (link("../../../x.html"), "リンクの先 '../../../x.html' は本の外"),
        (link("missing.html"), "リンクの先 'missing.html' は本の外"),
        (nodes.image(uri="lost.png", alt="絵"), "lost.png' が見つかりません"),
    ],
    ids=["node", "outside", "missing", "image"],
)
def test_what_the_writer_does_not_know_is_reported(
    make_book: Maker, made: nodes.Node, message: str
) -> None:
    built = make_book("文。\n\n```{strange}\n```", before=directive(made))
    assert len(found := of_notebooks(built)) == 1, built.warnings
    assert message in found[0]
    assert not (built.out / "notebooks/attention/cam.ipynb").exists()


def of_notebooks(built: Built) -> list[str]:
    """章 attention/cam の 10 行めを指す，ノートブックの警告。

    myst-nb は，セルの前の空行を数えまちがえて，11 行めと言うことがある。
    """
    return re.findall(
        r"book/attention/cam\.md:1[01]: WARNING: (?!image)(.*)", built.warnings
    )


# (名前, 本文, 警告に含まれる言葉)
BAD = [
    ("raw-html", "文。\n\n<iframe src='x'></iframe>", "<iframe"),
    ("raw-script", "文。\n\n<script>alert(1)</script>", "<script>"),
    ("file-link", "文。\n\n[設定](../../settings.txt) です。", "settings.txt"),
]


@pytest.mark.parametrize(
    ("body", "message"), [b[1:] for b in BAD], ids=[b[0] for b in BAD]
)
def test_what_a_notebook_cannot_show_is_reported(
    make_book: Maker, body: str, message: str
) -> None:
    built = make_book(body, files={"settings.txt": "x"})
    assert len(found := of_notebooks(built)) == 1, built.warnings
    assert message in found[0]
    assert not (built.out / "notebooks/attention/cam.ipynb").exists()
    assert (built.out / "notebooks/basics/first.ipynb").exists()


def test_a_failed_chapter_fails_again_in_the_next_build(make_book: Maker) -> None:
    first = make_book("<iframe src='x'></iframe>")
    second = make_book()
    assert "<iframe" in first.warnings
    assert "<iframe" in second.warnings
