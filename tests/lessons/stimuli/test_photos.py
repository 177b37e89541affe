"""網なしで読める写真。"""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest
import skimage

from lessons.stimuli import photos

UNCLEAR = {"moon", "page", "logo", "lfw_subset", "stereo_motorcycle"}
"""配ってよいと書かれていない写真。"""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """つなごうとしたら落ちる。"""

    def refuse(*args: object) -> None:
        raise AssertionError(f"網につなごうとしました: {args}")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("name", sorted(photos.PHOTOS))
def test_photo(name: str) -> None:
    """RGB の 0〜255 で，ひと続きに並び，濃淡がある。"""
    photo = photos.load(name)
    assert photo.dtype == np.uint8
    assert photo.ndim == 3
    assert photo.shape[2] == 3
    assert min(photo.shape[:2]) >= 300 or name in ("chelsea", "coins", "horse", "clock")
    assert photo.flags["C_CONTIGUOUS"]
    assert np.ptp(photo) > 100


@pytest.mark.parametrize("name", ["camera", "horse", "coins"])
def test_grey_photos_have_three_equal_channels(name: str) -> None:
    photo = photos.load(name)
    assert (photo[..., 0] == photo[..., 1]).all()
    assert (photo[..., 0] == photo[..., 2]).all()


def test_colour_photo_is_rgb() -> None:
    """chelsea は茶色い猫なので，赤が青より強い。"""
    red, _, blue = photos.load("chelsea").reshape(-1, 3).mean(0)
    assert red > blue + 20


def test_each_load_is_a_fresh_copy() -> None:
    photo = photos.load("coffee")
    photo[:] = 0
    assert photos.load("coffee").any()


def test_photos_ship_with_the_package_and_may_be_shared() -> None:
    folder = Path(skimage.__file__).parent / "data"
    shipped = {path.stem.removesuffix("_motion") for path in folder.iterdir()}
    assert set(photos.PHOTOS) <= shipped
    assert not set(photos.PHOTOS) & UNCLEAR


def test_unknown_photo_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'moon' はありません。.*astronaut"):
        photos.load("moon")
