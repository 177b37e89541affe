"""人の固視の記録：取り寄せ，確かめ，ますへの直し方。配り手は 127.0.0.1 の代役。"""

import hashlib
import http.server
import io
import threading
import zipfile
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.io import savemat

from lessons.attention.deepgaze import real_fixations as real
from lessons.weights import efficientnet_lite0
from lessons.weights.errors import OfflineError, WeightsError


def archive() -> bytes:
    """二枚の写真と固視の入った，本物と同じ形のファイル。"""
    white = np.empty((1, 2), object)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for number in range(2):
            picture = io.BytesIO()
            photo = np.full((40, 60, 3), 100 * number, np.uint8)
            Image.fromarray(photo).save(picture, "JPEG")
            name = f"{real.INSIDE}/Original Image Set/{number + 1}.jpg"
            file.writestr(name, picture.getvalue())
            white[0, number] = np.zeros((40, 60), np.uint8)
            white[0, number][10 + number, 20] = white[0, number][30, 5] = 1
        table = io.BytesIO()
        savemat(table, {"white": white})
        file.writestr(f"{real.INSIDE}/origfixdata.mat", table.getvalue())
    return out.getvalue()


@pytest.fixture
def served(tmp_path, monkeypatch):
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    content = archive()
    (shelf / "data.zip").write_bytes(content)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = partial(Quiet, directory=str(shelf))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    monkeypatch.setattr(
        real, "SOURCE", f"http://127.0.0.1:{server.server_port}/data.zip"
    )
    monkeypatch.setattr(real, "MD5", hashlib.md5(content).hexdigest())
    yield shelf
    server.shutdown()
    server.server_close()
    thread.join()


def test_photos_and_fixations_arrive_and_stay(served):
    first, second = real.toronto(2)
    assert first.photo.shape == (40, 60, 3)
    assert first.photo.mean() < 5 < second.photo.mean()
    assert first.fixations.tolist() == [[10, 20], [30, 5]]
    assert second.fixations.tolist() == [[11, 20], [30, 5]]
    (served / "data.zip").unlink()
    assert len(real.toronto(1, download=False)) == 1  # 二度めは取り寄せない


def test_nothing_is_fetched_unless_asked(served):
    with pytest.raises(OfflineError, match="download=True"):
        real.toronto(1, download=False)


def test_other_file_is_refused_and_not_kept(served):
    (served / "data.zip").write_bytes(b"broken")
    with pytest.raises(WeightsError, match="著者の配るものと違う"):
        real.toronto(1)
    with pytest.raises(OfflineError, match="download=True"):
        real.toronto(1, download=False)


def test_missing_server_gets_one_sentence(served):
    (served / "data.zip").unlink()
    with pytest.raises(OfflineError, match="取り寄せられませんでした"):
        real.toronto(1)


@pytest.mark.parametrize("count", [0, 121])
def test_count_outside_the_data_is_refused(count):
    with pytest.raises(ValueError, match="1 から 120"):
        real.toronto(count)


@pytest.mark.parametrize("size", [(300, 300), (300, 420), (511, 681), (500, 350)])
def test_cells_agree_with_what_the_network_sees(size):
    """写真に描いた点は，見える範囲でも，同じますにある。"""
    net = efficientnet_lite0.pretrained()
    rng = np.random.default_rng(0)
    middle = np.array(size) // 2
    for place in middle + rng.integers(-90, 90, (5, 2)):
        photo = np.zeros((*size, 3), np.uint8)
        photo[place[0] - 1 : place[0] + 2, place[1] - 1 : place[1] + 2] = 255
        view = net.view(photo)[..., 0]
        expected = (np.argwhere(view > 0.6 * view.max()).mean(0) + 0.5) * 28 / 224
        viewed = real.Viewed(photo, place[None])
        found = real.to_cells(viewed, net.eyes)
        assert len(found) == 1
        assert np.abs(found[0] + 0.5 - expected).max() < 0.75


def test_fixations_outside_the_view_are_left_out():
    net = efficientnet_lite0.pretrained()
    photo = np.zeros((300, 600, 3), np.uint8)
    viewed = real.Viewed(photo, np.array([[150, 2], [150, 300], [150, 598]]))
    assert real.to_cells(viewed, net.eyes).tolist() == [[14, 14]]
