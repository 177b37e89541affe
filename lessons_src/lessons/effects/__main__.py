"""``python -m lessons.effects 名前 [--sets 数]``：約束のとおりに測り，記録の JSON を標準出力に書く。"""

from __future__ import annotations

import argparse
import json
import sys

from lessons.effects.measure import measure
from lessons.effects.protocol import ProtocolError, find


def main() -> int:
    """命令の入口。"""
    parser = argparse.ArgumentParser(prog="python -m lessons.effects")
    parser.add_argument("name", help="約束の名前")
    parser.add_argument("--sets", type=int, help="種の数をこの数に減らす")
    options = parser.parse_args()
    try:
        found = measure(
            find(options.name),
            sets=options.sets,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
    except ProtocolError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(found, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
