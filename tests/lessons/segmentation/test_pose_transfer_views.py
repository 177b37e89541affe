"""姿勢の移し替え：前向きと後ろ姿の絵と，左右の数え方。"""

import numpy as np
import pytest

from lessons.segmentation.pose_transfer import views, yours
from lessons.stimuli.people import FLIP
from lessons.weights import movenet


def read_from(points):
    """正解のとおりに読んだ，17 の特徴点。"""
    return np.column_stack([np.vstack([np.zeros((5, 2)), points[1:]]), np.ones(17)])


def test_back_and_front_differ_only_in_the_head_and_the_names():
    front, ours = views.draw_view(3, "front")
    back, theirs = views.draw_view(3, "back")
    np.testing.assert_allclose(theirs, ours[list(FLIP)])
    assert ours[1, 0] > ours[2, 0]  # こちらを向く人の左肩は，画面の右
    rows = np.flatnonzero((front != back).any(axis=(1, 2)))
    assert abs(rows.mean() - ours[0, 1]) < 0.085 * views.HEIGHT * 1.2
    with pytest.raises(ValueError, match="向き 'side' はありません"):
        views.draw_view(0, "side")


def test_sides_are_counted_right_wrong_or_neither():
    _, points = views.draw_view(5, "front")
    right, wrong = views.sided(read_from(points), points, 5)
    assert wrong == 0
    assert right > 0.8
    assert views.sided(read_from(points[list(FLIP)]), points, 5) == (0, right)
    assert views.sided(read_from(points + 80), points, 5) == (0, 0)


def test_the_face_tells_the_sides():
    """頁の言葉：体は同じでも，顔がなければ，左右の正しい関節が減り，取り違えが増える。"""
    net = movenet.pretrained()
    right, wrong = {}, {}
    for facing in ("front", "faceless"):
        shares = [
            views.sided(net.keypoints(image), points, views.NEAR * views.HEIGHT)
            for image, points in (views.draw_view(300 + i, facing) for i in range(12))
        ]
        right[facing], wrong[facing] = np.mean(shares, axis=0)
    assert right["front"] > right["faceless"] + 0.15
    assert wrong["faceless"] > wrong["front"] + 0.1


def test_the_face_tells_the_sides_and_the_fringe_hardly_does():
    """頁の言葉：顔だけを写せば前向きの絵に近く，前髪だけでは，ずっと及ばない。"""
    net, right = movenet.pretrained(), {}
    for part in ("face", "fringe"):
        shares = []
        for seed in range(300, 312):
            front, points = views.draw_view(seed, "front")
            image = views.draw_view(seed, "faceless")[0].copy()
            line = int(points[0, 1] - 0.03 * views.HEIGHT)
            rows = slice(line, None) if part == "face" else slice(None, line)
            image[rows] = front[rows]
            near = views.NEAR * views.HEIGHT
            shares.append(views.sided(net.keypoints(image), points, near)[0])
        right[part] = np.mean(shares)
    assert right["face"] > right["fringe"] + 0.1


def test_yours_stands_beside_the_network():
    net = movenet.pretrained()
    assert yours.truth() == "右左右左右左"
    lines = yours.graded(yours.truth(), net)
    assert "前向き 3 / 3，後ろ姿 3 / 3" in lines[1]
    assert "まだ答え" in yours.graded(..., net)[0]
    with pytest.raises(ValueError, match="「右」か「左」の 6 字"):
        yours.graded("右右", net)
