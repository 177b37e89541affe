"""自分の写真：どんな画像も，読めるか，どうすればよいかを一文で言うか。"""

import io
import struct
import subprocess
import sys
import types
import zlib

import numpy as np
import pytest
from PIL import Image

from lessons.stimuli import own_photo
from lessons.stimuli.own_photo import PhotoError, load


def picture(width=60, height=40):
    """左上が赤，右上が緑，左下が青，右下が灰色の画像。"""
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[: height // 2, : width // 2] = (220, 30, 30)
    pixels[: height // 2, width // 2 :] = (30, 200, 30)
    pixels[height // 2 :, : width // 2] = (30, 30, 220)
    return Image.fromarray(pixels)


def saved(image, form="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def corners(pixels):
    h, w = pixels.shape[:2]
    return [
        pixels[y, x].astype(int).tolist()
        for y in (h // 4, h * 3 // 4)
        for x in (w // 4, w * 3 // 4)
    ]


def is_picture(pixels, tolerance=12):
    expected = corners(np.asarray(picture()))
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 3
    assert np.abs(np.array(corners(pixels)) - expected).max() <= tolerance


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_common_formats(form):
    is_picture(load(saved(picture(), form)))


def test_gif_and_palette():
    is_picture(load(saved(picture().quantize(8), "GIF")))


def test_path_string_bytes_and_pil_give_the_same(tmp_path):
    path = tmp_path / "photo.png"
    picture().save(path)
    found = [load(path), load(str(path)), load(path.read_bytes()), load(picture())]
    for pixels in found:
        np.testing.assert_array_equal(pixels, np.asarray(picture()))


def test_given_pil_image_is_left_alone():
    image = picture(3000, 2000)
    assert max(load(image).shape) == own_photo.LONGEST
    assert image.size == (3000, 2000)


@pytest.mark.parametrize("mode", ["L", "1", "LA", "I;16", "I", "F"])
def test_grey_scale(mode):
    grey = np.zeros((40, 60), np.uint8)
    grey[:, 30:] = 255
    image = Image.fromarray(grey)
    if mode in ("I;16", "I"):
        image = Image.fromarray(grey.astype(np.uint16) * 257)
        image = image if mode == "I;16" else image.convert("I")
    else:
        image = image.convert(mode)
    pixels = load(image)
    assert pixels.shape == (40, 60, 3)
    assert pixels[20, 10].tolist() == [0, 0, 0]
    assert pixels[20, 50].tolist() == [255, 255, 255]


def test_sixteen_bit_png_file():
    grey = np.full((4, 4), 32768, np.uint16)
    assert load(saved(Image.fromarray(grey)))[0, 0].tolist() == [127, 127, 127]


def test_transparent_becomes_white():
    image = picture().convert("RGBA")
    image.putalpha(0)
    assert (load(saved(image)) == 255).all()
    palette = picture().quantize(4)
    palette.info["transparency"] = palette.getpixel((0, 0))
    pixels = load(saved(palette, "PNG", transparency=palette.getpixel((0, 0))))
    assert pixels[0, 0].tolist() == [255, 255, 255]


def test_cmyk_jpeg():
    is_picture(load(saved(picture().convert("CMYK"), "JPEG", quality=95)), 25)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(60, 40), (3000, 2000)])
def test_exif_rotated_stands_upright(orientation, size):
    undo = {  # 見たとおりの画像から，カメラが記録した画素の並びを作る
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = picture(*size)
    stored = image if undo is None else image.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = load(saved(stored, "JPEG", exif=exif, quality=95))
    is_picture(pixels)
    assert pixels.shape[1] > pixels.shape[0]


def test_broken_orientation_is_ignored(monkeypatch):
    def broken(image):
        raise struct.error("壊れた記録")

    monkeypatch.setattr(own_photo.ImageOps, "exif_transpose", broken)
    is_picture(load(saved(picture())))


def test_one_pixel():
    assert load(saved(Image.new("RGB", (1, 1), (9, 8, 7)))).tolist() == [[[9, 8, 7]]]


def test_huge_jpeg_is_reduced_while_reading(tmp_path):
    path = tmp_path / "huge.jpg"
    path.write_bytes(saved(Image.new("L", (12_000, 9_000), 77), "JPEG"))
    code = """
import resource, sys
from lessons.stimuli import own_photo
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
pixels = own_photo.load(sys.argv[1])
assert pixels.shape == (768, 1024, 3), pixels.shape
assert (pixels == 77).all()
print(peak() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 50_000  # KB。縮めずに開けば 105,000 を超える


def test_huge_png_works_too():
    assert load(saved(Image.new("L", (12_000, 9_000), 77))).shape == (768, 1024, 3)


@pytest.mark.parametrize("size", [(20_000, 9_000), (60_000, 60_000)])
def test_decompression_bomb_is_refused_before_reading(size):
    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    content = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    with pytest.raises(PhotoError, match=r"大きすぎます|多すぎます"):
        load(content)


def test_very_thin_is_refused():
    with pytest.raises(PhotoError, match="細長すぎます"):
        load(Image.new("RGB", (4000, 3)))


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_animated_gives_the_first_frame(form):
    second = Image.new("RGB", (60, 40), "white")
    content = saved(picture(), form, save_all=True, append_images=[second, second])
    assert Image.open(io.BytesIO(content)).n_frames > 1
    is_picture(load(content), 20)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_corrupt_says_so(form):
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    content = saved(Image.fromarray(noise), form)
    with pytest.raises(PhotoError, match=r"壊れている|画像として読めません"):
        load(content[: len(content) // 2])


@pytest.mark.parametrize(
    "content", [b"hello", b"%PDF-1.7 " + b"x" * 99, b"<svg/>", b"%!PS-Adobe-3.0 EPSF"]
)
def test_not_an_image(content):
    with pytest.raises(PhotoError, match="JPEG か PNG"):
        load(content)


def test_phone_heic_gets_its_own_advice():
    with pytest.raises(PhotoError, match="互換性優先"):
        load(b"\0\0\0\x18ftypheic" + b"\0" * 99)


def test_empty_missing_and_folder(tmp_path):
    with pytest.raises(PhotoError, match="空です"):
        load(b"")
    with pytest.raises(PhotoError, match="ありません"):
        load(tmp_path / "none.jpg")
    with pytest.raises(PhotoError, match="ありません"):
        load(tmp_path)


def test_every_message_is_one_or_two_short_sentences(tmp_path):
    for bad in (b"", b"hello", tmp_path, Image.new("RGB", (4000, 3))):
        with pytest.raises(PhotoError) as caught:
            load(bad)
        assert "\n" not in str(caught.value)
        assert str(caught.value).endswith("ください。")


def test_upload_outside_colab_explains(capsys):
    assert own_photo.upload() is None
    assert "own_photo.load" in capsys.readouterr().out


def fake_colab(monkeypatch, chosen):
    files = types.SimpleNamespace(upload=lambda: chosen)
    colab = types.ModuleType("google.colab")
    colab.files = files
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)


def test_upload_in_colab(monkeypatch, capsys):
    fake_colab(monkeypatch, {"a.png": saved(picture()), "b.png": b"unused"})
    is_picture(own_photo.upload())
    assert "最初の a.png" in capsys.readouterr().out


def test_upload_cancelled(monkeypatch, capsys):
    fake_colab(monkeypatch, {})
    assert own_photo.upload() is None
    assert "選ばれませんでした" in capsys.readouterr().out


def test_upload_of_something_else_says_what_to_do(monkeypatch):
    fake_colab(monkeypatch, {"report.docx": b"PK\x03\x04" + b"x" * 50})
    with pytest.raises(PhotoError, match="JPEG か PNG"):
        own_photo.upload()
