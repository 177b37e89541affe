"""文献の書き方：本文の引用と文献の一覧を，心理学の論文にならって著者と年で書く。

- 本文では ``Itti et al.（1998）`` または ``（Itti et al., 1998）``。
- 一覧では ``Itti, L., Koch, C., & Niebur, E. (1998). 題名. 誌名, 20(11), 1254–1259.``
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pybtex.database import Entry, Person
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting import BaseStyle
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.names import BaseNameStyle
from pybtex.style.sorting import BaseSortingStyle
from pybtex.style.template import (
    Node,
    first_of,
    href,
    join,
    names,
    optional,
    tag,
)
from pybtex.style.template import field as bib_field
from sphinx.application import Sphinx
from sphinxcontrib.bibtex import plugin

from bookkit.citations_in_text import PsychologyReferences

NAME = "psychology"
"""``bibtex_default_style`` と ``bibtex_reference_style`` に書く名前。"""


def _family(person: Person) -> str:
    """姓（``van der Maaten`` のような前置きも含む）。"""
    return _plain(" ".join([*person.prelast_names, *person.last_names]))


def _plain(latex: str) -> str:
    r"""``Doll{\'a}r`` のような TeX の書き方を，ふつうの字にする。"""
    return str(Text.from_latex(latex))


def _people(entry: Entry) -> list[Person]:
    return entry.persons.get("author") or entry.persons.get("editor") or []


def short_authors(entry: Entry) -> str:
    """本文での著者の書き方。三人以上は ``Itti et al.``，二人は ``Koch & Ullman``。"""
    families = [_family(person) for person in _people(entry)]
    if not families:
        return str(entry.fields.get("title", entry.key))
    if len(families) > 2:
        return f"{families[0]} et al."
    return " & ".join(families)


class AuthorYearLabels(BaseLabelStyle):
    """一覧の札を ``Itti et al., 1998`` にする。同じ札には a, b, … を付ける。"""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        labels = [
            f"{short_authors(entry)}, {entry.fields.get('year', 'n.d.')}"
            for entry in sorted_entries
        ]
        many, seen = Counter(labels), Counter[str]()
        for label in labels:
            suffix = chr(ord("a") + seen[label]) if many[label] > 1 else ""
            seen[label] += 1
            yield label + suffix


class AuthorYearSorting(BaseSortingStyle):
    """著者の姓，年，題名の順に並べる。"""

    def sorting_key(self, entry: Entry) -> tuple[str, str, str]:
        people = " ".join(
            f"{_family(person)} {' '.join(person.first_names)}"
            for person in _people(entry)
        )
        fields = entry.fields
        return (
            (people or str(fields.get("title", ""))).casefold(),
            str(fields.get("year", "")),
            str(fields.get("title", "")),
        )


class FamilyThenInitials(BaseNameStyle):
    """``Itti, L.`` の形。日本語の名前は略さない。"""

    def format(self, person: Person, abbr: bool = False) -> Text:
        given = [_plain(n) for n in (*person.first_names, *person.middle_names)]
        family = _family(person)
        if not given:
            return Text(family)
        if any(ord(letter) > 0x3000 for letter in family):
            return Text(f"{family} {''.join(given)}")
        initials = " ".join(
            "-".join(f"{part[0]}." for part in name.split("-") if part)
            for name in given
            if name
        )
        return Text(f"{family}, {initials}")


def _dashed(text: Text) -> Text:
    return Text("–").join(text.split("--"))


def _link(entry: Entry) -> Node | str:
    """DOI，arXiv，番地のうち，最初にあるもの。"""
    fields = entry.fields
    if "doi" in fields:
        address = shown = f"https://doi.org/{fields['doi']}"
    elif "eprint" in fields:
        address = f"https://arxiv.org/abs/{fields['eprint']}"
        shown = f"arXiv:{fields['eprint']}"
    elif "url" in fields:
        address = shown = fields["url"]
    else:
        return ""
    return href(address)[shown]


def _opt(name: str, before: str = "", after: str = "") -> Node:
    return optional[join[before, bib_field(name), after]]


class PsychologyStyle(BaseStyle):
    """文献の一覧の書き方（日本心理学会・APA の書き方にならう）。"""

    default_name_style = FamilyThenInitials
    default_sorting_style = AuthorYearSorting
    default_label_style = AuthorYearLabels

    def _people(self) -> Node:
        people = {"sep": ", ", "sep2": ", & ", "last_sep": ", & "}
        return first_of[
            optional[names("author", **people)],
            optional[join[names("editor", **people), " (Eds.)"]],
            bib_field("title"),
        ]

    def _entry(self, entry: Entry, title: Node, *source: Any) -> Node:
        year = first_of[optional[bib_field("year")], "n.d."]
        parts: list[Any] = [self._people(), " (", year, "). "]
        if _people(entry):
            asks = entry.fields.get("title", "").rstrip("}").endswith(("?", "!"))
            parts += [title, " " if asks else ". "]
        if source:
            parts += [*source, ". "]
        parts += [optional[join[bib_field("note"), ". "]], _link(entry)]
        return join[tuple(parts)]

    def _title(self) -> Node:
        return bib_field("title")

    def _book_title(self) -> Node:
        return tag("em")[bib_field("title")]

    def get_article_template(self, entry: Entry) -> Node:
        return self._entry(
            entry,
            self._title(),
            tag("em")[bib_field("journal")],
            optional[join[", ", tag("em")[bib_field("volume")]]],
            _opt("number", "(", ")"),
            optional[join[", ", bib_field("pages", apply_func=_dashed)]],
        )

    def get_inproceedings_template(self, entry: Entry) -> Node:
        return self._entry(
            entry,
            self._title(),
            "In ",
            tag("em")[bib_field("booktitle")],
            _opt("volume", ", "),
            optional[join[" (pp. ", bib_field("pages", apply_func=_dashed), ")"]],
        )

    def get_incollection_template(self, entry: Entry) -> Node:
        editors = {"sep": ", ", "sep2": " & ", "last_sep": ", & "}
        return self._entry(
            entry,
            self._title(),
            "In ",
            optional[join[names("editor", **editors), " (Eds.), "]]
            if entry.persons.get("author")
            else "",
            tag("em")[bib_field("booktitle")],
            optional[join[" (pp. ", bib_field("pages", apply_func=_dashed), ")"]],
            _opt("publisher", ". "),
        )

    def get_book_template(self, entry: Entry) -> Node:
        return self._entry(entry, self._book_title(), _opt("publisher"))

    def get_phdthesis_template(self, entry: Entry) -> Node:
        return self._entry(
            entry, self._book_title(), "Doctoral dissertation", _opt("school", ", ")
        )

    def get_techreport_template(self, entry: Entry) -> Node:
        return self._entry(
            entry, self._book_title(), _opt("number", "", ", "), _opt("institution")
        )

    def get_misc_template(self, entry: Entry) -> Node:
        fields = entry.fields
        where = fields.get("howpublished") or fields.get("publisher")
        source = [where] if where else ["arXiv"] if "eprint" in fields else []
        return self._entry(entry, self._book_title(), *source)

    get_online_template = get_misc_template
    get_unpublished_template = get_misc_template
    get_manual_template = get_book_template
    get_mastersthesis_template = get_phdthesis_template
    get_inbook_template = get_incollection_template
    get_proceedings_template = get_book_template
    get_booklet_template = get_book_template


def setup(app: Sphinx) -> dict[str, Any]:
    """文献の書き方を``psychology`` の名前で登録する。"""
    register_plugin("pybtex.style.formatting", NAME, PsychologyStyle)
    plugin.register_plugin(
        "sphinxcontrib.bibtex.style.referencing", NAME, PsychologyReferences
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
