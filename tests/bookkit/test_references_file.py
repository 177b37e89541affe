"""文献の一覧は，読める BibTeX で，どの項目にも題と年と著者がある。"""

from pathlib import Path

from pybtex.database import parse_file

BIB = Path(__file__).parents[2] / "book" / "references.bib"


def test_every_entry_can_be_read_and_has_its_fields():
    entries = parse_file(str(BIB)).entries
    assert len(entries) == BIB.read_text("utf8").count("\n@") + 1
    for key, entry in entries.items():
        assert entry.fields.get("title"), key
        assert entry.fields.get("year", "").isdigit(), key
        assert entry.persons.get("author") or entry.persons.get("editor"), key
