"""章の部屋：どの部屋にも頁があり，効果は部屋の章を名のり，使わないものを読み込まない。"""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lessons
from lessons.effects.measure import measure_of
from lessons.effects.protocol import Protocol, all_protocols

ROOT = Path(__file__).parents[2]
PACKAGE = Path(lessons.__file__).parent
PAGES = {
    path.relative_to(ROOT / "book").with_suffix("")
    for path in (ROOT / "book").glob("*/*.md")
}
PARTS = {page.parts[0] for page in PAGES}


def rooms(file: str) -> set[Path]:
    """``file`` を持つ，章の部屋（土台の部屋の中のフォルダーは数えない）。"""
    found = {path.parent.relative_to(PACKAGE) for path in PACKAGE.glob(f"*/*/{file}")}
    return {room for room in found if room.parts[0] in PARTS}


def test_every_room_has_a_page_and_every_page_a_room() -> None:
    assert rooms("__init__.py") == PAGES != set()


def test_rooms_say_only_what_they_are() -> None:
    """部屋の ``__init__.py`` は説明の一行だけ（部品の場所を隠さず，読み込みを増やさない）。"""
    for room in rooms("__init__.py"):
        text = (PACKAGE / room / "__init__.py").read_text("utf8")
        assert text.startswith('"""章「'), room
        assert text.endswith('」の部屋。"""\n'), room
        assert text.count("\n") == 1, room


def test_rooms_bear_the_title_of_their_page() -> None:
    """効果の表は，章の題名を部屋の説明から読む。"""
    for page in PAGES:
        text = (ROOT / "book" / page.with_suffix(".md")).read_text("utf8")
        (title,) = re.findall(r"^# (.+)$", text.partition("\n```")[0], re.MULTILINE)
        room = (PACKAGE / page / "__init__.py").read_text("utf8")
        assert f"章「{title}」の部屋。" in room, page


def test_effects_are_found_in_their_rooms() -> None:
    promised = {Path(protocol.chapter) for protocol in all_protocols()}
    assert promised == rooms("effects.py") != set()


@pytest.mark.parametrize("protocol", all_protocols(), ids=lambda one: one.id)
def test_every_protocol_has_its_measure(protocol: Protocol) -> None:
    assert callable(measure_of(protocol))


def test_every_measure_has_its_protocol() -> None:
    promised = {(protocol.chapter, protocol.id) for protocol in all_protocols()}
    for room in rooms("effects.py"):
        name = ".".join(["lessons", *room.parts, "effects"])
        measures = getattr(importlib.import_module(name), "MEASURES", {})
        assert {(room.as_posix(), one) for one in measures} <= promised


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import lessons.weights", {"weights"}),
        (
            "from lessons.attention.cam import model",
            {"attention", "attention.cam", "attention.cam.model", "hooks"},
        ),
        (
            "from lessons.attention.cam import localisation",
            {
                *("attention", "attention.cam", "attention.cam.model"),
                *("attention.cam.localisation", "attention.composites"),
                *("hooks", "runtime", "stimuli"),
                *("stimuli.photos", "weights", "weights.classifier"),
                *("weights.efficientnet_lite0", "weights.errors", "weights.ledger"),
                *("weights.photo", "weights.same_conv"),
            },
        ),
        (
            "from lessons.segmentation.unet import model; model.pretrained()",
            {
                *("segmentation", "segmentation.unet", "segmentation.unet.model"),
                *("segmentation.backbone", "segmentation.data", "stimuli"),
                *("stimuli.people", "stimuli.scenes", "weights"),
                *("weights.errors", "weights.ledger"),
            },
        ),
    ],
    ids=["weights", "cam", "localisation", "unet"],
)
def test_nothing_unused_is_loaded(code: str, loaded: set[str]) -> None:
    """読み込んだ部品が一つ変われば，章は実行し直しになる。"""
    code += (
        "; import sys; print(*(n[8:] for n in sys.modules if n.startswith('lessons.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert set(done.stdout.split()) == loaded, done.stderr
