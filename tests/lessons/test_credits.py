"""出どころの頁：配る絵・写真・重み・書体に，どれも行があること。"""

import re
from pathlib import Path

import pytest

import bookkit
import lessons
from lessons.stimuli import naming_pictures, photos
from lessons.weights import ledger

ROOT = Path(__file__).parents[2]
CREDITS = (ROOT / "book" / "credits.md").read_text("utf8")
ROWS = [line for line in CREDITS.splitlines() if line.startswith("|")]
PACKAGES = [Path(package.__file__).parent for package in (bookkit, lessons)]
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"}
FONTS = {".woff", ".woff2", ".ttf", ".otf"}


def shipped(kinds):
    """パッケージに入っている，その種類のファイル。"""
    return sorted(p for root in PACKAGES for p in root.rglob("*") if p.suffix in kinds)


def rows_of(name):
    """名前を ``` `名前` ``` の形で書いてある，表の行。"""
    return [row for row in ROWS if f"`{name}`" in row]


@pytest.mark.parametrize("name", sorted(photos.PHOTOS))
def test_every_photo_has_its_row_with_its_licence(name):
    (row,) = rows_of(name)
    assert re.search("公有|CC0|既知の制限なし", row)


def test_every_sample_photo_of_scikit_learn_is_credited():
    used = {
        name
        for page in (ROOT / "book").rglob("*.md")
        for name in re.findall(
            r'load_sample_image\("(\w+)\.jpg"\)', page.read_text("utf8")
        )
    }
    assert used
    assert all(f"`{name}`" in CREDITS for name in used)


def test_every_shipped_picture_is_credited():
    """物の絵は表に，この本の印は文の中にある。"""
    found = shipped(PICTURES)
    assert found
    for path in found:
        if path.parent.name == "sprites":
            (row,) = rows_of(path.stem)
            assert "Noto Emoji" in row
            assert "Apache-2.0" in row
        else:
            assert f"`{path.name}`" in CREDITS, path


@pytest.mark.parametrize("style", naming_pictures.STYLES)
def test_every_way_of_drawing_has_its_row_with_its_licence(style):
    (row,) = rows_of(style)
    assert re.search("CC BY|Apache-2.0|MIT", row)
    beside = Path(naming_pictures.__file__).parent / "naming" / "README.md"
    table = [r for r in beside.read_text("utf8").splitlines() if r.startswith("|")]
    (own,) = [r for r in table if f"`{style}`" in r]
    licence = re.search(r"CC BY(-SA)? 4\.0|Apache-2\.0|MIT", own)
    assert licence
    assert licence[0] in row


def test_frequencies_are_credited():
    assert re.search(r"`wordfreq` 3\.1\.1.*\n.*CC BY-SA 4\.0", CREDITS)


@pytest.mark.parametrize("name", ledger.names())
def test_every_weight_has_its_row(name):
    (row,) = rows_of(name)
    entry = ledger.get(name)
    if not entry.iterations:  # この本が学習していない重み
        assert entry.licence in row


def test_every_table_taken_from_others_is_named():
    """この本が測った記録と，この本が作った表のほかは，出どころの頁に名前がある。"""
    made_here = {
        *(
            "runs.csv",
            "longer.csv",
            "few.csv",
            "few_longer.csv",
            "more_seeds.csv",
            "kept_names.csv",
            "other_seeds.csv",
            "early_maps.csv",
            "simple_sight.csv",
            "hand_made.csv",
            "lite2.csv",
            "letters.csv",
            "digits.csv",
        ),  # 記録
        *("symbols.csv", "timeline.csv", "items.csv", "attributes.csv"),
    }
    found = {
        path.name for path in shipped({".csv"}) if "lessons" in path.parts
    } - made_here
    assert {"patients.csv", "human.csv", "imagenet_ja.csv"} <= found
    assert [name for name in sorted(found) if f"`{name}`" not in CREDITS] == []


def test_every_shipped_font_is_credited():
    found = shipped(FONTS)
    assert found
    for path in found:
        assert path.parent.parent.name == "katex", path
    assert re.search(r"KaTeX [0-9.]+（MIT License）", CREDITS)
    assert "IPAex ゴシック" in CREDITS


def test_every_work_of_the_bibliography_is_cited():
    """引かれなくなった文献は，表から除く。"""
    bibliography = (ROOT / "book" / "references.bib").read_text("utf8")
    keys = re.findall(r"^@\w+\{\s*([^,\s]+)", bibliography, re.MULTILINE)
    kinds = (".md", ".py", ".csv", ".toml")
    places = (ROOT / "book", PACKAGES[1])
    files = [p for place in places for p in place.rglob("*") if p.suffix in kinds]
    said = "\n".join(path.read_text("utf8") for path in files)
    assert keys
    assert [key for key in keys if key not in said] == []
