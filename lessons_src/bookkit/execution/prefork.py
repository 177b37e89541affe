"""重い読み込みを一度だけ済ませ，章ごとに枝分かれ（fork）してカーネルになるプロセス。

torch の読み込みには数秒かかる。章ごとに繰り返すと，計算より読み込みの方が長くなる。
このファイルは単独のプログラムとして，``workplace`` の環境で動く。ほかの bookkit は読み込まない::

    python prefork.py 読み込むモジュール …

標準入力から一行の JSON で頼まれ，標準出力に一行の JSON で答える。
標準入力が閉じると終わり，カーネルも終わる。
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import time
from typing import Any


def main(modules: list[str]) -> None:
    """読み込み，頼まれるたびにカーネルを一つ作る。"""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # カーネルの印字が，答えに混ざらないように
    import ipykernel.kernelapp  # noqa: F401
    from _bookkit_probe import measures

    for name in modules:
        # 読めないものは，章が読むときに，章の失敗として伝わる。
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        request = json.loads(line)
        threads = len(os.listdir("/proc/self/task"))
        if threads > 1:  # スレッドがあると，枝分かれは安全でない
            answer: dict[str, object] = {"error": f"{threads} threads"}
        else:
            os.environ["BOOKKIT_CPU_BEFORE"] = str(time.process_time())
            os.environ["BOOKKIT_LIBRARIES_BEFORE"] = str(measures.status("RssFile"))
            child = os.fork()
            if child == 0:
                become_kernel(request)
            answer = {"pid": child}
        print(json.dumps(answer), file=answers, flush=True)


def become_kernel(request: dict[str, Any]) -> None:
    """子のプロセスで，カーネルとして働き，戻らない。"""
    try:
        os.setsid()
        os.close(0)
        os.open(os.devnull, os.O_RDONLY)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(request["cwd"])
        os.environ.update(request["env"])
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        from ipykernel.kernelapp import launch_new_instance

        # 親（このプログラム）が終わったら，カーネルも終わる。
        parent = f"--IPKernelApp.parent_handle={os.getppid()}"
        launch_new_instance(["-f", request["connection_file"], parent])
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
