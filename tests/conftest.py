"""すべての検査に通じる用意。

並べて走らせると（``pytest -n auto``），計算のスレッドがコアを取り合って遅くなる。
そこで，一つのプロセスの計算は一つのスレッドで行う。torch を読み込む前に決める。

性質の検査（hypothesis）の設定も，ここで一度だけ決める。検査ごとには，例の数だけを書く。
"""

import os

from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")

# 込み合った計算機では，一つの例にかかる時間が大きく揺れるので，時間では落とさない。
# CI では，同じ中身なら同じ例を試す。手もとでは，毎回違う例を試して，見つけたものを覚える。
settings.register_profile(
    "book",
    deadline=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("book")
