"""本文での文献の引き方：``Itti et al.（1998）`` または ``（Itti et al., 1998）``。"""

from __future__ import annotations

from dataclasses import dataclass, field

from pybtex.richtext import Text
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import (
    AuthorYearReferenceStyle,
)


def _round(sep: str) -> BracketStyle:
    return BracketStyle(left="（", right="）", sep=sep)


@dataclass
class PsychologyReferences(AuthorYearReferenceStyle):
    """本文の引用。``Koch & Ullman（1985）``，``（Itti et al., 1998; Lindsay, 2020）``。"""

    bracket_textual: BracketStyle = field(default_factory=lambda: _round("，"))
    bracket_parenthetical: BracketStyle = field(default_factory=lambda: _round("; "))
    bracket_author: BracketStyle = field(default_factory=lambda: _round("，"))
    bracket_label: BracketStyle = field(default_factory=lambda: _round("; "))
    bracket_year: BracketStyle = field(default_factory=lambda: _round(", "))
    person: PersonStyle = field(
        default_factory=lambda: PersonStyle(
            sep2=" & ", last_sep=", & ", other=Text(" et al.")
        )
    )
    text_reference_sep: str = ""
