"""``python -m bookkit`` の入口。"""

import gc
import sys

from bookkit.cli import main

# 決まりを調べると，すぐには捨てない木がたくさんできる。その間の掃除を減らす。
gc.set_threshold(100_000)
sys.exit(main(sys.argv[1:]))
