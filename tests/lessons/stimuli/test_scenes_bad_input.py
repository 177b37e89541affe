"""場面の生成器と COCO の書き出し：どんな設定でも正解が絵と合い，端の場合でも壊れないこと。"""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.mask import decode, frPyObjects

from lessons.stimuli import coco, scenes
from lessons.stimuli.scenes import THINGS, SceneConfig

SEEDS = st.integers(0, 2**40)


@st.composite
def configs(draw: st.DrawFn) -> SceneConfig:
    """場面の作り方いろいろ。空の場面，一種類だけの場面，重なりの多い場面も。"""
    fewest = draw(st.integers(0, 4))
    smallest = draw(st.floats(0.05, 0.6))
    return SceneConfig(
        size=draw(st.sampled_from([24, 48, 96])),
        things=tuple(draw(st.permutations(list(THINGS))))[: draw(st.integers(1, 15))],
        fewest=fewest,
        most=fewest + draw(st.integers(0, 4)),
        smallest=smallest,
        largest=smallest + draw(st.floats(0.01, 0.6)),
        rotation=draw(st.floats(0, 180)),
        visible=draw(st.floats(0, 1)),
        noise=draw(st.floats(0, 60)),
        texture=draw(st.floats(0, 90)),
    )


@given(SEEDS, configs())
@settings(max_examples=40)
def test_truth_fits_the_picture_for_any_settings(seed, config):
    scene = scenes.make_scene(seed, config)
    n, size = len(scene.labels), config.size
    assert n <= config.most
    assert scene.image.shape == (size, size, 3)
    assert scene.image.dtype == np.uint8
    assert scene.boxes.shape == (n, 4)
    assert scene.masks.shape == (n, size, size)
    assert scene.keypoints.shape == (n, 13, 3)
    assert (scene.masks.sum(0) <= 1).all()  # 見える部分は重ならない
    assert ((scene.labels >= 0) & (scene.labels < len(config.things))).all()
    assert ((scene.boxes >= 0) & (scene.boxes <= size)).all()
    assert ((scene.semantic > 1) == scene.masks.any(0)).all()
    for mask, label, box in zip(scene.masks, scene.labels, scene.boxes, strict=True):
        assert (scene.semantic[mask] == 2 + label).all()
        x1, y1, x2, y2 = box.astype(int)
        assert mask[y1:y2, x1:x2].sum() == mask.sum()
    placed = scene.keypoints[scene.keypoints[..., 2] > 0]
    assert ((placed[:, :2] >= 0) & (placed[:, :2] < size)).all()
    is_person = np.array([config.things[label] == "person" for label in scene.labels])
    assert not scene.keypoints[~is_person.astype(bool)][..., 2].any()


@given(SEEDS, configs())
@settings(max_examples=15)
def test_coco_keeps_the_truth_for_any_settings(seed, config):
    scene = scenes.make_scene(seed, config)
    written = json.loads(json.dumps(coco.to_coco([scene, scene])))
    reader = COCO()
    reader.dataset = written
    with contextlib.redirect_stdout(io.StringIO()):
        reader.createIndex()
    assert [c["name"] for c in written["categories"]] == list(config.things)
    assert len(written["annotations"]) == 2 * len(scene.labels)
    size = config.size
    for image_id in (1, 2):
        kept = reader.loadAnns(reader.getAnnIds(imgIds=image_id))
        for entry, mask, box, label in zip(
            kept, scene.masks, scene.boxes, scene.labels, strict=True
        ):
            again = decode(frPyObjects(entry["segmentation"], size, size))
            assert np.array_equal(again.astype(bool), mask)
            x, y, w, h = entry["bbox"]
            assert [x, y, x + w, y + h] == box.tolist()
            assert entry["category_id"] == label + 1


@given(st.integers(1, 9), st.integers(1, 9), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_run_lengths_of_any_shape_come_back(height, width, random):
    """空の形も，いっぱいの形も，元に戻る。"""
    shapes = [np.zeros((height, width), bool), np.ones((height, width), bool)]
    spots = [[random.random() < 0.5 for _ in range(width)] for _ in range(height)]
    for mask in (*shapes, np.array(spots)):
        runs = {"size": [height, width], "counts": coco._run_lengths(mask)}
        again = decode(frPyObjects(runs, height, width))
        assert np.array_equal(again.astype(bool), mask)


def test_no_scenes_empty_scenes_and_flat_scenes():
    assert coco.to_coco([])["images"] == []
    empty = scenes.make_scene(0, SceneConfig(fewest=0, most=0))
    assert (empty.semantic < 2).all()
    written = coco.to_coco([empty])
    assert (len(written["images"]), written["annotations"]) == (1, [])
    plain = scenes.make_scene(3, SceneConfig(noise=0, texture=0, fewest=0, most=0))
    colours = np.unique(plain.image.reshape(-1, 3), axis=0)
    assert len(colours) == 2  # 空の色と，地面の色だけ
    assert scenes.make_scenes(0) == []


def test_a_shape_without_pixels_has_a_box_of_zero():
    scene = scenes.make_scene(5, SceneConfig(fewest=1, most=1))
    hidden = replace(scene, masks=scene.masks & False)
    assert scenes.boxes_of(hidden.masks).tolist() == [[0, 0, 0, 0]]
    (entry,) = coco.to_coco([hidden])["annotations"]
    assert entry["area"] == 0


def test_scenes_of_different_kinds_are_not_mixed():
    """番号の意味の違う場面を，黙って同じ番号で書かない。"""
    cats = scenes.make_scene(0, SceneConfig(things=("cat",)))
    dogs = scenes.make_scene(0, SceneConfig(things=("dog",)))
    with pytest.raises(ValueError, match="混じっています"):
        coco.to_coco([cats, dogs])
