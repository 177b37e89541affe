"""実験のディレクティブ：置いた頁だけがスクリプトを読み，JavaScript がなければそう書く。"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

SCRIPT = "visual_search_experiment.js"
PLACE = """\
# 章

```{visual-search-experiment}
:model: numbers-of-the-model
```
"""


@pytest.fixture
def site(build: Callable[..., Path]) -> Callable[..., Path]:
    """``site(章の原稿)``：章と，実験のない頁からなる小さな本を作る。"""

    def run(text: str, *, warnings: StringIO | None = None) -> Path:
        return build(
            {
                "index.md": "# 表紙\n\n```{toctree}\nchapter\nother\n```\n",
                "chapter.md": text,
                "other.md": "# ほかの頁\n",
            },
            extensions=[
                *("myst_nb", "bookkit.directives.experiment"),
                *("bookkit.notebooks", "bookkit.pages", "bookkit.theme"),
            ],
            config={"html_theme": "bookkit", "html_math_renderer": "katex"},
            warnings=warnings,
        )

    return run


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf8"), "html.parser")


def scripts(page: BeautifulSoup) -> list[str]:
    return [str(tag["src"]) for tag in page.find_all("script", src=True)]


def test_only_the_page_with_the_experiment_loads_the_script(
    site: Callable[..., Path],
) -> None:
    out = site(PLACE)
    assert [src for src in scripts(soup(out / "chapter.html")) if SCRIPT in src]
    assert not [src for src in scripts(soup(out / "other.html")) if SCRIPT in src]
    assert (out / "_static" / SCRIPT).stat().st_size > 1000


def test_page_says_what_is_missing_until_the_script_runs(
    site: Callable[..., Path],
) -> None:
    box = soup(site(PLACE) / "chapter.html").find(class_="vs-experiment")
    assert isinstance(box, Tag)
    assert box["data-model"] == "numbers-of-the-model"
    body = box.find(class_="vs-body")
    assert isinstance(body, Tag)
    assert body.has_attr("hidden")
    sentence = box.find(class_="vs-off")
    assert isinstance(sentence, Tag)
    assert "JavaScript が要ります" in sentence.get_text()
    live = box.find(attrs={"aria-live": "polite"})
    assert live is not None
    for button in box.find_all("button"):
        assert button["type"] == "button"
        assert button.get_text().strip()


def test_model_is_required_and_escaped(site: Callable[..., Path]) -> None:
    warnings = StringIO()
    site("# 章\n\n```{visual-search-experiment}\n```\n", warnings=warnings)
    assert "chapter.md:3" in warnings.getvalue()
    assert ":model: が要ります" in warnings.getvalue()
    page = (site(PLACE.replace("numbers-of", 'x"><b>')) / "chapter.html").read_text(
        "utf8"
    )
    assert "<b>" not in page


def test_style_uses_only_classes_of_the_template() -> None:
    """頁の CSS から使わない規則が除かれても，実験の見え方が残る。"""
    import re

    from bookkit.directives import experiment

    css = (experiment.BOOKKIT / "theme" / "css" / "experiment.css").read_text("utf8")
    page = (experiment.BOOKKIT / "templates" / f"{experiment.NAME}.html").read_text(
        "utf8"
    )
    selectors = re.sub(r"\{[^{}]*\}|/\*.*?\*/", " ", css, flags=re.DOTALL)
    classes = set(re.findall(r"\.([A-Za-z][\w-]*)", selectors))
    assert classes
    assert {name for name in classes if name not in page} == set()
