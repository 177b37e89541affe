"""セルの札。"""

GPU_TAG = "gpu"
"""GPU にふさわしい計算をするセルの札。"""

EXECUTION_TAGS = frozenset({GPU_TAG, "raises-exception"})
"""実行の結果を変える札。ほかの札を変えても，章は実行し直されない。"""

TAGS = EXECUTION_TAGS | {
    "hide-cell",
    "hide-input",
    "hide-output",
    "remove-cell",
    "remove-input",
    "remove-output",
    "remove-stderr",
    "remove-stdout",
}
"""章で使える札のすべて。"""
