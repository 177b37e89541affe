"""書きながら見る：保存するたびに変わった頁だけを作り直し，ブラウザーに映します。"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

IGNORED = (r"/_build/", r"/\.[^/]+/", r"/__pycache__/", r"/node_modules/", r"/tests/")
"""変わっても作り直さないもの。"""
PATHS_FROM_THE_BOOK = """
def setup(app):
    app.confdir = app.srcdir
"""
"""設定に書いた場所（文献，絵など）を，本のフォルダーから数える。"""


def write_conf(root: Path) -> Path:
    """``_config.yml`` から Sphinx の設定を作り，そのフォルダーを返す。"""
    from jupyter_book.config import get_final_config

    config, _ = get_final_config(
        user_yaml=root / "_config.yml",
        sourcedir=root,
        cli_config={"external_toc_path": "_toc.yml", "latex_individualpages": False},
    )
    # 書きかけの章には警告が付きものなので，そのたびにすべての頁を読み直さない。
    config["bookkit_reread"] = False
    folder = root / "_build" / "live-conf"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} = {value!r}" for key, value in sorted(config.items())]
    text = "\n".join([*lines, PATHS_FROM_THE_BOOK])
    path = folder / "conf.py"
    if not path.is_file() or path.read_text("utf8") != text:
        path.write_text(text, "utf8")
    return folder


def command(root: Path, port: int) -> list[str]:
    """sphinx-autobuild を動かす命令。"""
    build = root / "_build"
    ignored = [part for pattern in IGNORED for part in ("--re-ignore", pattern)]
    return [
        *(sys.executable, "-m", "sphinx_autobuild", str(root), str(build / "live")),
        *("-c", str(write_conf(root)), "-d", str(build / ".doctrees-live")),
        *("--port", str(port), *ignored),
    ]


def serve(root: Path, port: int) -> int:
    """頁を配り，止められるまで待つ。"""
    print("初めの一回は，すべての章を作ります。終わると番地（http://…）が出ます。")
    try:
        return subprocess.run(command(root, port), check=False).returncode
    except KeyboardInterrupt:
        return 0
