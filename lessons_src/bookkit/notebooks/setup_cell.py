"""ノートブックの最初のコードのセル。Colab や Binder に ``lessons`` を入れる。"""

from __future__ import annotations

_TEMPLATE = '''\
# @title 準備：最初にこのセルを実行します（Colab では 1 分ほど）
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile

PARTS = (
    "git+{repository}"
    "@{revision}"
)
HOSTS = ("COLAB_RELEASE_TAG", "BINDER_SERVICE_HOST", "KAGGLE_URL_BASE")


def install():
    """実行先の torch と NumPy を替えずに，教材の部品 lessons を入れる。"""
    kept = []
    for name in ("torch", "torchvision", "numpy"):
        if importlib.util.find_spec(name):
            kept.append(f"{{name}}=={{importlib.metadata.version(name)}}")
    with tempfile.TemporaryDirectory() as folder:
        keep = os.path.join(folder, "keep.txt")
        with open(keep, "w") as file:
            file.write("\\n".join(kept))
        pip = [sys.executable, "-m", "pip", "install", "-q", "-c", keep]
        done = subprocess.run([*pip, PARTS], capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr)
        raise RuntimeError("部品を入れられません。少し待って，もう一度実行します。")
    importlib.invalidate_caches()


if importlib.util.find_spec("lessons") is None:
    if not any(host in os.environ for host in HOSTS):
        raise ModuleNotFoundError(f"先に pip install '{{PARTS}}' を実行します。")
    install()
print("準備ができました。")
'''


def setup_code(repository: str, revision: str) -> str:
    """準備のセルのコードを返す。

    ``lessons`` がすでに入っていれば何もしない。Colab・Binder・Kaggle の外では，
    勝手に入れずに，入れ方を伝えて止まる。
    """
    return _TEMPLATE.format(repository=repository, revision=revision).rstrip()
