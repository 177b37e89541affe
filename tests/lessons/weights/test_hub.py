"""torchvision の部品を取り寄せる道を，手元の小さな配り手で確かめる。"""

import hashlib
import http.server
import socket
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torchvision.models import SqueezeNet1_1_Weights, detection, segmentation

from lessons.weights import hub
from lessons.weights.errors import OfflineError, WeightsError

NAME = "squeezenet1_1"


@pytest.fixture
def served(tmp_path, monkeypatch):
    """127.0.0.1 の配り手。置き場所と，``url(ファイル名)`` を返す。"""
    shelf = tmp_path / "shelf"
    shelf.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(shelf))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    yield shelf, lambda file: f"http://127.0.0.1:{server.server_port}/{file}"
    server.shutdown()
    server.server_close()
    thread.join()


def put(shelf, digest=None):
    """小さな重みを配り手に置き，ファイル名と，入れた状態を返す。"""
    torch.manual_seed(3)
    state = torchvision.models.get_model(NAME, weights=None).state_dict()
    path = shelf / "new.pth"
    torch.save(state, path)
    digest = digest or hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    path.rename(shelf / f"{NAME}-{digest}.pth")
    return f"{NAME}-{digest}.pth", state


def point_to(monkeypatch, url):
    monkeypatch.setattr(SqueezeNet1_1_Weights.DEFAULT.value, "url", url)


def test_model_and_its_own_preprocessing_arrive(served, monkeypatch):
    shelf, url = served
    file, state = put(shelf)
    point_to(monkeypatch, url(file))
    classifier = hub.torchvision_classifier(NAME)
    assert not classifier.model.training
    for key, value in classifier.model.state_dict().items():
        assert torch.equal(value.cpu(), state[key]), key
    image = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    expected = SqueezeNet1_1_Weights.DEFAULT.transforms()(Image.fromarray(image))
    torch.testing.assert_close(classifier.input(image)[0].cpu(), expected)
    assert classifier.probabilities(image).shape == (1000,)


def test_second_time_needs_no_network(served, monkeypatch):
    shelf, url = served
    file, _ = put(shelf)
    point_to(monkeypatch, url(file))
    hub.torchvision_classifier(NAME)
    (shelf / file).unlink()
    hub.torchvision_classifier(NAME)


def test_wrong_hash_is_refused_and_not_kept(served, monkeypatch):
    shelf, url = served
    file, _ = put(shelf, digest="00000000")
    point_to(monkeypatch, url(file))
    with pytest.raises(WeightsError, match="sha256 が名前と違う"):
        hub.torchvision_classifier(NAME)
    kept = torch.hub.get_dir() + "/checkpoints"
    assert not list(Path(kept).glob("*.pth"))


def test_spoiled_kept_file_is_refused(served, monkeypatch):
    shelf, url = served
    file, _ = put(shelf)
    point_to(monkeypatch, url(file))
    hub.torchvision_classifier(NAME)
    kept = Path(torch.hub.get_dir(), "checkpoints", file)
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsError, match="消して") as caught:
        hub.torchvision_classifier(NAME)
    assert str(kept) in str(caught.value)


def test_refusal_of_the_server_is_told(served, monkeypatch):
    _, url = served
    point_to(monkeypatch, url("gone-12345678.pth"))
    with pytest.raises(WeightsError, match="404"):
        hub.torchvision_classifier(NAME)


def test_no_network_is_one_clear_sentence(served, monkeypatch):
    with socket.socket() as free:  # 誰も聞いていない口
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    point_to(monkeypatch, f"http://127.0.0.1:{port}/{NAME}-12345678.pth")
    before = socket.getdefaulttimeout()
    with pytest.raises(OfflineError, match="インターネットにつながらない") as caught:
        hub.torchvision_classifier(NAME)
    assert "efficientnet_lite0.pretrained()" in str(caught.value)
    assert socket.getdefaulttimeout() == before


def test_unknown_name_lists_close_ones():
    with pytest.raises(ValueError, match="resnet50"):
        hub.torchvision_classifier("resnet51")
    with pytest.raises(ValueError, match="一覧は"):
        hub.torchvision_classifier("???")
    assert "resnet50" in hub.classifier_names()
    assert not [n for n in hub.classifier_names() if "fasterrcnn" in n]


def put_on_shelf(name, default, served, monkeypatch):
    """乱数の重みを代役の配り手に置き，その中身を返す。"""
    shelf, url = served
    torch.manual_seed(3)
    model = torchvision.models.get_model(name, weights=None, weights_backbone=None)
    path = shelf / "new.pth"
    torch.save(model.state_dict(), path)
    file = f"{name}-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth"
    path.rename(shelf / file)
    monkeypatch.setattr(default.value, "url", url(file))
    return model.state_dict()


DETECTOR = "ssdlite320_mobilenet_v3_large"


def test_detector_arrives_and_answers(served, monkeypatch):
    default = detection.SSDLite320_MobileNet_V3_Large_Weights.DEFAULT
    state = put_on_shelf(DETECTOR, default, served, monkeypatch)
    detector = hub.torchvision_detector(DETECTOR)
    assert not detector.model.training
    for key, value in detector.model.state_dict().items():
        assert torch.equal(value.cpu(), state[key]), key
    assert detector.classes[1] == "person"
    found = detector.answer(np.zeros((60, 80, 3), np.uint8))
    assert set(found) == {"boxes", "labels", "scores"}
    assert found["boxes"].shape == (len(found["scores"]), 4)
    with pytest.raises(ValueError, match="uint8"):
        detector.answer(np.zeros((60, 80)))


@pytest.mark.parametrize(
    ("load", "default", "instead"),
    [
        (
            hub.torchvision_detector,
            detection.MaskRCNN_ResNet50_FPN_V2_Weights.DEFAULT,
            "nanodet",
        ),
        (
            hub.torchvision_segmenter,
            segmentation.DeepLabV3_ResNet50_Weights.DEFAULT,
            "selfie",
        ),
    ],
)
def test_without_network_the_offline_one_is_named(
    load, default, instead, served, monkeypatch
):
    with socket.socket() as free:  # 誰も聞いていない口
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    name = type(default).__name__.removesuffix("_Weights").lower()
    monkeypatch.setattr(
        default.value, "url", f"http://127.0.0.1:{port}/{name}-12345678.pth"
    )
    with pytest.raises(OfflineError, match=rf"{instead}\.pretrained\(\)"):
        load(name)


def test_unknown_detector_lists_close_ones():
    with pytest.raises(ValueError, match="fasterrcnn_resnet50_fpn"):
        hub.torchvision_detector("fasterrcnn_resnet50")
    for name in (
        "fasterrcnn_resnet50_fpn_v2",
        "maskrcnn_resnet50_fpn_v2",
        "keypointrcnn_resnet50_fpn",
    ):
        assert name in hub.detector_names()
    with pytest.raises(ValueError, match="検出器"):
        hub.torchvision_detector("deeplabv3_mobilenet_v3_large")


SEGMENTER = "lraspp_mobilenet_v3_large"


def test_segmenter_answers_every_pixel_of_the_photo(served, monkeypatch):
    default = segmentation.LRASPP_MobileNet_V3_Large_Weights.DEFAULT
    state = put_on_shelf(SEGMENTER, default, served, monkeypatch)
    segmenter = hub.torchvision_segmenter(SEGMENTER)
    assert not segmenter.model.training
    for key, value in segmenter.model.state_dict().items():
        assert torch.equal(value.cpu(), state[key]), key
    assert len(segmenter.classes) == 21
    assert segmenter.classes[15] == "person"
    photo = np.random.default_rng(0).integers(0, 256, (60, 84, 3), np.uint8)
    kinds = segmenter.segment(photo)
    assert kinds.shape == (60, 84)
    assert 0 <= kinds.min() <= kinds.max() < 21
    with torch.no_grad():  # 縮めた写真の得点を，元の大きさに広げた答え
        x = default.transforms()(torch.from_numpy(photo).permute(2, 0, 1))[None]
        scores = segmenter.model(x.to(next(segmenter.model.parameters()).device))
        fine = torch.nn.functional.interpolate(
            scores["out"], (60, 84), mode="bilinear", align_corners=False
        )
    np.testing.assert_array_equal(kinds, fine[0].argmax(0).cpu().numpy())
    with pytest.raises(ValueError, match="uint8"):
        segmenter.segment(np.zeros((60, 80)))


def test_unknown_segmenter_lists_close_ones():
    with pytest.raises(ValueError, match="deeplabv3_resnet50"):
        hub.torchvision_segmenter("deeplab_resnet50")
    with pytest.raises(ValueError, match="意味的切り出し"):
        hub.torchvision_segmenter("fasterrcnn_resnet50_fpn_v2")
    assert "fcn_resnet50" in hub.segmenter_names()
