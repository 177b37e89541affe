"""用語集と章の順番：札のある言葉は，それを使うはじめの章で，札につないであること。"""

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest

from bookkit.book import PART_TITLES, Book

ROOT = Path(__file__).parents[2]
BOOK = Book(ROOT)
CHAPTERS = set(PART_TITLES) - {"readings"}
"""章のある部（読み物のほか）。"""
COMPOUNDS = ("Brier 得点", "z 得点", "得点規則", "標準得点")
"""心理学の決まった言い方。この本の「得点」とは別の言葉。"""
CODE = re.compile(r"```\{(?:code-cell|source|math)\}.*?```", re.DOTALL)
EXPLAINED = r"\{{term\}}`(?:{0}|[^`]*<{0}>)`|\*\*{0}\*\*|\{{ruby\}}`{0}\|"


def prose(text: str) -> str:
    """頁の文。頭の設定と，コードと，数式を除く。"""
    return CODE.sub("", re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL))


def uses(term: str, text: str, longer: list[str]) -> bool:
    """``term`` が，もっと長い言葉の一部としてではなく，使われているか。"""
    for word in (*COMPOUNDS, *longer):
        text = text.replace(word, "")
    edge = r"(?![A-Za-z])" if term.isascii() else ""
    return bool(re.search(edge.replace("?!", "?<!") + re.escape(term) + edge, text))


def unexplained(pages: dict[str, str], terms: list[str]) -> list[tuple[str, str]]:
    """はじめに使う頁で札につないでいない，（言葉，頁）の列。"""
    found = []
    for term in terms:
        longer = [word for word in terms if term in word and word != term]
        first = next((p for p, text in pages.items() if uses(term, text, longer)), None)
        pattern = EXPLAINED.format(re.escape(term))
        if first and not re.search(pattern, pages[first]):
            found.append((term, first))
    return found


def glossary() -> list[str]:
    """用語集の見出し語。"""
    lines = (ROOT / "book/glossary.md").read_text("utf8").splitlines()
    return [a for a, b in pairwise(lines) if b.startswith("  （よみ")]


def chapters() -> dict[str, str]:
    """章の文を，目次の順に。"""
    return {
        entry.docname: prose((ROOT / f"{entry.docname}.md").read_text("utf8"))
        for entry in BOOK.toc
        if entry.docname.split("/")[1] in CHAPTERS
    }


def test_every_term_is_linked_in_the_first_chapter_that_uses_it() -> None:
    pages, terms = chapters(), glossary()
    assert len(pages) >= 20
    assert len(terms) >= 100
    assert unexplained(pages, terms) == []


def gojuon(reading: str) -> tuple[str, str]:
    """五十音に並べる鍵：清音にし，小さい字は大きく，長音は前の字の母音にする。"""
    rows = ("あかさたなはまやらわ", "いきしちにひみり", "うくすつぬふむゆる")
    rows = (*rows, "えけせてねへめれ", "おこそとのほもよろを")
    plain = ""
    for letter in unicodedata.normalize("NFD", reading):
        if letter == "ー":
            plain += next((row[0] for row in rows if plain[-1:] in row), "")
        elif not unicodedata.combining(letter):
            plain += letter.translate(
                str.maketrans("ぁぃぅぇぉっゃゅょ", "あいうえおつやゆよ")
            )
    return plain, reading


def test_terms_stand_in_the_order_the_page_says() -> None:
    """五十音の順。同じ言葉に，二つの説明を付けない。"""
    text = (ROOT / "book/glossary.md").read_text("utf8")
    readings = re.findall(r"^  （よみ：([^，]+)", text, flags=re.MULTILINE)
    assert len(readings) == len(glossary()) == len(set(glossary()))
    assert readings == sorted(readings, key=gojuon)


@pytest.mark.parametrize("term", ["学習率", "勾配降下法", "自動微分", "チャンネル"])
def test_words_of_learning_have_their_cards(term: str) -> None:
    assert term in glossary()


def test_what_the_rule_sees() -> None:
    terms = ["得点", "特徴ピラミッド", "勾配", "勾配降下法"]
    pages = {
        "a": "Brier 得点と，勾配降下法を使う。",
        "b": "種類の得点を，{term}`特徴ピラミッド`から求める。",
    }
    assert unexplained(pages, terms) == [("得点", "b"), ("勾配降下法", "a")]
    pages["a"] = "{term}`誤差を下る方法 <勾配降下法>`を使う。"
    pages["b"] = "種類の**得点**を求める。"
    assert unexplained(pages, terms) == []


def test_code_and_settings_are_not_prose() -> None:
    text = "---\n勾配: 1\n---\n文\n```{code-cell} ipython3\n# 勾配\n```\n"
    assert prose(text) == "文\n\n"


VOWELS = {
    letter: vowel
    for vowel, row in zip(
        "あいうえお",
        (
            "あかさたなはまやらわ",
            "いきしちにひみり",
            "うくすつぬふむゆる",
            "えけせてねへめれ",
            "おこそとのほもよろを",
        ),
        strict=True,
    )
    for letter in row
}
LARGE = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")


def in_order(reading: str) -> str:
    """五十音の順に並べる字。濁点と小さな字は大きな清音に，のばす音は前の母音にそろえる。"""
    found = ""
    for letter in unicodedata.normalize("NFD", reading).translate(LARGE):
        if letter == "ー":
            found += VOWELS.get(found[-1:], "")
        elif not unicodedata.combining(letter):
            found += letter
    return found


def test_glossary_is_in_the_order_of_readings():
    """行へ飛ぶ目次が，正しい所を指すように。"""
    text = (ROOT / "book/glossary.md").read_text("utf8")
    readings = re.findall(r"^  （よみ：([^，）]+)", text, re.MULTILINE)
    assert len(readings) > 150
    for before, after in pairwise(readings):
        assert in_order(before) <= in_order(after), f"{after} は {before} より前です"


FIELD = {
    "segmentation/tasks": {
        "物体検出": "物体認識",
        "意味的切り出し": "セマンティックセグメンテーション",
        "実体切り出し": "インスタンスセグメンテーション",
    },
    "segmentation/rcnn": {"背骨": "バックボーン"},
    "segmentation/fpn": {"首": "ネック"},
    "attention/visual_search": {"ガイド付き探索": "誘導探索"},
    "attention/attention_as_softmax": {"**見る**": "ソフト注意"},
    "basics/softmax": {"雑音": "ガンベル分布"},
}
"""章の言い方と，その分野でふつうの言い方。"""


@pytest.mark.parametrize("page", FIELD)
def test_the_words_of_the_field_stand_beside_ours(page):
    """この本の言い方を説明する行か，そのすぐ下に，分野の言い方が書いてある。"""
    lines = prose((ROOT / f"book/{page}.md").read_text("utf8")).splitlines()
    for ours, theirs in FIELD[page].items():
        near = [
            "\n".join(lines[i : i + 3]) for i, line in enumerate(lines) if ours in line
        ]
        assert any(theirs in part for part in near), f"{ours} のそばに {theirs} がない"


def test_one_word_for_instance_segmentation():
    """一つずつ分けて塗る課題は，どの章でも「実体切り出し」と呼ぶ。"""
    pages = {entry.docname: (ROOT / f"{entry.docname}.md") for entry in BOOK.toc}
    found = {
        name: text.count("対象切り出し")
        for name, path in pages.items()
        if (text := path.read_text("utf8")) and name != "book/lecture07"
    }
    named = {name: count for name, count in found.items() if count}
    assert named == {"book/segmentation/tasks": 1, "book/glossary": 1}
