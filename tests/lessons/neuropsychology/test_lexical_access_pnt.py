"""PNT の書庫の読み取り：悪い書庫は一文で断り，どこにも何も書かない。"""

import io
import os
import stat
import tarfile
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from lessons.neuropsychology.lexical_access import archive, pnt
from lessons.neuropsychology.lexical_access.archive import ArchiveError


def png(size=(20, 12), color=200):
    file = io.BytesIO()
    Image.new("L", size, color).save(file, "PNG")
    return file.getvalue()


def make_zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive_file.writestr(info, content)
    return path


def make_tar(path, entries, mode="w:gz"):
    with tarfile.open(path, mode) as archive_file:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive_file.addfile(info, io.BytesIO(content))
    return path


MAKERS = {"a.zip": make_zip, "a.tar.gz": make_tar}
both = pytest.mark.parametrize("kind", sorted(MAKERS))


@pytest.fixture(autouse=True)
def nothing_is_written(tmp_path, monkeypatch):
    """検査の間，書庫のほかには何もできていないことを確かめる。"""
    work = tmp_path / "inside" / "work"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    yield
    left = {p.name for p in tmp_path.rglob("*") if p.is_file()}
    assert all(name.startswith("a.") for name in left), left
    assert list(work.iterdir()) == []


def refused(path, words):
    with pytest.raises(ArchiveError, match=words) as caught:
        pnt.load(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith("。")
    assert str(path) in message


@both
def test_the_whole_test_is_read(tmp_path, kind):
    words = [f"word{i}" for i in range(175)] + sorted(pnt.PRACTICE)
    entries = [(f"pnt/pics/{word}.png", png()) for word in words]
    entries += [("pnt/icon.png", png()), ("pnt/stim.csv", b"a,b"), ("./README", b"")]
    entries += [("__MACOSX/pnt/pics/._word1.png", b"x"), ("pnt/pics/.DS_Store", b"x")]
    items = pnt.load(MAKERS[kind](tmp_path / kind, entries))
    assert len(items) == 184
    assert sum(item.practice for item in items) == 9
    assert items[0].picture.shape == (12, 20, 3)
    assert items[0].picture.dtype == np.uint8
    assert (items[0].picture == 200).all()
    assert "そろっています" in pnt.report(items)
    assert "比べられません" in pnt.report(items[:10])


@pytest.mark.parametrize("mode", ["w", "w:bz2", "w:xz"])
def test_other_tar_forms_are_read(tmp_path, mode):
    path = make_tar(tmp_path / "a.tar", [("cat.png", png())], mode)
    assert [item.name for item in pnt.load(path)] == ["cat"]


@both
@pytest.mark.parametrize(
    "name",
    ["/etc/cat.png", "../cat.png", "pics/../../cat.png", "..\\cat.png", "C:\\cat.png",
     "C:cat.png", "\\\\host\\share\\cat.png", "\\cat.png", "pics/ca\nt.png"],
)  # fmt: skip
def test_names_that_point_outside_are_refused(tmp_path, kind, name):
    refused(MAKERS[kind](tmp_path / kind, [(name, png())]), "書庫の外")


@pytest.mark.parametrize(
    "type_",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE,
     tarfile.FIFOTYPE],
)  # fmt: skip
def test_links_and_devices_in_tar_are_refused(tmp_path, type_):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as file:
        info = tarfile.TarInfo("pics/cat.png")
        info.type, info.linkname = type_, "/etc/passwd"
        file.addfile(info)
    refused(path, "リンクや装置")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_zip_are_refused(tmp_path, kind):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        info = zipfile.ZipInfo("cat.png")
        info.external_attr = (kind | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    refused(path, "リンクや装置")


@both
def test_bombs_are_refused(tmp_path, kind):
    many = [(f"pics/{i}.png", bytes(30_000_000)) for i in range(7)]
    path = MAKERS[kind](tmp_path / kind, many)
    assert path.stat().st_size < 1_000_000
    refused(path, "200 MB")


def test_a_tar_that_lies_about_a_huge_member_is_refused(tmp_path):
    info = tarfile.TarInfo("cat.png")
    info.size = 10**12
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    refused(tmp_path / "a.tar", "200 MB")


def test_a_huge_extended_header_is_refused_before_it_fills_memory(tmp_path):
    """tar の追加の見出し（pax）が膨らむ書庫。"""
    head = tarfile.TarInfo("x")
    head.type, head.size = tarfile.XHDTYPE, 600_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(10_000_000)
    parts = [packer.compress(head.tobuf(tarfile.USTAR_FORMAT))]
    parts += [packer.compress(block) for _ in range(60)]
    (tmp_path / "a.tar.gz").write_bytes(b"".join(parts) + packer.flush())
    refused(tmp_path / "a.tar.gz", "200 MB")


@both
def test_too_many_entries_are_refused(tmp_path, kind):
    entries = [(f"{i}.txt", b"") for i in range(archive.MOST_ENTRIES + 1)]
    refused(MAKERS[kind](tmp_path / kind, entries), "2000 個")


def test_a_huge_directory_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_DIRECTORY", 1000)
    entries = [(f"{i}.txt", b"") for i in range(100)]
    refused(make_zip(tmp_path / "a.zip", entries), "2000 個")


def test_a_big_file_is_refused_unread(tmp_path):
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        os.truncate(file.fileno(), archive.MOST_BYTES + 1)
    refused(path, "200 MB")
    path.unlink()


@both
@pytest.mark.parametrize("second", ["pics/cat.png", "pics/CAT.png", "./pics/cat.png"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_names_are_refused(tmp_path, kind, second):
    entries = [("pics/cat.png", png()), (second, png())]
    refused(MAKERS[kind](tmp_path / kind, entries), "同じ名前")


@both
def test_two_pictures_of_a_word_are_refused(tmp_path, kind):
    entries = [("pics/cat.png", png()), ("pics/cat.gif", png())]
    refused(MAKERS[kind](tmp_path / kind, entries), "「cat」の絵が二枚")


@both
@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", png()[:40], png((5000, 5000)), b"GIF89a" + bytes(20)],
    ids=["empty", "text", "cut", "huge", "broken"],
)
def test_bad_pictures_are_refused(tmp_path, kind, content):
    refused(MAKERS[kind](tmp_path / kind, [("cat.png", content)]), "絵として読めない")


@both
def test_an_archive_without_pictures_is_refused(tmp_path, kind):
    refused(MAKERS[kind](tmp_path / kind, [("readme.txt", b"x")]), "入っていません")


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"PK\x03\x04", b"\x1f\x8bxx", b"BZh9", b"\xfd7zXZ\x00", bytes(600)],
)
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "a.bin").write_bytes(content)
    refused(tmp_path / "a.bin", "読めません|入っていません")


@both
def test_a_cut_archive_is_refused(tmp_path, kind):
    noise = np.random.default_rng(0).integers(0, 256, (60, 60), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    path = MAKERS[kind](tmp_path / kind, [("cat.png", file.getvalue())] * 1)
    path.write_bytes(path.read_bytes()[:-1500])
    refused(path, "読めません")


def test_an_encrypted_zip_is_refused(tmp_path):
    path = make_zip(tmp_path / "a.zip", [("cat.png", png())])
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    data[6] |= 1
    path.write_bytes(data)
    refused(path, "暗号")


def test_a_missing_archive_is_told(tmp_path):
    refused(tmp_path / "a.zip", "ありません")
    refused(tmp_path, "ありません")
