"""名前を言う課題の材料：絵・名前・読みがそろい，誤りは一文で断られること。"""

import csv
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lessons.stimuli import naming_pictures
from lessons.stimuli.naming_pictures import (
    NamesError,
    katakana,
    moras,
    pictures,
    read_names,
    words,
)

DATA = Path(naming_pictures.__file__).parent / "naming"
HEAD = "concept,name,reading,category,moras,zipf,code\n"


def test_every_concept_is_drawn_in_every_style():
    names = {word.concept for word in words()}
    assert len(names) == 156
    wanted = {f"{s}/{n}.png" for s in naming_pictures.STYLES for n in names}
    with zipfile.ZipFile(DATA / "pictures.zip") as archive:
        assert set(archive.namelist()) == wanted
        assert archive.testzip() is None
    assert (DATA / "pictures.zip").stat().st_size < 3_000_000


@pytest.mark.parametrize("style", naming_pictures.STYLES)
def test_pictures_are_different_drawings_on_white(style):
    images = pictures(style)
    assert images.shape == (156, 112, 112, 3)
    assert (images[:, [0, -1]] > 250).all()
    assert len({image.tobytes() for image in images}) == 156
    ink = (images < 250).any(axis=3).mean(axis=(1, 2))
    assert (ink > 0.05).all()
    spread = images.max(axis=3).astype(int) - images.min(axis=3)
    colourless = spread.max() < 8
    assert colourless == (style in naming_pictures.LINE)


def test_styles_are_split_into_colour_and_line():
    assert set(naming_pictures.COLOUR) | set(naming_pictures.LINE) == set(
        naming_pictures.STYLES
    )
    assert len(naming_pictures.COLOUR) + len(naming_pictures.LINE) == 8


def test_unknown_style_names_the_known_ones():
    with pytest.raises(ValueError, match="'oil' はありません。使える名前: openmoji"):
        pictures("oil")


def test_table_is_sound():
    table = words()
    for field in ("concept", "name", "reading"):
        assert len({getattr(word, field) for word in table}) == 156, field
    counts = {
        c: sum(w.category == c for w in table) for w in table for c in [w.category]
    }
    assert len(counts) == 15
    assert min(counts.values()) >= 6
    unlisted = [word.name for word in table if np.isnan(word.zipf)]
    assert unlisted == ["救急車", "機関車", "哺乳瓶"]
    by_name = {word.name: word for word in table}
    assert by_name["目"].zipf > by_name["犬"].zipf > by_name["スパナ"].zipf > 1
    with (DATA / "names.csv").open(encoding="utf8", newline="") as file:
        assert len({row["code"] for row in csv.DictReader(file)}) == 156


@pytest.mark.parametrize(
    ("reading", "count"),
    [
        ("き", 1),
        ("がっこう", 4),
        ("きゅうきゅうしゃ", 5),
        ("ちゅーりっぷ", 5),
        ("ぱん", 2),
    ],
)
def test_moras(reading, count):
    assert len(moras(reading)) == count
    assert "".join(moras(reading)) == reading


@pytest.mark.parametrize("reading", ["", "イヌ", "dog", "ゃま", "ーき", "い ぬ"])
def test_readings_that_cannot_be_split_are_refused(reading):
    with pytest.raises(ValueError, match="モーラに分けられません"):
        moras(reading)


def test_katakana():
    assert katakana("ちゅーりっぷ") == "チューリップ"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("dog,犬,,動物,2,5,1F415\n", "n.csv:2: 犬 に読み（reading）がありません"),
        ("dog,犬,いぬ,,2,5,1F415\n", "n.csv:2: 犬 に分類（category）がありません"),
        ("dog,犬,イヌ,動物,2,5,1F415\n", "n.csv:2: 読み 'イヌ' をモーラに"),
        ("dog,犬,いぬ,動物,3,5,1F415\n", "n.csv:2: 「いぬ」のモーラは 2 個"),
        ("dog,犬,いぬ,動物,2,多い,1F415\n", "n.csv:2: 頻度 zipf の欄 '多い'"),
        (
            "dog,犬,いぬ,動物,2,5,1F415\nhound,猟犬,いぬ,動物,2,5,1F415\n",
            "n.csv:3: 'いぬ' は 2 行目にもあります",
        ),
        ("", "行がありません"),
    ],
)
def test_faulty_tables_are_refused_with_the_line(rows, message):
    with pytest.raises(NamesError, match=message):
        read_names(HEAD + rows, "n.csv")


def test_missing_column_is_named():
    with pytest.raises(NamesError, match=r"n\.csv:1: 列 reading, zipf を足して"):
        read_names("concept,name,category,moras\n", "n.csv")
