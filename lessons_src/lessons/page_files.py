"""頁と一緒に配るファイル：写真で動かすネットワーク，見本の写真，印刷する紙。

置き場所は環境変数 ``LESSONS_ASSETS`` が決めます（本を作るときにだけある）。
名前は中身から決まるので，同じ名前なら中身も同じです。
"""

from __future__ import annotations

import hashlib
import os
from html import escape
from pathlib import Path

ASSETS = "LESSONS_ASSETS"
"""頁と一緒に配るファイルを置くフォルダーを入れる環境変数。"""


def put(folder: Path, content: bytes, suffix: str) -> str:
    """ファイルを置き，その名前を返す。書きかけは見えない。

    Args:
        folder: 置き場所。
        content: 中身。
        suffix: 名前の終わり（``.pdf`` など）。
    """
    name = hashlib.sha256(content).hexdigest()[:20] + suffix
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if not path.is_file():
        draft = folder / f"{name}.{os.getpid()}.tmp"
        draft.write_bytes(content)
        draft.replace(path)
    return name


def offer(path: str | os.PathLike[str], words: str) -> None:
    """書いたファイルを，頁から手元に取れるようにする。ノートブックでは，場所を言う。

    Args:
        path: 書いたファイル。
        words: リンクの言葉。

    Raises:
        FileNotFoundError: ファイルがないとき。
    """
    from IPython.display import display

    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(f"{file} がありません。先にファイルを書いてください。")
    folder = os.environ.get(ASSETS, "")
    if not folder:
        print(f"{file.name} を書きました（左のファイルの一覧から，手元に取れます）。")
        return
    content = file.read_bytes()
    name = put(Path(folder), content, file.suffix)
    size = f"{max(1, round(len(content) / 1000))} KB"
    page = (
        f'<p class="page-file"><a href="asset:{name}" download="{escape(file.name)}">'
        f"{escape(words)}（{size}）</a></p>"
    )
    display(
        {"text/html": page, "text/plain": words}, raw=True, metadata={"assets": [name]}
    )
