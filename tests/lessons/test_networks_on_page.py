"""読者の写真で動かすネットワーク：書き出した答えは torch と同じで，困る部品は，場所と直し方を言って断る。"""

import dataclasses
import gzip
import json
import re

import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup
from torch import nn

from lessons import interactive, networks_on_page
from lessons.attention.cam import on_page as cam_on_page
from lessons.attention.cam.model import cam
from lessons.attention.saliency import model as saliency_model
from lessons.attention.saliency import on_page as saliency_on_page
from lessons.attention.saliency.scanpath import scanpath
from lessons.networks_on_page import (
    Lab,
    NetworkError,
    as_input,
    export,
    int8_scale,
    square,
    to_page,
)
from lessons.segmentation.pose import on_page as pose_on_page
from lessons.segmentation.tasks import on_page as tasks_on_page
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0, movenet, nanodet

LAB = Lab("boxes", "試し", ("一文。",), ("y",), side=24, tolerance={"y": 0.05})
PHOTO = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)


class Small(nn.Module):
    """畳み込みと線形層が一枚ずつ。"""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 32, 5, padding=2)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        return self.fc(self.conv(x / 255).relu().mean((2, 3)))[0]


class Eigen(nn.Module):
    """ONNX にない演算を使う部品。"""

    def forward(self, x):
        return torch.linalg.svd(x[0, 0]).S


def answers(content, pixels):
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, {"photo": as_input(pixels).numpy()})


@pytest.mark.parametrize(("precision", "away"), [("fp16", 1e-3), ("int8", 2e-2)])
def test_exported_answers_are_those_of_torch(precision, away):
    lab = dataclasses.replace(LAB, precision=precision)
    pixels, net = square(PHOTO, lab), Small().eval()
    (found,) = answers(export(net, [pixels], lab), pixels)
    with torch.no_grad():
        assert np.abs(found - net(as_input(pixels)).numpy()).max() < away


def test_weights_are_kept_small():
    pixels = square(PHOTO, LAB)
    sizes = {
        precision: len(
            export(Small(), [pixels], dataclasses.replace(LAB, precision=precision))
        )
        for precision in ("fp16", "int8")
    }
    count = 32 * 3 * 25
    assert sizes["int8"] < sizes["fp16"] < 4 * count + 2500
    assert sizes["fp16"] - sizes["int8"] > 0.8 * count


def test_weights_in_int8_are_within_half_a_step():
    values = np.random.default_rng(0).normal(size=(8, 200)).astype(np.float32)
    values[3] = 0  # 働いていないチャンネル
    scale = int8_scale(values)
    whole = np.round(values / scale)
    assert np.abs(whole).max(1)[[0, 1, 2, 4]].tolist() == [127] * 4
    assert (np.abs(whole * scale - values) <= scale / 2 + 1e-7).all()


@pytest.mark.parametrize(
    ("net", "changes", "words"),
    [
        (Eigen(), {}, r"演算 aten::linalg_svd.*計算に替えて"),
        (Small(), {"tolerance": {"y": 0.0}}, r"torch と .* 違います（許す差 0）"),
        (Small(), {"kind": "plot"}, "見せ方（kind） 'plot' はありません"),
        (Small(), {"fit": "zoom"}, "写真の合わせ方（fit）"),
        (Small(), {"precision": "int4"}, "重みの縮め方（precision）"),
    ],
)
def test_trouble_names_the_place_and_the_way_out(tmp_path, net, changes, words):
    lab = dataclasses.replace(LAB, **changes)
    with pytest.raises(NetworkError, match=words) as info:
        to_page(net, {"写真": PHOTO}, lab, tmp_path)
    assert re.match(r"\S*test_networks_on_page\.py:\d+: ネットワーク", str(info.value))


def test_other_best_answer_is_refused(monkeypatch):
    """許す差の中でも，いちばんの答えが替われば断る。"""

    class Answers(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3 * 24 * 24, 2)
            nn.init.constant_(self.fc.weight, 1e-6)
            self.fc.weight.data[0] *= 2
            self.fc.bias.data = torch.tensor([0.0, 1e-4])

        def forward(self, x):
            return self.fc(x.flatten(1))[0]

    lab = dataclasses.replace(LAB, precision="int8", tolerance={"y": 100.0})
    pixels = square(PHOTO, lab)
    coarse = np.full((2, 1), 1.0, np.float32)  # どの重みも 0 に丸める目盛り
    monkeypatch.setattr(networks_on_page, "int8_scale", lambda values: coarse)
    export(Answers(), [pixels], lab)
    with pytest.raises(NetworkError, match="いちばんの答えも違う"):
        export(Answers(), [pixels], dataclasses.replace(lab, answers=("y",)))


def test_heavy_network_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(networks_on_page, "MOST_BYTES", 1000)
    with pytest.raises(NetworkError, match=r"MB あります（上限 0\.0 MB）.*int8"):
        to_page(Small(), {"写真": PHOTO}, LAB, tmp_path)


@pytest.mark.parametrize(
    ("examples", "words"),
    [({}, "見本の写真がありません"), ({"灰": PHOTO[..., 0]}, "「灰」の形が")],
)
def test_bad_examples_are_refused(tmp_path, examples, words):
    with pytest.raises(NetworkError, match=words):
        to_page(Small(), examples, LAB, tmp_path)


def test_page_is_light_and_names_its_files(tmp_path):
    html, names = to_page(Small(), {"甲": PHOTO, "乙": PHOTO[::-1]}, LAB, tmp_path)
    box = BeautifulSoup(html, "html.parser").select_one(".lab")
    spec = json.loads((tmp_path / box["data-spec"].removeprefix("asset:")).read_text())
    assert {path.name for path in tmp_path.iterdir()} == set(names)
    assert [one["name"] for one in spec["samples"]] == ["甲", "乙"]
    assert spec["fill"] == "rgb(0 0 0)"
    packed = (tmp_path / spec["network"]).read_bytes()
    assert len(packed) == spec["bytes"] == int(box["data-bytes"])
    pixels = square(PHOTO, LAB)
    assert answers(gzip.decompress(packed), pixels)[0].shape == (10,)
    assert len(html) < 2000
    assert to_page(Small(), {"甲": PHOTO, "乙": PHOTO[::-1]}, LAB, tmp_path)[1] == names


def test_nothing_is_written_where_there_is_no_page(monkeypatch, capsys):
    monkeypatch.delenv("LESSONS_ASSETS", raising=False)
    interactive.network(Eigen(), {"写真": PHOTO}, LAB)
    assert "本の頁で試せます" in capsys.readouterr().out


def test_unknown_name_of_interactive():
    with pytest.raises(AttributeError, match="はありません"):
        interactive.nothing  # noqa: B018


@pytest.mark.parametrize(("fit", "middle"), [("crop", 24), ("pad", 18)])
def test_photo_becomes_a_square(fit, middle):
    lab = dataclasses.replace(LAB, fit=fit, fill=(255, 0, 0))
    pixels = square(np.zeros((30, 40, 3), np.uint8), lab)
    assert pixels.shape == (24, 24, 3)
    assert (pixels[:, 0, 0] == 0).sum() == middle


@torch.no_grad()
@pytest.mark.parametrize("name", ["coffee", "astronaut"])
def test_saliency_on_the_page_is_that_of_the_chapter(name):
    pixels = square(photos.load(name), saliency_on_page.LAB)
    S, path = saliency_on_page.SaliencyOnPage()(as_input(pixels))
    wanted = saliency_model.saliency(pixels).S[0, 0]
    assert torch.allclose(S, wanted, atol=1e-6)
    seen = [(f.x / 512, f.y / 512) for f in scanpath(wanted, (512, 512))[:5]]
    assert np.allclose(path, seen)


@torch.no_grad()
def test_cam_on_the_page_is_that_of_the_chapter():
    net = efficientnet_lite0.pretrained()
    pixels = square(photos.load("coffee"), cam_on_page.LAB)
    p, top, M = cam_on_page.CamOnPage().eval()(as_input(pixels))
    x = net.eyes.tensor(pixels.astype(np.float32) / 255)
    best = net.model(x).softmax(1)[0].topk(5)
    assert top.tolist() == best.indices.tolist()
    assert torch.allclose(p[top], best.values, atol=1e-5)
    for number, own in zip(top, M, strict=True):
        assert torch.allclose(own, cam(net.model, x, int(number)).M, atol=1e-3)


@torch.no_grad()
def test_pose_on_the_page_is_that_of_movenet():
    for turn in (1, -1):
        pixels = square(photos.load("astronaut")[::turn], pose_on_page.LAB)
        x = as_input(pixels)
        points = pose_on_page.PoseOnPage().eval()(x)
        wanted = movenet.decode(movenet.pretrained().model(x))[:, [1, 0, 2]]
        assert torch.allclose(points, wanted, atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_boxes_on_the_page_are_those_of_nanodet(name):
    photo = square(photos.load(name), tasks_on_page.LAB)
    boxes, scores, kinds, kept = tasks_on_page.BoxesOnPage().eval()(as_input(photo))
    keep = ((kept > 0.5) & (scores >= 0.1)).nonzero()[:, 0]
    keep = keep[scores[keep].argsort(descending=True)]
    wanted = nanodet.pretrained().detect(photo, score=0.1)
    assert len(keep) == len(wanted.scores) > 0
    assert np.allclose(scores[keep], wanted.scores, atol=1e-4)
    assert kinds[keep].tolist() == wanted.classes.tolist()
    clamped = (boxes[keep] * 416).clamp(0, 416)
    assert np.allclose(clamped, wanted.boxes, atol=1e-2)


def test_parallel_suppression_is_the_greedy_one():
    rng = np.random.default_rng(1)
    corner = rng.uniform(0, 40, (60, 2))
    boxes = torch.tensor(np.hstack([corner, corner + rng.uniform(10, 30, (60, 2))]))
    kinds = torch.tensor(rng.integers(0, 3, 60))
    kept = []
    for i in range(60):
        a = boxes[i]
        for j in kept:
            b = boxes[j]
            side = (torch.minimum(a, b)[2:] - torch.maximum(a, b)[:2]).clamp(min=0)
            both = side.prod()
            area = (a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod()
            if kinds[i] == kinds[j] and both / (area - both) > tasks_on_page.OVERLAP:
                break
        else:
            kept.append(i)
    scores = torch.linspace(1, 0.1, 60)
    found = tasks_on_page.suppress(boxes, scores, kinds)
    assert found.nonzero()[:, 0].tolist() == kept
