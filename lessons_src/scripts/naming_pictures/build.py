"""絵文字の SVG を小さな PNG にし，一つの zip にまとめる。

npm の八つのパッケージ（``npm pack 名前@版`` で届く ``.tgz``）から，次のように作りました::

    cd lessons_src/scripts
    python -m naming_pictures.build tgzの置き場所

どの絵を使うかは ``lessons/stimuli/naming/names.csv`` の ``code``（Unicode の番号）で決まります。
同じ tgz と同じ版の resvg-py・Pillow からは，同じバイトの zip ができます。
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import resvg_py
from PIL import Image

import lessons

DATA = Path(lessons.__file__).parent / "stimuli" / "naming"
SIDE = 112
"""絵の一辺（画素）。"""
MARGIN = 8
"""まわりの白い余白（画素）。"""
COLOURS = {True: 12, False: 48}
"""一枚の絵の色数（線や影だけの絵，色のついた絵）。"""

PACKAGES = {
    "openmoji": ("iconify-json-openmoji-1.2.29.tgz", "03181e2c156cab35"),
    "openmoji_line": ("openmoji-17.0.0.tgz", "55ee7d13485dec86"),
    "noto": ("iconify-json-noto-1.2.9.tgz", "3e918d88fc945c0b"),
    "twemoji": ("iconify-json-twemoji-1.2.5.tgz", "19046dff7d8707ce"),
    "fluent": ("iconify-json-fluent-emoji-flat-1.2.6.tgz", "7d064769dee69081"),
    "fluent_line": (
        "iconify-json-fluent-emoji-high-contrast-1.2.6.tgz",
        "0b92d48c90d2200b",
    ),
    "emojione": ("iconify-json-emojione-1.2.3.tgz", "26a14f44284407e8"),
    "emojione_line": ("iconify-json-emojione-monotone-1.2.1.tgz", "40b90004bafb406b"),
}
"""描き方の名前 → (npm の包み，sha256 の初めの 16 桁)。"""

EMOJIONE = {"lion": "lion-face", "bear": "bear-face", "frog": "frog-face"}
"""番号の表を持たないパッケージで，ほかと名前の違う絵。"""


def package(folder: Path, style: str) -> tarfile.TarFile:
    """包みを，中身を確かめて開く。"""
    name, digest = PACKAGES[style]
    content = (folder / name).read_bytes()
    found = hashlib.sha256(content).hexdigest()[:16]
    if found != digest:
        raise SystemExit(
            f"{folder / name}: 中身が違います（sha256 が {found}… ，求める値は {digest}…）。"
            "同じ版の包みを取り直してください。"
        )
    return tarfile.open(fileobj=io.BytesIO(content))


def read(archive: tarfile.TarFile, name: str) -> bytes:
    """包みの中のファイル。"""
    member = archive.extractfile(f"package/{name}")
    assert member is not None
    return member.read()


def body(icons: dict[str, Any], name: str) -> str:
    """iconify の絵一つを，SVG の文にする。"""
    icon = icons["icons"][name]
    width = icon.get("width", icons.get("width", 16))
    height = icon.get("height", icons.get("height", 16))
    box = f"{icon.get('left', 0)} {icon.get('top', 0)} {width} {height}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="{box}">{icon["body"]}</svg>'
    )


def drawings(
    folder: Path, style: str, codes: dict[str, str], names: dict[str, str]
) -> dict[str, str]:
    """一つの描き方の SVG を，概念の名前で引ける辞書にする。"""
    with package(folder, style) as archive:
        if style == "openmoji_line":
            return {
                concept: read(archive, f"black/svg/{code}.svg").decode()
                for concept, code in codes.items()
            }
        icons = json.loads(read(archive, "icons.json"))
        characters = json.loads(read(archive, "chars.json"))
    found = {}
    for concept, code in codes.items():
        low = code.lower()
        name = characters.get(low) or characters.get(f"{low}-fe0f")
        if name is None:  # 番号の表がない
            name = EMOJIONE.get(names[concept], names[concept])
        if name not in icons["icons"]:
            name = icons["aliases"][name]["parent"]
        found[concept] = body(icons, name)
    return found


def names_in_noto(folder: Path, codes: dict[str, str]) -> dict[str, str]:
    """番号の表を持たないパッケージのために，Noto での絵の名前を引く。"""
    with package(folder, "noto") as archive:
        characters = json.loads(read(archive, "chars.json"))
    return {
        concept: characters.get(code.lower()) or characters[f"{code.lower()}-fe0f"]
        for concept, code in codes.items()
    }


def png(svg: str, colours: int) -> bytes:
    """SVG を，白い地の小さな PNG にする。"""
    inner = SIDE - 2 * MARGIN
    svg = svg.replace("currentColor", "#000")
    drawn = resvg_py.svg_to_bytes(svg_string=svg, width=4 * inner)
    image = Image.open(io.BytesIO(bytes(drawn))).convert("RGBA")
    image = image.crop(image.getbbox())
    image.thumbnail((inner, inner), Image.Resampling.LANCZOS)
    page = Image.new("RGBA", (SIDE, SIDE), "white")
    place = ((SIDE - image.width) // 2, (SIDE - image.height) // 2)
    page.alpha_composite(image, place)
    small = page.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    small.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def main(folder: Path) -> None:
    """すべての絵を描き，zip に書く。"""
    with (DATA / "names.csv").open(encoding="utf8", newline="") as file:
        codes = {row["concept"]: row["code"] for row in csv.DictReader(file)}
    names = names_in_noto(folder, codes)
    target = DATA / "pictures.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for style in PACKAGES:
            colours = COLOURS[style.endswith("_line")]
            for concept, svg in drawings(folder, style, codes, names).items():
                entry = zipfile.ZipInfo(f"{style}/{concept}.png")
                archive.writestr(entry, png(svg, colours))
    size = target.stat().st_size
    print(f"{target}: {len(codes)} 概念 × {len(PACKAGES)} 通り，{size:,} バイト")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
