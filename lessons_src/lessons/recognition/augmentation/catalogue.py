"""変形の目録：torchvision v2 の変形の名前から，何をするかと作り方を引く。

頁の図も，表も，この一つの目録から作る。
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torchvision.transforms import v2

KINDS = {"shape": "形と場所", "colour": "色と明るさ", "auto": "自動で選ぶ"}
"""変形の種類。"""


@dataclass(frozen=True)
class Entry:
    """変形一つ。"""

    kind: str  # KINDS のどれか
    short: str  # 図の見出し
    what: str  # 何をするか
    make: Callable[[], v2.Transform]


def _blur() -> v2.Transform:
    return v2.GaussianBlur(15, (4.0, 4.0))


CATALOGUE: dict[str, Entry] = {
    name: Entry(*entry)
    for name, entry in {
        "Pad": ("shape", "縁を足す", "まわりに縁を足す", lambda: v2.Pad(40)),
        "Resize": ("shape", "縮める", "大きさを変える", lambda: v2.Resize(40)),
        "CenterCrop": ("shape", "中央を切る", "中央を切り取る", lambda: v2.CenterCrop(100)),
        "FiveCrop": ("shape", "五か所を切る", "四隅と中央を切り取る", lambda: v2.FiveCrop(100)),
        "RandomCrop": ("shape", "どこかを切る", "くじで決めた所を切る", lambda: v2.RandomCrop(100)),
        "RandomResizedCrop": ("shape", "切って広げる", "切ってから大きさをそろえる", lambda: v2.RandomResizedCrop(200, (0.1, 0.5))),
        "RandomHorizontalFlip": ("shape", "左右に裏返す", "左右に裏返す", lambda: v2.RandomHorizontalFlip(1.0)),
        "RandomVerticalFlip": ("shape", "上下に裏返す", "上下に裏返す", lambda: v2.RandomVerticalFlip(1.0)),
        "RandomRotation": ("shape", "回す", "くじで決めた角度だけ回す", lambda: v2.RandomRotation(60)),
        "RandomAffine": ("shape", "回してずらす", "回す・ずらす・伸ばす・傾ける", lambda: v2.RandomAffine(30, (0.2, 0.2), (0.6, 0.9), 20)),
        "RandomPerspective": ("shape", "遠近をつける", "斜めから見たようにする", lambda: v2.RandomPerspective(0.6, 1.0)),
        "ElasticTransform": ("shape", "ゆがめる", "水面のようにゆがめる", lambda: v2.ElasticTransform(350.0, 8.0)),
        "RandomZoomOut": ("shape", "遠ざける", "広い地の中に小さく置く", lambda: v2.RandomZoomOut(0, (1.5, 2.5), 1.0)),
        "RandomErasing": ("shape", "一部を消す", "四角く塗りつぶす", lambda: v2.RandomErasing(1.0)),
        "Grayscale": ("colour", "白黒", "色を除く", lambda: v2.Grayscale(3)),
        "ColorJitter": ("colour", "色を揺らす", "明るさ・対比・彩度・色相を揺らす", lambda: v2.ColorJitter(0.5, 0.5, 0.8, 0.3)),
        "GaussianBlur": ("colour", "ぼかす", "ガウス関数でぼかす", _blur),
        "RandomInvert": ("colour", "反転", "明暗と色を逆にする", lambda: v2.RandomInvert(1.0)),
        "RandomPosterize": ("colour", "段を減らす", "明るさの段を減らす", lambda: v2.RandomPosterize(2, 1.0)),
        "RandomSolarize": ("colour", "明部を反転", "明るい所だけを反転する", lambda: v2.RandomSolarize(128, 1.0)),
        "RandomAdjustSharpness": ("colour", "鋭くする", "縁を際立たせる", lambda: v2.RandomAdjustSharpness(8, 1.0)),
        "RandomAutocontrast": ("colour", "明暗を広げる", "明暗を幅いっぱいに広げる", lambda: v2.RandomAutocontrast(1.0)),
        "RandomEqualize": ("colour", "明暗を均す", "明るさの度数を均す", lambda: v2.RandomEqualize(1.0)),
        "RandomPhotometricDistort": ("colour", "色を乱す", "色の変化を組み合わせる", lambda: v2.RandomPhotometricDistort(p=1.0)),
        "RandomChannelPermutation": ("colour", "色の入替え", "赤・緑・青を入れ替える", v2.RandomChannelPermutation),
        "AutoAugment": ("auto", "AutoAugment", "前もって探した組を使う", v2.AutoAugment),
        "RandAugment": ("auto", "RandAugment", "決めた数だけ，くじで選ぶ", lambda: v2.RandAugment(2, 12)),
        "TrivialAugmentWide": ("auto", "TrivialAugment", "一つだけ，強さもくじで選ぶ", v2.TrivialAugmentWide),
        "AugMix": ("auto", "AugMix", "いくつかの変形を混ぜる", lambda: v2.AugMix(6)),
        "RandomApply": ("auto", "RandomApply", "決めた確率で，組を使う", lambda: v2.RandomApply([_blur(), v2.Grayscale(3)], 0.5)),
    }.items()
}  # fmt: skip
"""torchvision v2 での名前から，種類・見出し・働き・作り方を引く表。"""


def transform(name: str) -> v2.Transform:
    """目録の変形を作る。

    Raises:
        ValueError: 目録にない名前のとき。近い名前を挙げる。
    """
    if name not in CATALOGUE:
        near = difflib.get_close_matches(str(name), CATALOGUE, n=3, cutoff=0.3)
        raise ValueError(
            f"変形 {name!r} は目録にありません。"
            f"近い名前: {'，'.join(near or CATALOGUE)}"
        )
    return CATALOGUE[name].make()


def applied(name: str, image: np.ndarray, seed: int = 0) -> np.ndarray:
    """画像に変形を一つ当てる。

    Args:
        name: 目録にある名前。
        image: ``(H, W, 3)``，uint8。
        seed: くじの種。

    Returns:
        変形した画像 ``(h, w, 3)``，uint8。``FiveCrop`` は，五枚を十字に並べた一枚。

    Raises:
        ValueError: 目録にない名前，または画像の形が違うとき。
    """
    change = transform(name)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(
            f"画像の形が {image.shape}，型が {image.dtype} です。"
            "(高さ, 幅, 3) の uint8 にしてください。"
        )
    x = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        found = change(x)
    if isinstance(found, tuple | list):
        found = _cross([np.asarray(one) for one in found])
    return np.asarray(found).transpose(1, 2, 0)


def _cross(crops: list[np.ndarray]) -> np.ndarray:
    """左上・右上・左下・右下・中央の五枚 ``(3, h, w)`` を，さいころの 5 の形に並べる。"""
    _, h, w = crops[0].shape
    page = np.full((3, 3 * h, 3 * w), 255, np.uint8)
    for (row, column), crop in zip(
        ((0, 0), (0, 2), (2, 0), (2, 2), (1, 1)), crops, strict=True
    ):
        page[:, row * h : (row + 1) * h, column * w : (column + 1) * w] = crop
    return page
