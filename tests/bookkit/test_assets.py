"""章が置いたファイルを，頁と一緒に配る。"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bookkit.pages.assets import FOLDER, publish

PLAN, NETWORK, PHOTO = "aaaaaaaa01.json", "bbbbbbbb02.bin", "cccccccc03.webp"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    folder = tmp_path / "assets"
    folder.mkdir()
    plan = {"network": NETWORK, "samples": [{"name": "猫", "file": PHOTO}]}
    (folder / PLAN).write_text(json.dumps(plan), "utf8")
    (folder / NETWORK).write_bytes(b"network")
    (folder / PHOTO).write_bytes(b"photo")
    (folder / "dddddddd04.bin").write_bytes(b"another")
    return folder


def test_what_the_page_names_is_published(kept: Path, tmp_path: Path) -> None:
    html = f'<div data-spec="asset:{PLAN}"><img src="asset:{PHOTO}"></div>'
    found = publish(html, kept, tmp_path / "html", "../../")
    assert found == (
        f'<div data-spec="../../{FOLDER}/{PLAN}"><img src="../../{FOLDER}/{PHOTO}"></div>'
    )
    published = {path.name for path in (tmp_path / "html" / FOLDER).iterdir()}
    assert published == {PLAN, NETWORK, PHOTO}


def test_other_html_is_left_alone(kept: Path, tmp_path: Path) -> None:
    html = "<p>asset: という字，asset:x.png</p>"
    assert publish(html, kept, tmp_path, "../") == html
    assert not (tmp_path / FOLDER).exists()
