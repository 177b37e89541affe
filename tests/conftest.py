"""すべての検査に通じる用意。

並べて走らせると（``pytest -n auto``），計算のスレッドがコアを取り合って遅くなる。
そこで，一つのプロセスの計算は一つのスレッドで行う。torch を読み込む前に決める。
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
