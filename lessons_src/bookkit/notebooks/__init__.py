"""どの章からも，Colab と Binder で開けて，それだけで動くノートブックを作る。

頁を書くたびに，その章の ``notebooks/….ipynb`` も書く。変わらない章は書き直さない。

- ``writer``・``inlines``・``blocks``・``components``: 頁の木から Markdown へ
- ``cells``・``setup_cell``・``assemble``: 原稿のセル，準備のセル，.ipynb の組み立て
- ``places``・``links``: 番地，起動のボタン，``{practicals}``
- ``rehearsal``・``guard``・``record``・``badge``: 読者と同じ条件での試しの実行と，その記録
- ``publish``: まとめたファイルと，``notebooks`` の枝の中身
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from bookkit.notebooks import badge, build, links, places


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx に組み込む。"""
    app.add_config_value("notebook_branch", "notebooks", "html", str)
    app.add_config_value("notebook_revision", "main", "html", str)
    app.add_config_value("notebook_keep_outputs", False, "html", bool)
    app.connect("config-inited", places.follow_github)
    build.setup(app)
    links.setup(app)
    badge.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
