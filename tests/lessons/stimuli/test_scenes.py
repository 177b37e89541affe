"""場面の生成器：正解が絵と合っていること，同じ種なら同じ場面になること。"""

import json

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.mask import decode, frPyObjects

from lessons.stimuli import coco, people, scenes


def test_same_seed_same_scene_and_other_seed_other_scene():
    a, b, c = (scenes.make_scene(seed) for seed in (3, 3, 4))
    assert np.array_equal(a.image, b.image)
    assert np.array_equal(a.masks, b.masks)
    assert not np.array_equal(a.image, c.image)


def test_splits_do_not_share_scenes():
    images = [
        scene.image.tobytes()
        for split in scenes.SPLITS
        for scene in scenes.make_scenes(20, split)
    ]
    assert len(set(images)) == len(images)


@pytest.mark.parametrize("seed", range(30))
def test_truth_is_consistent(seed):
    scene = scenes.make_scene(seed)
    n = len(scene.labels)
    assert scene.image.shape == (96, 96, 3)
    assert scene.masks.shape == (n, 96, 96)
    # 見える部分は重ならず，意味の地図と一致する。
    assert (scene.masks.sum(0) <= 1).all()
    for mask, label, box in zip(scene.masks, scene.labels, scene.boxes, strict=True):
        assert (scene.semantic[mask] == 2 + label).all()
        x1, y1, x2, y2 = box.astype(int)
        assert mask[y1:y2, x1:x2].sum() == mask.sum() > 0
    background = ~scene.masks.any(0)
    assert set(np.unique(scene.semantic[background])) <= {0, 1}


def test_every_class_appears_and_objects_differ_in_size_and_overlap():
    many = scenes.make_scenes(400)
    labels = np.concatenate([scene.labels for scene in many])
    assert set(labels) == set(range(len(scenes.THINGS)))
    assert len(scenes.THINGS) >= 12
    areas = np.concatenate([scene.masks.sum((1, 2)) for scene in many])
    assert np.percentile(areas, 95) > 5 * np.percentile(areas, 5)
    touching = sum(len(scene.labels) > 1 and _boxes_meet(scene.boxes) for scene in many)
    assert touching > 40


def _boxes_meet(boxes):
    from lessons.segmentation.metrics import box_iou

    iou = box_iou(boxes, boxes)
    return (iou[np.triu_indices(len(boxes), 1)] > 0.05).any()


def test_people_have_keypoints_on_the_body():
    config = scenes.SceneConfig(things=("person",), smallest=0.5, largest=0.8, most=2)
    seen = 0
    for scene in scenes.make_scenes(20, config=config):
        for mask, joints in zip(scene.masks, scene.keypoints, strict=True):
            for x, y, state in joints:
                if state == 2:
                    assert mask[int(y), int(x)]
                    seen += 1
    assert seen > 200
    assert len(people.KEYPOINTS) == len(people.KEYPOINTS_JA) == len(people.FLIP) == 13


def test_left_and_right_of_people_follow_the_flip_table():
    for index, partner in enumerate(people.FLIP):
        name = people.KEYPOINTS[index]
        swapped = (
            name.replace("left", "L").replace("right", "left").replace("L", "right")
        )
        assert people.KEYPOINTS[partner] == swapped


def test_coco_export_is_read_by_pycocotools(tmp_path):
    many = scenes.make_scenes(12)
    path = tmp_path / "scenes.json"
    path.write_text(json.dumps(coco.to_coco(many)), "utf8")
    reader = COCO(str(path))
    assert len(reader.getImgIds()) == 12
    assert len(reader.getAnnIds()) == sum(len(scene.labels) for scene in many)
    for image_id, scene in enumerate(many, start=1):
        annotations = reader.loadAnns(reader.getAnnIds(imgIds=image_id))
        for annotation, mask in zip(annotations, scene.masks, strict=True):
            encoded = frPyObjects(annotation["segmentation"], 96, 96)
            assert np.array_equal(decode(encoded).astype(bool), mask)
            assert annotation["area"] == mask.sum()


def test_empty_scene_has_empty_truth():
    scene = scenes.make_scene(0, scenes.SceneConfig(fewest=0, most=0))
    assert scene.boxes.shape == (0, 4)
    assert scene.masks.shape == (0, 96, 96)
    assert scene.keypoints.shape == (0, 13, 3)
    assert coco.to_coco([scene])["annotations"] == []


def test_bad_settings_are_told_in_japanese():
    with pytest.raises(ValueError, match="dragon"):
        scenes.SceneConfig(things=("dragon",))
    with pytest.raises(ValueError, match="fewest"):
        scenes.SceneConfig(fewest=3, most=2)
    with pytest.raises(ValueError, match="使える名前"):
        scenes.make_scenes(1, "dev")
