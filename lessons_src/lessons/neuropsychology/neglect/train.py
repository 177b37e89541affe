"""シートの検出器を学習する台本。章は読み込まない（章は ``finding.pretrained`` を使う）。

使い方::

    python -m lessons.neuropsychology.neglect.train

本の場面で学習した一段の検出器から始め，シートを切り出した小さな画像で学習し直す。
反復の数は決まっている。重みは半精度で ``lessons/weights/`` に，試験のシートでの成績は
台帳に書く。学習・試験のシートの種は，効果の検査が使う種（0〜9，1000 以上）と重ならない。
"""

from __future__ import annotations

import hashlib
import json

import numpy as np
import safetensors.torch

from lessons import runtime
from lessons.neuropsychology.neglect import finding
from lessons.segmentation.one_stage.model import GridDetector, fit, pretrained
from lessons.stimuli.neglect_sheets import CANCELLATION
from lessons.stimuli.paper import PX_PER_MM, Sheet, pixels
from lessons.stimuli.scenes import Scene
from lessons.weights.ledger import ENTRIES

NAME = "neglect_sheets"
SIDE = 96
"""切り出す画像の一辺（画素）。"""
TRAINING_SHEETS, TILES, ITERATIONS = 40, 60, 2000
"""検査ごとの学習のシートの数，シート一枚から切り出す数，反復の数。"""
TRAINING_SEED, TESTING_SEED = 100_000, 200_000
"""学習と試験のシートの種の始まり。"""


def tiles(sheet: Sheet, count: int, rng: np.random.Generator) -> list[Scene]:
    """シートから，一辺 ``SIDE`` 画素の画像を切り出す。

    切り口で六割より小さくなる物は，正解に入れない。物のない画像は選ばない。
    """
    image = pixels(sheet)
    boxes = (sheet.boxes * PX_PER_MM).astype(np.float32)  # (n, 4)
    labels = np.array([finding.kind_of(item) for item in sheet.items])
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    found: list[Scene] = []
    while len(found) < count:
        top = int(rng.integers(image.shape[0] - SIDE + 1))
        left = int(rng.integers(image.shape[1] - SIDE + 1))
        cut = np.clip(boxes - np.array([left, top, left, top], np.float32), 0, SIDE)
        seen = np.prod(cut[:, 2:] - cut[:, :2], axis=1) >= 0.6 * area
        if not seen.any():
            continue
        n = int(seen.sum())
        crop = image[top : top + SIDE, left : left + SIDE].astype(float)
        noisy = crop + rng.normal(0, rng.uniform(0, 12), crop.shape)
        found.append(
            Scene(
                np.clip(noisy, 0, 255).astype(np.uint8),
                labels[seen].astype(np.int64),
                cut[seen],
                masks=np.zeros((n, 0, 0), bool),
                semantic=np.zeros((0, 0), np.int64),
                keypoints=np.zeros((n, 0, 3), np.float32),
                things=finding.KINDS,
            )
        )
    return found


def sheets(start: int, count: int) -> list[Sheet]:
    """三つの検査のシートを ``count`` 枚ずつ。"""
    return [make(start + i) for make in CANCELLATION.values() for i in range(count)]


def build() -> GridDetector:
    """本の場面で学習した検出器の，最後の層だけを新しくする。"""
    detector = GridDetector(len(finding.KINDS))
    state, fresh = pretrained().state_dict(), detector.state_dict()
    detector.load_state_dict(
        {k: state[k] if state[k].shape == v.shape else v for k, v in fresh.items()}
    )
    return detector


def main() -> None:
    """学習し，重みと台帳の項目を書く。"""
    runtime.seed_everything(0)
    rng = np.random.default_rng(0)
    training = [
        scene
        for sheet in sheets(TRAINING_SEED, TRAINING_SHEETS)
        for scene in tiles(sheet, TILES, rng)
    ]
    detector = build()

    def watch(step: int, parts: dict[str, float]) -> None:
        if step % 200 == 0:
            row = ", ".join(f"{name} {value:.3f}" for name, value in parts.items())
            print(f"{step}: {row}", flush=True)

    fit(detector, tuple(training), iterations=ITERATIONS, watch=watch)
    half = {
        key: value.contiguous().half() if value.is_floating_point() else value
        for key, value in detector.state_dict().items()
    }
    content = safetensors.torch.save(half)
    (ENTRIES.parent / "scenes" / f"{NAME}.safetensors").write_bytes(content)
    entry = {
        "file": f"lessons/weights/scenes/{NAME}.safetensors",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "licence": "Apache-2.0",
        "source": "本の作る検査のシートで学習した。"
        "python -m lessons.neuropsychology.neglect.train で作れる（半精度で書く）",
        "iterations": ITERATIONS,
        "scores": {},
    }
    write_entry(entry)  # 成績は，書いた重みを読み直して測る
    entry["scores"] = {"AP50": round(evaluate(), 4)}
    write_entry(entry)
    print(entry["scores"])


def evaluate(count: int = 10) -> float:
    """書いた重みの，試験のシート（検査ごとに ``count`` 枚）での AP50。"""
    return finding.ap50(finding.pretrained(), sheets(TESTING_SEED, count))


def write_entry(entry: dict[str, object]) -> None:
    """台帳の項目を書く。"""
    text = json.dumps(entry, ensure_ascii=False, indent=2) + "\n"
    (ENTRIES / f"{NAME}.json").write_text(text, "utf8")


if __name__ == "__main__":
    main()
