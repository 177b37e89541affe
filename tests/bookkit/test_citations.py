"""文献の書き方：著者と年。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pybtex.database import Person
from pybtex.richtext import nbsp

from bookkit import citations
from bookkit.citations import FamilyThenInitials

BIB = r"""
@article{one, author={Crick, Francis}, title={Function of the thalamus},
  journal={PNAS}, volume={81}, number={14}, pages={4586--4590}, year={1984},
  doi={10.1073/pnas.81.14.4586}}
@article{two, author={Koch, Christof and Ullman, Shimon}, title={Shifts},
  journal={Human Neurobiology}, year={1985}}
@inproceedings{three, author={Lin, Tsung-Yi and Doll{\'a}r, Piotr and He, Kaiming},
  title={Feature pyramid}, booktitle={CVPR}, pages={1--2}, year={2017},
  eprint={1612.03144}}
@book{book, author={浅川, 伸一}, title={本の題}, publisher={出版社}, year={2015}}
@misc{web, author={Sutton, Rich}, title={The bitter lesson}, year={2019},
  url={http://example.org/lesson}}
@article{asks, author={Schenk, Thomas}, title={Do we have two {streams}?},
  journal={CN}, year={2010}}
@misc{anon, title={Unknown work}, year={2000}}
@inbook{chap, author={Moran, Ann}, editor={Black, A. and Gray, B.},
  title={Chapter}, booktitle={Whole}, pages={3--9}, publisher={Wiley}, year={1972}}
@techreport{memo, author={Noe, A.}, title={Memo}, number={7}, institution={MIT},
  year={1984}, note={Reprinted}}
@mastersthesis{thesis, author={Ono, A.}, title={Thesis}, school={KU}}
@dataset{pairs, editor={Poe, E.}, title={Pairs}, howpublished={OSF}, year={2020}}
"""


@pytest.mark.parametrize(
    ("person", "written"),
    [
        ("Lin, Tsung-Yi", "Lin, T.-Y."),
        ("van der Maaten, Laurens", "van der Maaten, L."),
        (r"Doll{\'a}r, Piotr", "Dollár, P."),
        ("Lamme, Victor A. F.", "Lamme, V. A. F."),
        ("浅川, 伸一", "浅川 伸一"),
    ],
)
def test_family_then_initials(person: str, written: str) -> None:
    """頭文字の間は折らない空白。"""
    text = str(FamilyThenInitials().format(Person(person)).format())
    assert text.replace(str(nbsp), " ") == written


def test_citations_and_bibliography(build: Callable[..., Path]) -> None:
    page = """# 頁

{cite:t}`two` の説です {cite:p}`one,three`。

```{bibliography}
:all:
```
"""
    site = build(
        {"index.md": page, "refs.bib": BIB},
        extensions=[
            "myst_nb",
            "sphinxcontrib.bibtex",
            "bookkit.citations",
            "bookkit.japanese",
        ],
        config={
            "bibtex_bibfiles": ["refs.bib"],
            "bibtex_default_style": "psychology",
            "bibtex_reference_style": "psychology",
        },
    )
    soup = BeautifulSoup((site / "index.html").read_text("utf8"), "html.parser")
    main = soup.find(role="main")
    assert main is not None
    text = main.find("p").get_text()  # type: ignore[union-attr]
    assert text == ("Koch & Ullman（1985）の説です（Crick, 1984; Lin et al., 2017）。")
    works = [" ".join(p.get_text().split()) for p in main.find_all("p")[1:]]
    assert works == [
        "Crick, F. (1984). Function of the thalamus. PNAS, 81(14), 4586–4590. "
        "https://doi.org/10.1073/pnas.81.14.4586",
        "Koch, C., & Ullman, S. (1985). Shifts. Human Neurobiology.",
        "Lin, T.-Y., Dollár, P., & He, K. (2017). Feature pyramid. "
        "In CVPR (pp. 1–2). arXiv:1612.03144",
        "Moran, A. (1972). Chapter. In Black, A. & Gray, B. (Eds.), Whole (pp. 3–9). "
        "Wiley.",
        "Noe, A. (1984). Memo. 7, MIT. Reprinted.",
        "Ono, A. (n.d.). Thesis. Doctoral dissertation, KU.",
        "Poe, E. (Eds.) (2020). Pairs. OSF.",
        "Schenk, T. (2010). Do we have two streams? CN.",
        "Sutton, R. (2019). The bitter lesson. http://example.org/lesson",
        "Unknown work (2000).",
        "浅川 伸一 (2015). 本の題. 出版社.",
    ]


def test_only_changed_works_are_written_again(
    build: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """次のビルドでは，変わった文献だけを書き直す。"""
    written: list[str] = []
    write = FamilyThenInitials.format

    def count(self: FamilyThenInitials, person: Person, abbr: bool = False) -> object:
        written.append(str(person))
        return write(self, person, abbr)

    monkeypatch.setattr(citations.FamilyThenInitials, "format", count)
    page = "# 頁\n\n```{bibliography}\n:all:\n```\n"
    style = {"bibtex_bibfiles": ["refs.bib"], "bibtex_default_style": "psychology"}
    extensions = ["myst_nb", "sphinxcontrib.bibtex", "bookkit.citations"]

    def text(bib: str) -> str:
        written.clear()
        files = {"index.md": page, "refs.bib": bib}
        site = build(files, extensions=extensions, config=style)
        soup = BeautifulSoup((site / "index.html").read_text("utf8"), "html.parser")
        return str(soup.find(role="main"))

    before = text(BIB)
    assert len(written) > 10
    assert text(BIB) == before
    assert written == []
    changed = text(BIB.replace("volume={81}", "volume={82}"))
    assert "<em>82</em>" in changed
    assert set(written) == {"Crick, Francis"}
