"""名前の表に，モーラの数と，言葉の頻度を書き込む。

頻度は PyPI の ``wordfreq`` 3.1.1 に入っている日本語の一覧（``large_ja``，CC BY-SA 4.0）から，
次のように写しました（一覧を読むだけなので，MeCab は要りません。``msgpack`` が要ります）::

    pip download --no-deps wordfreq==3.1.1
    cd lessons_src/scripts
    python -m naming_pictures.frequency wordfreq-3.1.1-py3-none-any.whl

漢字の名前は，漢字の綴りと片仮名の綴りの頻度を足します（一モーラの語は漢字だけ）。
一覧にない名前は，欄を空のままにします。
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import sys
import zipfile
from pathlib import Path

import msgpack

from lessons.stimuli.naming_pictures import katakana, moras
from naming_pictures.build import DATA

LIST = "wordfreq/data/large_ja.msgpack.gz"
COLUMNS = ("concept", "name", "reading", "category", "moras", "zipf", "code")


def frequencies(wheel: Path) -> dict[str, float]:
    """一語が出てくる割合。一覧は，割合の常用対数の 100 倍の順に並んでいる。"""
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read(LIST)
    _, *bands = msgpack.unpackb(gzip.decompress(packed), raw=False)
    return {word: 10 ** (-i / 100) for i, band in enumerate(bands) for word in band}


def zipf(name: str, reading: str, table: dict[str, float]) -> str:
    """十億語に何回出るかの常用対数。一覧になければ空。"""
    spellings = {name}
    if len(moras(reading)) > 1:
        spellings.add(katakana(reading))
    total = sum(table.get(spelling, 0.0) for spelling in spellings)
    return f"{math.log10(total) + 9:.2f}" if total else ""


def main(wheel: Path) -> None:
    """表を書き直す。"""
    table = frequencies(wheel)
    path = DATA / "names.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf8"))))
    for row in rows:
        row["moras"] = str(len(moras(row["reading"])))
        row["zipf"] = zipf(row["name"], row["reading"], table)
    with path.open("w", encoding="utf8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    missing = [row["name"] for row in rows if not row["zipf"]]
    print(f"{len(rows)} 語。一覧にない語: {'，'.join(missing)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
