"""写真への答えの描き方：四角・形・関節・種類の色が，答えのとおりの場所に出ること。"""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from lessons import figures
from lessons.segmentation import photo_answers
from lessons.segmentation.mask_rcnn import model as mask_rcnn
from lessons.segmentation.photo_answers import Answer
from lessons.stimuli import photos
from lessons.weights import hub, nanodet, selfie
from lessons.weights.errors import OfflineError

PHOTO = np.full((60, 90, 3), 100, np.uint8)
CLASSES = ["背景", "人", "猫"]


@pytest.fixture(autouse=True)
def _style():
    figures.use_style()
    yield
    plt.close("all")


def found(**more):
    """三つの答え。三つめは確信度が低い。"""
    boxes = np.array([[5, 5, 40, 55], [50, 10, 95, 50], [0, 0, 9, 9]], np.float32)
    labels, scores = np.array([1, 2, 1]), np.array([0.99, 0.9, 0.2], np.float32)
    return {"boxes": boxes, "labels": labels, "scores": scores, **more}


def drawn(answer):
    _, axes = figures.new()
    names = photo_answers.draw(axes, PHOTO, answer)
    return axes, names


def test_only_sure_boxes_are_drawn_with_their_names():
    axes, names = drawn(Answer(found(), CLASSES))
    assert names == [t.get_text() for t in axes.texts] == ["人", "猫"]
    corners = [np.column_stack(line.get_data())[[0, 2]].ravel() for line in axes.lines]
    np.testing.assert_array_equal(corners, found()["boxes"][:2])
    assert [t.get_ha() for t in axes.texts] == ["left", "left"]
    assert axes.get_xlim() == (-0.5, 89.5)  # はみ出た四角でも，写真の範囲のまま
    assert axes.get_ylim() == (59.5, -0.5)


def test_a_name_at_the_right_ends_at_the_right_of_its_box():
    far = {k: v[:1] for k, v in found().items()}
    far["boxes"] = np.array([[80, -5, 99, 50]], np.float32)
    axes, _ = drawn(Answer(far, CLASSES))
    (text,) = axes.texts
    assert text.get_ha() == "right"
    assert text.get_position() == (90, 0)


def test_masks_are_painted_one_colour_each():
    masks = np.zeros((3, 1, 60, 90), np.float32)
    masks[0, 0, 10:20, 10:20] = 0.9
    masks[1, 0, 30:40, 60:80] = 0.9
    masks[2, 0, :5, :5] = 0.9
    axes, _ = drawn(Answer(found(masks=masks), CLASSES))
    shown = np.asarray(axes.images[0].get_array())
    painted = (shown != PHOTO).any(-1)
    assert np.array_equal(painted, masks[:2, 0].sum(0) > 0.5)
    assert not np.array_equal(shown[15, 15], shown[35, 70])


def test_keypoints_are_joined_where_they_are_sure():
    points = np.zeros((3, 17, 3), np.float32)
    points[..., 0] = np.arange(17) * 5
    points[..., 1] = 20
    scores = np.full((3, 17), 5.0, np.float32)
    scores[0, 5:] = -3.0  # 一人めは，顔だけに自信がある
    extra = {"keypoints": points, "keypoints_scores": scores}
    axes, _ = drawn(Answer(found(**extra), CLASSES))
    faces = 4  # 目と鼻と耳を結ぶ線
    assert len(axes.lines) == 2 + faces + len(photo_answers.BONES)


def test_kinds_are_painted_and_named():
    kinds = np.zeros((60, 90), int)
    kinds[30:] = 2  # 下半分が猫
    axes, names = drawn(Answer({"kinds": kinds}, CLASSES))
    assert names == ["猫"]
    shown = np.asarray(axes.images[0].get_array())
    assert np.array_equal(shown[:30], PHOTO[:30])
    assert (shown[30:] != PHOTO[30:]).any(-1).all()
    ((x, y),) = [t.get_position() for t in axes.texts]
    assert (x, y) == (44.5, 44.5)


def test_nothing_found_leaves_the_photo_alone():
    none = {k: v[:0] for k, v in found(masks=np.zeros((3, 1, 60, 90))).items()}
    ground = np.zeros((60, 90), int)
    for answer in (Answer(none, CLASSES), Answer({"kinds": ground}, CLASSES)):
        axes, names = drawn(answer)
        assert names == []
        assert np.array_equal(np.asarray(axes.images[0].get_array()), PHOTO)


class StandIn:
    """取り寄せた検出器の代役。"""

    classes = ("__background__", "person", "diningtable")

    def answer(self, photo):
        return found()


def test_fetched_detectors_answer_and_missing_ones_are_told(monkeypatch, capsys):
    def fetch(name):
        if name == "maskrcnn_resnet50_fpn_v2":
            return StandIn()
        raise OfflineError("つながりません。")

    monkeypatch.setattr(hub, "torchvision_detector", fetch)
    names = ["fasterrcnn_resnet50_fpn_v2", "maskrcnn_resnet50_fpn_v2"]
    answers = photo_answers.ask(names, PHOTO)
    assert capsys.readouterr().out == "つながりません。\n"
    assert list(answers) == ["Mask R-CNN"]
    assert list(answers["Mask R-CNN"].classes)[1:] == ["人", "食卓"]
    fig = photo_answers.draw_all(PHOTO, answers)
    assert [t.get_text() for t in fig.axes[0].texts] == ["人", "食卓"]
    figures.show(fig)


def test_a_segmenter_is_asked_for_the_kind_of_every_pixel(monkeypatch):
    class Segmenter:
        classes = ("__background__", "person", "diningtable")

        def segment(self, photo):
            return np.repeat([[0] * 45 + [1] * 45], 60, axis=0)

    monkeypatch.setattr(hub, "torchvision_segmenter", lambda name: Segmenter())
    answers = photo_answers.ask(["deeplabv3_mobilenet_v3_large"], PHOTO)
    assert list(answers) == ["DeepLabv3"]
    fig = photo_answers.draw_all(PHOTO, answers)
    assert [t.get_text() for t in fig.axes[0].texts] == ["人"]
    figures.show(fig)


def test_without_any_detector_the_packaged_one_answers(monkeypatch, capsys):
    def fetch(name):
        raise OfflineError("つながりません。")

    monkeypatch.setattr(hub, "torchvision_detector", fetch)
    photo = photos.load("astronaut")
    answers = photo_answers.ask(["maskrcnn_resnet50_fpn_v2"], photo)
    assert list(answers) == ["NanoDet-g"]
    assert len(capsys.readouterr().out.splitlines()) == 2
    axes = photo_answers.draw_all(photo, answers).axes[0]
    assert [t.get_text() for t in axes.texts] == ["人"]


def test_four_answers_fit_in_two_columns():
    many = {str(i): Answer(found(), CLASSES) for i in range(3)}
    fig = photo_answers.draw_all(PHOTO, many)
    assert len(fig.axes) == 4
    assert not fig.axes[3].axison
    assert figures.smallest_text_px(fig) >= 9


def test_names_of_both_data_sets_become_japanese():
    assert photo_answers.japanese("person") == "人"
    assert photo_answers.japanese("tvmonitor") == photo_answers.japanese("tv") != "tv"
    assert photo_answers.japanese("__background__") == "__background__"
    for word in photo_answers.VOC_AS_COCO:
        assert photo_answers.japanese(word) != word


def test_two_people_are_one_lump_but_two_boxes():
    """章「Mask R-CNN」の合成写真：人の画素は一つの塊，四角は二つ。"""
    pair = photo_answers.twice(photos.load("astronaut"), 60, 420)
    assert pair.shape == (512, 720, 3)
    person = selfie.pretrained().mask(pair) > 0.5
    assert mask_rcnn.count_blobs(person, 1, smallest=500) == 1
    boxes = nanodet.pretrained().detect(pair)
    people = [b for b, w in zip(boxes.boxes, boxes.labels, strict=True) if w == "人"]
    assert len(people) == 2
    assert "ハンドバッグ" in boxes.labels  # 章が述べる，ヘルメットの誤り
    parts = [mask_rcnn.inside_box(person, box) for box in people]
    assert all(part.sum() > 0.35 * person.sum() for part in parts)
    with pytest.raises(ValueError, match="left"):
        photo_answers.twice(pair, 30, 30)


def test_keeping_the_inside_of_a_box():
    mask = np.ones((4, 6), bool)
    kept = mask_rcnn.inside_box(mask, np.array([-2.0, 1.0, 3.0, 9.0]))
    assert kept.sum() == 9
    assert kept[1:, :3].all()
    assert not mask_rcnn.inside_box(mask, np.array([5.0, 3.0, 1.0, 1.0])).any()


def test_box_colour_is_a_token_of_the_book():
    axes, _ = drawn(Answer(found(), CLASSES))
    assert to_hex(axes.lines[0].get_color()) == figures.COLORS["orange"].lower()
