"""できたノートブックを配る形：一つにまとめたファイルと，``notebooks`` の枝の中身。"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from sphinx.application import Sphinx

from bookkit.notebooks.places import ARCHIVE, FOLDER, Places

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""zip の中の日付。中身が同じなら，いつ作っても同じファイルになるように決めておく。"""


def write_archive(app: Sphinx) -> None:
    """すべてのノートブックを一つの zip にする。中身が同じなら書き直さない。"""
    places = Places.of(app)
    folder = Path(app.outdir, FOLDER)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.ipynb")
    }
    files["README.txt"] = _README.format(parts=places.requirement).encode()
    data = archive(files)
    target = Path(app.outdir, ARCHIVE)
    if not target.is_file() or target.read_bytes() != data:
        target.write_bytes(data)


def archive(files: dict[str, bytes]) -> bytes:
    """名前と中身から zip を作る。同じ中身からは，いつも同じ列ができる。"""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"dl-psychology/{name}", _LONG_AGO)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, files[name])
    return buffer.getvalue()


_README = """\
ディープラーニングの心理学的解釈：すべてのノートブック

ネットワークのない教室で使うときは，先に一度，つながる所で次を実行します。

    pip install jupyterlab "{parts}"

あとは，このフォルダーで jupyter lab を動かし，.ipynb を開きます。
"""
