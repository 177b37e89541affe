"""置き場所・公開先・実行先の番地。もとになる値は ``_config.yml`` だけにある。

GitHub Actions では ``GITHUB_REPOSITORY`` と ``GITHUB_SHA`` が値を置き換える。
分家（fork）で作った本のリンクは，分家を指す。
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

FOLDER = "notebooks"
"""できた頁のフォルダーの中で，ノートブックを置くフォルダー。"""
ARCHIVE = f"{FOLDER}.zip"
"""すべてのノートブックをまとめたファイルの名前。"""


def follow_github(
    app: Sphinx, config: Config, environ: Mapping[str, str] = os.environ
) -> None:
    """GitHub Actions の中なら，その置き場所と版を設定に入れる。"""
    options: dict[str, Any] = config.html_theme_options
    config.notebook_revision = options.get("repository_branch") or "main"
    repository = environ.get("GITHUB_REPOSITORY")
    if not repository:
        return
    config.notebook_revision = environ.get("GITHUB_SHA") or config.notebook_revision
    server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
    url = f"{server}/{repository}"
    if url.lower() != options.get("repository_url", "").rstrip("/").lower():
        owner, name = repository.split("/", 1)
        config.html_theme_options = {**options, "repository_url": url}
        config.html_baseurl = f"https://{owner.lower()}.github.io/{name}/"


@dataclass(frozen=True)
class Places:
    """番地の一式。"""

    repository: str
    """置き場所（``https://github.com/所有者/名前``）。"""
    revision: str
    """ノートブックが入れる ``lessons`` の版（枝の名前か，コミット）。"""
    branch: str
    """ノートブックを置く枝。"""
    site: str
    """公開先。``/`` で終わる。"""
    home: str
    """章を置くフォルダー（``book/``）。ノートブックの名前からは除く。"""
    colab: str
    binder: str

    @classmethod
    def of(cls, app: Sphinx) -> Places:
        """Sphinx の設定から作る。"""
        options: dict[str, Any] = app.config.html_theme_options
        launch = options.get("launch_buttons", {})
        return cls(
            repository=options.get("repository_url", "").rstrip("/"),
            revision=app.config.notebook_revision,
            branch=app.config.notebook_branch,
            site=app.config.html_baseurl,
            home=app.config.root_doc.rpartition("/")[0] + "/",
            colab=launch.get("colab_url", "").rstrip("/"),
            binder=launch.get("binderhub_url", "").rstrip("/"),
        )

    def file(self, docname: str) -> str:
        """ノートブックの名前。``book/attention/cam`` なら ``attention/cam.ipynb``。"""
        return docname.removeprefix(self.home) + ".ipynb"

    def in_colab(self, docname: str) -> str:
        """Colab で開く番地。"""
        owner_and_name = "/".join(self.repository.split("/")[-2:])
        where = f"github/{owner_and_name}/blob/{self.branch}/{self.file(docname)}"
        return f"{self.colab}/{where}"

    def in_binder(self, docname: str) -> str:
        """Binder の JupyterLab で開く番地。"""
        owner_and_name = "/".join(self.repository.split("/")[-2:])
        lab = f"?urlpath=lab/tree/{self.file(docname)}"
        return f"{self.binder}/v2/gh/{owner_and_name}/{self.branch}{lab}"

    @property
    def requirement(self) -> str:
        """pip に渡す，``lessons`` の入ったパッケージの場所。"""
        return f"git+{self.repository}@{self.revision}"
