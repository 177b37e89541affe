"""ハブのない対照：見た目から名前へ，直接つないだ一層の網を傷つける。"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from lessons.neuropsychology.semantic_dementia import naming
from lessons.neuropsychology.semantic_dementia.knowledge import KINDS, Knowledge
from lessons.neuropsychology.semantic_dementia.model import BIAS


def discrimination(
    knowledge: Knowledge, seed: int, share: float, lesions: int = 8
) -> np.ndarray:
    """見た目から名前への線を ``share`` の割合だけ切ったときの d′ ``(3,)``。

    ハブはなく，線は見た目と名前を直接結ぶ。教える名前と属性は，ハブの網と同じ。

    Args:
        knowledge: 教える知識。
        seed: 始めの重みと，傷の種。
        share: 切る割合。0 以上 1 以下。
        lesions: 引く傷の数。その平均を返す。
    """
    see, say = knowledge.places("見た目"), knowledge.places(KINDS[0])
    patterns = torch.tensor(knowledge.patterns, dtype=torch.float32)
    X, Y = patterns[:, see], patterns[:, say]
    g = torch.Generator().manual_seed(seed)
    W = (0.1 * torch.randn(len(see), len(say), generator=g)).requires_grad_()
    optimizer = torch.optim.Adam([W], lr=0.03)
    for _ in range(600):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(X @ W + BIAS, Y).backward()
        optimizer.step()
    activity = np.zeros((lesions, *knowledge.patterns.shape))
    for one in activity:
        kept = W.detach() * (torch.rand(W.shape, generator=g) >= share)
        one[:, say] = (X @ kept + BIAS).sigmoid().numpy()
    mean: np.ndarray = naming.discrimination(activity, knowledge).mean(0)
    return mean
