"""文献の書き方：本文の引用と文献の一覧を，心理学の論文にならって著者と年で書く。

- 本文では ``Itti et al.（1998）`` または ``（Itti et al., 1998）``。
- 一覧では ``Itti, L., Koch, C., & Niebur, E. (1998). 題名. 誌名, 20(11), 1254–1259.``
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pybtex.database import Entry, Person
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting import BaseStyle, FormattedEntry
from pybtex.style.names.lastfirst import NameStyle
from pybtex.style.sorting.author_year_title import SortingStyle
from pybtex.style.template import (
    Node,
    field,
    first_of,
    href,
    join,
    names,
    optional,
    sentence,
    tag,
    words,
)
from sphinx.application import Sphinx
from sphinxcontrib.bibtex import plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from bookkit.kept import Kept

NAME = "psychology"
"""``bibtex_default_style`` と ``bibtex_reference_style`` に書く名前。"""


# ---- 本文 ----


def _round(sep: str) -> BracketStyle:
    return BracketStyle(left="（", right="）", sep=sep)


class PsychologyReferences(AuthorYearReferenceStyle):
    """本文の引用。``Koch & Ullman（1985）``，``（Itti et al., 1998; Lindsay, 2020）``。"""

    def __init__(self) -> None:
        super().__init__(
            bracket_textual=_round("，"),
            bracket_parenthetical=_round("; "),
            bracket_author=_round("，"),
            bracket_label=_round("; "),
            bracket_year=_round(", "),
            person=PersonStyle(sep2=" & ", last_sep=", & ", other=Text(" et al.")),
            text_reference_sep="",
        )


# ---- 一覧 ----


class AuthorYearSorting(SortingStyle):
    """著者の姓，年，題名の順に並べる。著者のない文献は，題名を著者の代わりにする。"""

    def sorting_key(self, entry: Entry) -> tuple[str, str, str]:
        _, year, title = super().sorting_key(entry)
        return self.author_editor_key(entry) or title.lower(), year, title


class FamilyThenInitials(NameStyle):
    """``Itti, L.`` の形。日本語の名前は，略さずに ``浅川 伸一`` とする。"""

    def format(self, person: Person, abbr: bool = False) -> Node:
        if any(letter > "\u3000" for letter in str(person)):
            return join(sep=" ")[[*person.last_names, *person.first_names]]
        return super().format(person, abbr=True)


PEOPLE = {"sep": ", ", "sep2": ", & ", "last_sep": ", & "}
EDITORS = names("editor", sep=", ", sep2=" & ", last_sep=", & ")
PAGES = field("pages", apply_func=lambda text: Text("–").join(text.split("--")))
TITLE = field("title")
BOOK = tag("em")[field("booktitle")]
WHO = first_of[
    optional[names("author", **PEOPLE)],
    optional[names("editor", **PEOPLE), " (Eds.)"],
    optional[TITLE],
]
YEAR = first_of[optional[field("year")], "n.d."]


def _address(name: str, site: str = "", shown: str = "") -> Node:
    """欄 ``name`` のあるとき，``site`` で始まる番地へのリンク。"""
    key = field(name, raw=True)
    return optional[href(join[site, key])[shown or site, key]]


LINK = first_of[
    _address("doi", "https://doi.org/"),
    _address("eprint", "https://arxiv.org/abs/", "arXiv:"),
    _address("url"),
]
IN_BOOK = optional[" (pp. ", PAGES, ")"]
SOURCES: dict[str, Node] = {
    "article": join[
        tag("em")[field("journal")],
        optional[", ", tag("em")[field("volume")]],
        optional["(", field("number"), ")"],
        optional[", ", PAGES],
    ],
    "inproceedings": join["In ", BOOK, optional[", ", field("volume")], IN_BOOK],
    "incollection": join[
        "In ",
        optional[EDITORS, " (Eds.), "],
        BOOK,
        IN_BOOK,
        optional[". ", field("publisher")],
    ],
    "book": optional[field("publisher")],
    "phdthesis": join["Doctoral dissertation", optional[", ", field("school")]],
    "techreport": join[optional[field("number"), ", "], optional[field("institution")]],
    "misc": first_of[
        optional[field("howpublished")],
        optional[field("publisher")],
        optional[field("eprint", apply_func=lambda _: Text("arXiv"))],
    ],
}
"""載っている所の書き方。文献の種類ごと。ここにない種類は ``misc`` と同じに書く。"""
SOURCES |= dict.fromkeys(("manual", "proceedings", "booklet"), SOURCES["book"])
SOURCES |= {"inbook": SOURCES["incollection"], "mastersthesis": SOURCES["phdthesis"]}
PARTS = ("article", "inproceedings", "incollection", "inbook")
"""雑誌や本の一部分。題名を斜体にしない。"""


class PsychologyStyle(BaseStyle):
    """文献の一覧の書き方（日本心理学会・APA の書き方にならう）。"""

    default_name_style = FamilyThenInitials
    default_sorting_style = AuthorYearSorting
    default_label_style = "number"  # 一覧では，札を見せない
    kept = Kept(Path())
    """書いた文献。ビルドのたびに，前のビルドのものから始める。"""

    def format_entry(
        self, label: str, entry: Entry, bib_data: Any = None
    ) -> FormattedEntry:
        """文献一つ。著者のない文献の題名は，著者の所に書く。"""
        context = {"entry": entry, "style": self, "bib_data": bib_data}
        work = self.work(entry)
        text = self.kept.once((entry,), lambda: work.format_data(context))
        return FormattedEntry(entry.key, text, label)

    def work(self, entry: Entry) -> Node:
        """文献の種類と欄に合う，書き方の型。"""
        has_people = entry.persons.get("author") or entry.persons.get("editor")
        return words[
            sentence[join[WHO, " (", YEAR, ")"]],
            sentence[TITLE if entry.type in PARTS else tag("em")[TITLE]]
            if has_people
            else "",
            sentence[SOURCES.get(entry.type, SOURCES["misc"])],
            sentence[optional[field("note")]],
            LINK,
        ]


def setup(app: Sphinx) -> None:
    """文献の書き方を``psychology`` の名前で登録する。"""
    kept = PsychologyStyle.kept = Kept(Path(app.doctreedir) / "works.pickle")
    app.connect("build-finished", lambda *_: kept.save())
    register_plugin("pybtex.style.formatting", NAME, PsychologyStyle)
    plugin.register_plugin(
        "sphinxcontrib.bibtex.style.referencing", NAME, PsychologyReferences
    )
