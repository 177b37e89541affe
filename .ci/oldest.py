"""いちばん古い版を並べる：``pyproject.toml`` の下限を，pip の制約のファイルの形にする。

週に一度，その版だけを入れた環境でノートブックを動かし，下限が本当かを確かめる。
ほかのパッケージがなくても動くように，標準の部品だけで書き，ファイルとして直接動かす::

    python .ci/oldest.py > oldest.txt
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import tomllib

_LOWER = re.compile(r"\s*([\w.-]+)\s*>=\s*([\w.]+)\s*(?:,.*)?$")


def oldest(pyproject: Path) -> list[str]:
    """``名前==下限`` の行を返す。

    Raises:
        ValueError: 下限（``>=``）の書かれていないパッケージがあるとき。
    """
    project = tomllib.loads(pyproject.read_text("utf8"))["project"]
    rows = []
    for line in project["dependencies"]:
        match = _LOWER.match(line)
        if not match:
            raise ValueError(
                f"{pyproject.name} の {line!r} に下限がありません。名前>=版 と書いてください。"
            )
        rows.append(f"{match[1]}=={match[2]}")
    return rows


if __name__ == "__main__":
    where = Path(sys.argv[1] if len(sys.argv) > 1 else "pyproject.toml")
    print("\n".join(oldest(where)))
