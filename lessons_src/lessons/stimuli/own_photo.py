"""読者が自分の写真をモデルに見せるための入口。写真はどこへも送りません。

白黒・透明・印刷用（CMYK）・横倒し・動く絵・とても大きい写真も，
``(H, W, 3)`` の uint8 にそろえます。読めないときは，どうすればよいかを一文で言います。
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

LONGEST = 1024
"""読んだ写真の，長い辺の上限（画素）。"""
MOST_PIXELS = 120_000_000
"""開く写真の画素数の上限（12,000 × 9,000 までは読む）。"""
THINNEST = 20
"""長い辺が短い辺の何倍までなら受け取るか。"""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""受け取る形式。"""

Source = str | Path | bytes | Image.Image


class PhotoError(ValueError):
    """写真を読めなかった。文は，どうすればよいかを言う。"""


def load(source: Source, *, longest: int = LONGEST) -> np.ndarray:
    """写真を読む。

    Args:
        source: ファイルの場所，ファイルの中身（bytes），または PIL の画像。
        longest: 長い辺の上限（画素）。大きな写真は，読みながら縮める。

    Returns:
        写真 ``(H, W, 3)``，uint8。向きは見たとおり，透明な所は白，動く絵は最初の一枚。

    Raises:
        PhotoError: 読めないとき。
    """
    image = source.copy() if isinstance(source, Image.Image) else _open(source)
    width, height = image.size
    if width * height == 0:
        raise PhotoError("大きさが 0 の画像です。写っている画像を選び直してください。")
    if width * height > MOST_PIXELS:
        raise PhotoError(
            f"この写真は {width} × {height} 画素あり，大きすぎます。"
            "10,000 × 10,000 画素より小さくしてから読んでください。"
        )
    if max(width, height) > THINNEST * min(width, height):
        raise PhotoError(
            f"この写真は {width} × {height} 画素で，細長すぎます。"
            "見せたい所を切り取ってから読んでください。"
        )
    try:
        return np.ascontiguousarray(_to_rgb(_shrunk_upright(image, longest)))
    except Exception as error:  # 復号器は壊れ方によってさまざまな例外を出す
        raise PhotoError(
            "この画像は途中で壊れているため読めません。"
            "元の写真をもう一度写し取るか，別の写真を選んでください。"
        ) from error


def upload() -> np.ndarray | None:
    """Colab で，手元の写真を選ぶ欄を出して読む。

    Returns:
        写真 ``(H, W, 3)``，uint8。Colab でないとき，または何も選ばなかったときは ``None``
        （どうすればよいかを表示する）。

    Raises:
        PhotoError: 選んだファイルを読めないとき。
    """
    try:
        from google.colab import files
    except ImportError:
        print(
            "写真を選ぶ欄は Google Colab の中でだけ出ます。"
            '手元では own_photo.load("写真のファイル名") を使ってください。'
        )
        return None
    chosen: dict[str, bytes] = files.upload()
    if not chosen:
        print("写真が選ばれませんでした。もう一度セルを動かすと，選び直せます。")
        return None
    name, content = next(iter(chosen.items()))
    if len(chosen) > 1:
        print(f"{len(chosen)} 個のうち，最初の {name} を使います。")
    return load(content)


def _open(source: str | Path | bytes) -> Image.Image:
    """中身を見分けて開く。ここではまだ画素を読まない。"""
    content = source if isinstance(source, bytes) else _read(Path(source))
    if not content:
        raise PhotoError("ファイルの中身が空です。写真を選び直してください。")
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1"):
        raise PhotoError(
            "HEIC 形式の写真は読めません。"
            "電話の「写真」から JPEG で書き出すか，カメラの設定を「互換性優先」にしてください。"
        )
    Image.init()
    known = [name for name in FORMATS if name in Image.OPEN]
    try:
        with warnings.catch_warnings():
            # 画素数は load が自分で確かめる。
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(content), formats=known)
    except Image.DecompressionBombError as error:
        raise PhotoError(
            "この写真は画素が多すぎます。"
            "10,000 × 10,000 画素より小さくしてから読んでください。"
        ) from error
    except Exception as error:
        raise PhotoError(
            "画像として読めません。JPEG か PNG の写真を選んでください。"
        ) from error


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise PhotoError(
            f"写真のファイル {path} がありません。名前と置き場所を確かめてください。"
        )
    return path.read_bytes()


def _shrunk_upright(image: Image.Image, longest: int) -> Image.Image:
    """長い辺を ``longest`` 以下に縮め，撮ったときの向きに起こす。"""
    image.draft(None, (longest, longest))  # JPEG は，復号しながら縮む
    if image.mode in ("P", "1"):  # 色の番号のままでは，なめらかに縮められない
        image = image.convert("RGBA" if _transparent(image) else "RGB")
    if max(image.size) > longest:
        image.thumbnail((longest, longest), Image.Resampling.BOX)
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # 向きの記録だけが壊れている写真は，そのまま使う
        return image


def _to_rgb(image: Image.Image) -> np.ndarray:
    """どの色の表し方でも ``(H, W, 3)`` uint8 にする。"""
    if image.mode[0] in "IF":  # 16 ビットの白黒，または実数
        values = np.nan_to_num(np.asarray(image, float))
        top = 65535.0 if image.mode[0] == "I" else max(values.max(), 1e-12)
        grey = np.clip(values / top * 255, 0, 255).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if _transparent(image):
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(white, rgba)
    return np.asarray(image.convert("RGB"))


def _transparent(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info
