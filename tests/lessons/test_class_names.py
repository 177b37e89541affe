"""日本語のクラス名：全部あり，重ならず，torchvision の英語名と同じ順に並ぶ。"""

import re
import unicodedata

import numpy as np
import pytest
import torch
from torchvision.models._meta import _COCO_CATEGORIES, _IMAGENET_CATEGORIES

from lessons import class_names

IMAGENET = class_names.imagenet_japanese()
COCO = class_names.coco_japanese()
JAPANESE_LETTER = re.compile(r"[\u3040-\u30ff\u3005\u4e00-\u9fff]")
ALLOWED = re.compile(r"[\u3040-\u30ff\u3005\u4e00-\u9fffTCD]+")


def test_imagenet_is_complete_and_in_the_order_of_torchvision():
    assert class_names.imagenet_english() == list(_IMAGENET_CATEGORIES)
    assert len(IMAGENET) == 1000


def test_imagenet_names_are_unique():
    assert len(set(IMAGENET)) == 1000


def test_coco_has_eighty_unique_names_in_the_order_of_torchvision():
    english = [c for c in _COCO_CATEGORIES if c not in ("N/A", "__background__")]
    assert list(COCO) == english
    assert len(set(COCO.values())) == len(COCO) == 80


def test_coco_slots_follow_the_91_numbers_of_torchvision():
    slots = class_names.coco_slots_japanese()
    assert len(slots) == len(_COCO_CATEGORIES) == 91
    assert slots[0] == "背景"
    for english, japanese in zip(_COCO_CATEGORIES[1:], slots[1:], strict=True):
        assert japanese == COCO.get(english, class_names.MISSING)
    assert slots.count(class_names.MISSING) == 10


def test_every_name_is_plain_japanese():
    names = [*IMAGENET, *class_names.coco_slots_japanese()]
    assert [n for n in names if unicodedata.normalize("NFKC", n) != n] == []
    assert [n for n in names if not ALLOWED.fullmatch(n)] == [], "英字は C，D，T だけ"
    assert [n for n in names if not JAPANESE_LETTER.search(n)] == []


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("crane bird", "ツル"),
        ("crane", "クレーン"),
        ("kite", "トビ"),
        ("cardigan", "カーディガン"),
        ("Cardigan", "ウェルシュ・コーギー・カーディガン"),
        ("boxer", "ボクサー犬"),
        ("mortar", "乳鉢"),
        ("plane", "かんな"),
        ("bow", "弓"),
        ("pot", "植木鉢"),
        ("maillot", "レオタード"),
        ("maillot tank suit", "ワンピース水着"),
        ("computer keyboard", "パソコンのキーボード"),
        ("typewriter keyboard", "タイプライターのキーボード"),
    ],
)
def test_ambiguous_words_take_the_sense_of_imagenet(english, japanese):
    assert class_names.japanese_name(_IMAGENET_CATEGORIES.index(english)) == japanese


def test_kite_is_a_bird_in_imagenet_and_a_toy_in_coco():
    assert COCO["kite"] == "凧"


@pytest.mark.parametrize("index", [285, np.int64(285), torch.tensor(285)])
def test_index_may_come_from_numpy_or_torch(index):
    assert class_names.japanese_name(index) == "エジプシャン・マウ"


@pytest.mark.parametrize("index", [-1, 1000, 10**9])
def test_number_out_of_range_is_refused_in_japanese(index):
    with pytest.raises(IndexError, match="0〜999"):
        class_names.japanese_name(index)


@pytest.mark.parametrize("index", [1.0, "285", None])
def test_what_is_not_a_number_of_a_class_is_refused_in_japanese(index):
    with pytest.raises(TypeError, match="整数"):
        class_names.japanese_name(index)


def test_caller_cannot_change_the_table():
    class_names.imagenet_japanese()[0] = "改変"
    class_names.coco_japanese()["person"] = "改変"
    assert class_names.japanese_name(0) == "テンチ"
    assert class_names.coco_japanese()["person"] == "人"
