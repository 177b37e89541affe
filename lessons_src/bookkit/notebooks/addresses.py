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
from sphinx.util.osutil import relative_uri

FOLDER = "notebooks"
"""できた頁のフォルダーの中で，ノートブックを置くフォルダー。"""
ARCHIVE = f"{FOLDER}.zip"
"""すべてのノートブックをまとめたファイルの名前。"""


def follow_github(
    app: Sphinx, config: Config, environ: Mapping[str, str] = os.environ
) -> None:
    """GitHub Actions の中なら，その置き場所と版を設定に入れる。

    手もとのビルドでは，版を決めない（そのコミットが，置き場所にあるとは限らない）。
    """
    options: dict[str, Any] = config.html_theme_options
    repository = environ.get("GITHUB_REPOSITORY")
    if not repository:
        return
    config.notebook_revision = environ.get("GITHUB_SHA", "")
    server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
    url = f"{server}/{repository}"
    if url.lower() != options.get("repository_url", "").rstrip("/").lower():
        owner, name = repository.split("/", 1)
        config.html_theme_options = {**options, "repository_url": url}
        site = f"{owner.lower()}.github.io"
        folder = "" if name.lower() == site else f"{name}/"  # 所有者の名前の置き場所
        config.html_baseurl = f"https://{site}/{folder}"


@dataclass(frozen=True)
class Addresses:
    """番地の一式。"""

    repository: str
    """置き場所（``https://github.com/所有者/名前``）。"""
    revision: str
    """ノートブックが入れる ``lessons`` の版（コミット）。空なら，いちばん新しいもの。"""
    branch: str
    """ノートブックを置く枝。"""
    site: str
    """公開先。``/`` で終わる。"""
    home: str
    """章を置くフォルダー（``book/``）。ノートブックの名前からは除く。"""
    colab: str
    binder: str

    @classmethod
    def of(cls, app: Sphinx) -> Addresses:
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

    def launch(self, docname: str) -> dict[str, str]:
        """ノートブックを開く番地。``{"Colab": 番地, "Binder": 番地}``。"""
        repository = "/".join(self.repository.split("/")[-2:])
        file = self.file(docname)
        return {
            "Colab": f"{self.colab}/github/{repository}/blob/{self.branch}/{file}",
            "Binder": f"{self.binder}/v2/gh/{repository}/{self.branch}"
            f"?urlpath=lab/tree/{file}",
        }

    def buttons(self, docname: str, here: str) -> dict[str, str]:
        """頁 ``here`` のボタンの行き先。``launch`` に，保存する ``.ipynb`` を足したもの。"""
        file = relative_uri(here, f"{FOLDER}/{self.file(docname)}")
        return {**self.launch(docname), ".ipynb": file}

    @property
    def requirement(self) -> str:
        """pip に渡す，``lessons`` の入ったパッケージの場所。"""
        return f"git+{self.repository}" + (self.revision and f"@{self.revision}")


def setup(app: Sphinx) -> None:
    """設定を組み込む。"""
    app.add_config_value("notebook_branch", "notebooks", "html", str)
    app.add_config_value("notebook_revision", "", "html", str)
    app.connect("config-inited", follow_github)
