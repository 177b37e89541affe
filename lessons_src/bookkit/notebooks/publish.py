"""できたノートブックを配る形：一つにまとめたファイルと，``notebooks`` の枝の中身。"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from string import Template

from sphinx.application import Sphinx

from bookkit.notebooks.addresses import ARCHIVE, FOLDER, Addresses

TEMPLATES = Path(__file__).parents[1] / "templates"
BRANCH = "notebooks"
"""``_build`` の中の，枝の中身を置くフォルダー。"""
BINDER = ".binder"
"""Binder の設定のフォルダー。もとは置き場所の一番上にある。"""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""zip の中の日付。中身が同じなら，いつ作っても同じファイルになるように決めておく。"""


def fill_template(name: str, **values: str) -> str:
    """``templates`` の雛形の ``$名前`` を，値に替える。"""
    text = (TEMPLATES / name).read_text("utf8")
    return Template(text).substitute(values)


def write_archive(app: Sphinx) -> None:
    """すべてのノートブックを一つの zip にする。同じ中身からは，いつも同じ列ができる。"""
    folder, requirement = Path(app.outdir, FOLDER), Addresses.of(app).requirement
    readme = fill_template("notebooks_zip.txt", requirement=requirement)
    files = {"README.txt": readme.encode()}
    for path in folder.rglob("*.ipynb"):
        files[path.relative_to(folder).as_posix()] = path.read_bytes()
    with zipfile.ZipFile(Path(app.outdir, ARCHIVE), "w") as bundle:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"dl-psychology/{name}", _LONG_AGO)
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)


def write_branch(app: Sphinx, chapters: list[str]) -> None:
    """``notebooks`` の枝の中身を ``_build/notebooks`` に作る。CI が，そのまま枝に置く。"""
    addresses = Addresses.of(app)
    branch = Path(app.outdir).parent / BRANCH
    shutil.rmtree(branch, ignore_errors=True)
    branch.mkdir(parents=True)
    rows = []
    for name in chapters:
        file = addresses.file(name)
        made = Path(app.outdir, FOLDER, file)
        if not made.is_file():
            continue
        (branch / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, branch / file)
        links = [(app.env.titles[name].astext(), file), *addresses.launch(name).items()]
        rows.append(f"| {' | '.join(f'[{text}]({url})' for text, url in links)} |")
    text = fill_template(
        "notebooks_branch.md", site=addresses.site, rows="\n".join(rows)
    )
    (branch / "README.md").write_text(text, "utf8")
    template = Path(app.srcdir, BINDER)
    if template.is_dir():
        shutil.copytree(template, branch / BINDER)
        with (branch / BINDER / "requirements.txt").open("a", encoding="utf8") as end:
            end.write(f"{addresses.requirement}\n")
