"""できたノートブックを配る形：一つにまとめたファイルと，``notebooks`` の枝の中身。"""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

from sphinx.application import Sphinx

from bookkit.notebooks.places import ARCHIVE, FOLDER, Places

BRANCH = "notebooks"
"""``_build`` の中の，枝の中身を置くフォルダー。"""
BINDER = ".binder"
"""Binder の設定のフォルダー。もとは置き場所の一番上にある。"""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""zip の中の日付。中身が同じなら，いつ作っても同じファイルになるように決めておく。"""


def write_archive(app: Sphinx) -> None:
    """すべてのノートブックを一つの zip にする。中身が同じなら書き直さない。"""
    folder = Path(app.outdir, FOLDER)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.ipynb")
    }
    requirement = Places.of(app).requirement
    files["README.txt"] = _README_OFFLINE.format(requirement=requirement).encode()
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


def write_branch(app: Sphinx, chapters: list[str]) -> None:
    """``notebooks`` の枝の中身を ``_build/notebooks`` に作る。CI が，そのまま枝に置く。"""
    places = Places.of(app)
    branch = Path(app.outdir).parent / BRANCH
    shutil.rmtree(branch, ignore_errors=True)
    branch.mkdir(parents=True)
    rows = []
    for name in chapters:
        file = places.file(name)
        made = Path(app.outdir, FOLDER, file)
        if not made.is_file():
            continue
        (branch / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, branch / file)
        title = app.env.titles[name].astext()
        colab, binder = places.in_colab(name), places.in_binder(name)
        rows.append(f"| [{title}]({file}) | [Colab]({colab}) | [Binder]({binder}) |")
    readme = _README_BRANCH.format(site=places.site, rows="\n".join(rows))
    (branch / "README.md").write_text(readme, "utf8")
    template = Path(app.srcdir, BINDER)
    if template.is_dir():
        shutil.copytree(template, branch / BINDER)
        requirements = branch / BINDER / "requirements.txt"
        text = requirements.read_text("utf8")
        requirements.write_text(f"{text}{places.requirement}\n", "utf8")


_README_OFFLINE = """\
ディープラーニングの心理学的解釈：すべてのノートブック

ネットワークのない教室で使うときは，先に一度，つながる所で次を実行します。

    pip install jupyterlab "{requirement}"

あとは，このフォルダーで jupyter lab を動かし，.ipynb を開きます。
"""

_README_BRANCH = """\
# ディープラーニングの心理学的解釈：ノートブック

[本の頁]({site})から作ったノートブックです。
この枝は，main が変わるたびに作り直されます。
直す所があれば，main の Markdown を直してください。

| 章 | | |
|---|---|---|
{rows}
"""
