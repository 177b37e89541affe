"""156 概念 × 8 通りの絵に対する，EfficientNet-Lite0 の活動を計算して fp16 で書く。

頁で計算すると 1 分ほどかかるので，次のように一度だけ計算しました::

    cd lessons_src/scripts
    python -m naming_pictures.features

絵と重みの sha256 を，ファイルの中に一緒に書きます（検査が，今のものと比べます）。
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import safetensors.numpy

import lessons
from lessons.neuropsychology.picture_naming import model
from lessons.stimuli import naming_pictures
from lessons.weights import ledger

ROOT = Path(lessons.__file__).parent
TARGET = ROOT / "neuropsychology" / "picture_naming" / "features.safetensors"


def main() -> None:
    """計算して書く。"""
    activity = {
        style: model.look(naming_pictures.pictures(style)).astype(np.float16)
        for style in naming_pictures.STYLES
    }
    pictures = (ROOT / "stimuli" / "naming" / "pictures.zip").read_bytes()
    record = {
        "pictures": hashlib.sha256(pictures).hexdigest(),
        "weights": ledger.get("efficientnet_lite0").sha256,
        "side": str(model.SIDE),
    }
    safetensors.numpy.save_file(activity, TARGET, record)
    print(f"{TARGET}: {TARGET.stat().st_size:,} バイト")


if __name__ == "__main__":
    main()
