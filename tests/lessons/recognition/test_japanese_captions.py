"""章 recognition/japanese_captions：書体，ふだんの名前の表，確率の足し算。"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lessons import figures
from lessons.class_names import coco_japanese, imagenet_english, imagenet_japanese
from lessons.exercises import judge
from lessons.recognition.japanese_captions import by_photo, model, yours
from lessons.recognition.japanese_captions.glyphs import missing
from lessons.recognition.japanese_captions.levels import grouping, levels, members
from lessons.stimuli import photos
from lessons.stimuli.naming_pictures import STYLES, pictures, words


def test_the_font_of_the_book_has_every_name() -> None:
    figures.use_style()  # 本の書体を matplotlib に教える
    every = imagenet_japanese() + list(coco_japanese().values())
    assert missing(every, "IPAexGothic") == []
    assert missing("犬 dog 犬", "DejaVu Sans") == ["犬"]
    with pytest.raises(ValueError, match="書体 'No Such Font' がありません"):
        missing("犬", "No Such Font")


def test_levels_cover_every_class_once() -> None:
    assert [level.index for level in levels()] == list(range(1000))
    assert all(level.depth > 2 for level in levels())
    assert all(level.steps >= 0 for level in levels())
    assert all(level.basic or level.steps == 0 for level in levels())


@pytest.mark.parametrize(
    ("english", "basic"),
    [
        ("Blenheim spaniel", "犬"),
        ("Egyptian cat", "猫"),
        ("king penguin", "鳥"),
        ("goldfish", "魚"),
        ("sports car", "車"),
        ("rocking chair", "いす"),
        ("umbrella", ""),
    ],
)
def test_known_classes_have_their_everyday_name(english: str, basic: str) -> None:
    assert levels()[imagenet_english().index(english)].basic == basic


def test_most_missing_coco_names_are_not_split_into_finer_words() -> None:
    """COCO と同じ語が少ないことは，ImageNet の語の細かさだけからは来ない。"""
    apart = [n for n in coco_japanese().values() if n not in imagenet_japanese()]
    finer = [name for name in apart if name in members()]
    assert {"犬", "鳥", "バス"} <= set(finer)
    assert not {"キリン", "消火栓", "椅子"} & set(finer)
    assert len(finer) < len(apart) / 2


def test_group_sizes() -> None:
    sizes = {name: len(many) for name, many in members().items()}
    assert sizes["犬"] == 118
    assert sizes["鳥"] == 59
    assert next(iter(sizes)) == "犬"
    assert set(model.CONCEPTS) <= set(sizes)
    assert min(sizes[name] for name in model.CONCEPTS) >= 2


@pytest.mark.parametrize("control", ["any", "within"])
def test_shuffled_groups_keep_their_sizes(control: str) -> None:
    own, mixed = grouping(), grouping(control, 3)
    assert not np.array_equal(own, mixed)
    assert np.array_equal(np.bincount(own), np.bincount(mixed))
    assert np.array_equal(mixed, grouping(control, 3))
    if control == "within":
        assert np.array_equal(np.sort(own[:398]), np.sort(mixed[:398]))
    with pytest.raises(ValueError, match="使える名前: any，within"):
        grouping("all")


def test_group_sums() -> None:
    p = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.1, 0.1, 0.7]])
    sums = model.group_sums(p, np.array([0, 1, 1, 0]))
    assert np.allclose(sums, [[0.5, 0.5], [0.8, 0.2]])


def test_within_share_of_made_up_answers() -> None:
    groups = grouping()
    dogs, cats = members()["犬"], members()["猫"]
    p = np.full((3, 1000), 1e-9)
    p[0, dogs[:2]] = 0.6, 0.4  # 残りは，すべて犬
    p[1, [dogs[0], cats[0]]] = 0.6, 0.4  # 残りは，すべて猫
    alone = next(level.index for level in levels() if not level.basic)
    p[2, alone] = 0.9  # 組にクラスが一つしかない
    found = model.within_share(p / p.sum(1, keepdims=True), groups)
    chance = 117 / 999
    assert found == pytest.approx([1 - chance, -chance], abs=1e-4)


def test_uniform_answers_are_at_chance() -> None:
    p = np.full((1, 1000), 0.001)
    p[0, members()["犬"][0]] += 1e-6
    p /= p.sum()
    assert model.within_share(p, grouping()) == pytest.approx([0], abs=1e-4)


def test_shown_pictures_are_the_same_for_a_seed() -> None:
    images, names = model.shown(2, 4)
    again, same = model.shown(2, 4)
    other, _ = model.shown(3, 4)
    assert images.shape == (4, 224, 224, 3)
    assert np.array_equal(images, again)
    assert names == same
    assert set(names) <= set(model.CONCEPTS)
    assert not np.array_equal(images, other)


def test_trained_network_confuses_within_everyday_names() -> None:
    own = model.confusion_within_basic(0, items=24).mean()
    mixed = model.confusion_within_basic(0, "any", items=24).mean()
    assert own > 0.1 > abs(mixed)


def test_one_regrouping_is_not_enough_as_a_control() -> None:
    """動物と物を混ぜない組は，平均ではほとんど集まらないが，一通りだけなら，たまたま集まる。"""
    p = model.probabilities(model.crops(0, 48))
    again = [model.within_share(p, grouping("within", k)).mean() for k in range(20)]
    assert abs(np.mean(again)) < 0.05 < 0.1 < max(again)
    assert model.within_share(p, grouping()).mean() > 2 * max(again)
    mammals = np.r_[147:298, 330:389]  # 哺乳類の中だけで作り直すと，いくらか集まる
    shares = []
    for k in range(10):
        groups = grouping().copy()
        groups[mammals] = np.random.default_rng(k).permutation(groups[mammals])
        shares.append(model.within_share(p, groups).mean())
    assert 0.05 < np.mean(shares) < model.within_share(p, grouping()).mean() - 0.05


def test_crops_are_the_same_for_a_seed() -> None:
    one, again, other = (model.crops(seed, 3) for seed in (0, 0, 1))
    assert one.shape == (3, 224, 224, 3)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert model.crops(0, 3, blur=2.0).std() < one.std()


def test_basic_accuracy_is_right_or_wrong() -> None:
    found = model.basic_accuracy(0, items=6)
    assert found.shape == (6,)
    assert set(found) <= {0.0, 1.0}


def test_reader_answers_are_counted() -> None:
    assert len(yours.asked()) == yours.ASKED == len(set(yours.asked()))
    assert yours.said("○" * 5 + "×" * 15) == "そのまま言う見出し語：5 / 20（0.25）"
    assert "まだ" in yours.said(...)
    with pytest.raises(ValueError, match="20 字"):
        yours.said("○×")


def test_exercises_accept_other_right_answers() -> None:
    def add(p: np.ndarray, groups: np.ndarray) -> list[float]:
        return [float(p[groups == k].sum()) for k in range(groups.max() + 1)]

    assert judge("japanese_captions/add", add)[0]
    share = sum(row.steps > 0 and row.basic != "犬" for row in levels()) / 1000
    assert judge("japanese_captions/without_dogs", share)[0]
    assert not judge("japanese_captions/without_dogs", share + 0.01)[0]


def test_crops_are_told_apart_by_their_photo() -> None:
    """同じくじを引く：名前の写真から，切り抜きと同じ場所を切れる。"""
    crops, names = model.crops(7, 4), by_photo.cut_from(7, 4)
    g = np.random.default_rng(7)
    for crop, name in zip(crops, names, strict=True):
        assert str(g.choice(list(photos.PHOTOS))) == name
        photo = Image.fromarray(photos.load(name))
        side = round(min(photo.size) * g.uniform(0.5, 1))
        left, top = (int(g.integers(0, n - side + 1)) for n in photo.size)
        part = photo.crop((left, top, left + side, top + side)).resize((224, 224))
        assert np.array_equal(crop, np.asarray(part))


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 1000, 1001])
def test_confusion_within_everyday_names_comes_from_two_photos(seed: int) -> None:
    """迷いの集まりは，どの切り抜きでも，猫と馬の影絵（答えは犬）の写真だけで大きい。"""
    p, names = model.probabilities(model.crops(seed, 48)), by_photo.cut_from(seed, 48)
    found = {one.photo: one for one in by_photo.shares(p, names)}
    assert (found["chelsea"].answer, found["horse"].answer) == ("猫", "犬")
    assert min(found["chelsea"].share, found["horse"].share) > 0.4
    rest = [
        one.share for name, one in found.items() if name not in ("chelsea", "horse")
    ]
    assert rest
    assert max(rest) < 0.3
    with pytest.raises(ValueError, match="48 枚に，写真の名前が 1 個"):
        by_photo.shares(p, ["horse"])


def test_a_dog_emoji_is_called_a_dog_in_no_style_at_one_size() -> None:
    place = [word.concept for word in words()].index("dog")
    drawn = [model.placed(pictures(style)[place]) for style in STYLES]
    said = model.probabilities(np.stack(drawn)).argmax(1)
    assert len(said) == 8
    assert "犬" not in {levels()[int(one)].basic for one in said}
    twemoji = pictures("twemoji")[place]
    resized = [model.placed(twemoji, size) for size in (0.8, 1.2)]
    said = model.probabilities(np.stack(resized)).argmax(1)
    assert {levels()[int(one)].basic for one in said} == {"犬"}
