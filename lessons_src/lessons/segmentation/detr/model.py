"""小さな DETR（Carion ほか 2020）：物の集合を，そのまま答える検出器。

問い合わせ（クエリ）の一つ一つが，物一つか「物なし」を答える。どの答えをどの正解と
比べるかは，ハンガリー法で決める。アンカー付きのクエリは DAB-DETR（Liu ほか 2022）の
考え方を，小さくしたもの。
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import linear_sum_assignment
from torch import Tensor, nn
from torchvision.ops import box_convert, generalized_box_iou

from lessons.segmentation import data
from lessons.segmentation.faster_rcnn import OneMap
from lessons.segmentation.metrics import Detections
from lessons.stimuli.scenes import Scene
from lessons.weights.ledger import restored

WIDTH = 96
"""特徴の次元。"""


def sine_position(points: Tensor, width: int = WIDTH) -> Tensor:
    """場所 ``(..., 2)``（x, y，0〜1）を，正弦と余弦の組 ``(..., width)`` で表す。"""
    quarter = width // 4
    scale = 20 ** (torch.arange(quarter) / quarter)  # 波の細かさ
    angle = points[..., None] * 2 * math.pi / 20 * scale * 10  # (..., 2, width / 4)
    return torch.cat([angle.sin(), angle.cos()], dim=-1).flatten(-2)


class DecoderLayer(nn.Module):
    """クエリどうしの注意 → 画像への注意 → 全結合。画像への注意の重みも返す。"""

    def __init__(self) -> None:
        super().__init__()
        self.among = nn.MultiheadAttention(WIDTH, 4, batch_first=True)
        self.image = nn.MultiheadAttention(WIDTH, 4, batch_first=True)
        self.mix = nn.Sequential(
            nn.Linear(WIDTH, 2 * WIDTH), nn.ReLU(), nn.Linear(2 * WIDTH, WIDTH)
        )
        self.norm = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))

    def forward(
        self, x: Tensor, place: Tensor, memory: Tensor, where: Tensor
    ) -> tuple[Tensor, Tensor]:
        """クエリ ``x`` ``(B, Q, D)`` を一段進める。"""
        q = x + place
        x = self.norm[0](x + self.among(q, q, x, need_weights=False)[0])
        seen, weight = self.image(x + place, memory + where, memory)
        x = self.norm[1](x + seen)
        return self.norm[2](x + self.mix(x)), weight  # (B, Q, D), (B, Q, H*W)


class DETR(nn.Module):
    """小さな DETR。

    Args:
        things: 物の種類の数。
        queries: クエリの数（一枚に答えられる物の上限）。
        anchored: クエリに場所（アンカー）を持たせるかどうか。
        layers: 復号の段の数。
    """

    def __init__(
        self, things: int, *, queries: int = 16, anchored: bool = True, layers: int = 3
    ) -> None:
        super().__init__()
        self.things, self.anchored = things, anchored
        self.trunk = OneMap()
        self.project = nn.Conv2d(OneMap.out_channels, WIDTH, 1)
        self.encoder = nn.TransformerEncoderLayer(
            WIDTH, 4, 2 * WIDTH, dropout=0.0, batch_first=True
        )
        self.decoder = nn.ModuleList(DecoderLayer() for _ in range(layers))
        self.content = nn.Parameter(torch.zeros(queries, WIDTH))
        if anchored:
            side = math.ceil(math.sqrt(queries))
            grid = (torch.arange(queries)[:, None] // torch.tensor([1, side])) % side
            start = torch.cat([(grid + 0.5) / side, torch.full((queries, 2), 0.3)], -1)
            self.anchor = nn.Parameter(torch.logit(start))  # (Q, 4)：中心，幅，高さ
            self.to_place = nn.Linear(2 * WIDTH, WIDTH)
        else:
            self.place = nn.Parameter(torch.randn(queries, WIDTH))
        self.kind = nn.Linear(WIDTH, things + 1)  # 最後は「物なし」
        self.box = nn.Sequential(
            nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 4)
        )
        last = self.box[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def forward(self, image: Tensor) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
        """画像 ``(B, 3, H, W)`` から，段ごとの答えと，最後の段の注意を返す。

        Returns:
            段ごとの（種類の得点 ``(B, Q, C+1)``，四角 ``(B, Q, 4)``：中心と幅と高さ，
            0〜1）と，注意の重み ``(B, Q, h, w)``。
        """
        x = self.project(self.trunk(image)["0"])  # (B, D, h, w)
        batch, _, rows, columns = x.shape
        y0, x0 = torch.meshgrid(
            (torch.arange(rows) + 0.5) / rows,
            (torch.arange(columns) + 0.5) / columns,
            indexing="ij",
        )
        where = sine_position(torch.stack([x0, y0], -1)).flatten(0, 1)  # (h*w, D)
        memory = self.encoder(x.flatten(2).transpose(1, 2) + where)
        query = self.content.expand(batch, -1, -1)
        reference = self.anchor.expand(batch, -1, -1) if self.anchored else None
        answers = []
        weight = memory.new_zeros(0)
        for layer in self.decoder:
            if reference is None:
                place = self.place.expand(batch, -1, -1)
            else:
                now = reference.sigmoid()
                parts = [sine_position(now[..., :2]), sine_position(now[..., 2:])]
                place = self.to_place(torch.cat(parts, -1))
            query, weight = layer(query, place, memory, where)
            box = self.box(query) if reference is None else self.box(query) + reference
            answers.append((self.kind(query), box.sigmoid()))
            if reference is not None:
                reference = box.detach()  # 次の段は，直した場所から始める
        return answers, weight.unflatten(-1, (rows, columns))


def assign(
    kind: Tensor, box: Tensor, true_kind: Tensor, true_box: Tensor
) -> tuple[np.ndarray, np.ndarray]:
    """ハンガリー法で，クエリと正解を一対一に組にする。

    費用は，種類の確率の符号を変えたもの，四角の差，重なりの悪さの和。

    Args:
        kind: ``(Q, C+1)``。
        box: ``(Q, 4)``（中心，幅，高さ）。
        true_kind: ``(n,)``。
        true_box: ``(n, 4)``。

    Returns:
        クエリの番号と正解の番号。
    """
    probability = kind.softmax(-1)[:, true_kind]  # (Q, n)
    distance = torch.cdist(box, true_box, p=1)
    corners = [box_convert(b, "cxcywh", "xyxy") for b in (box, true_box)]
    cost = -probability + 5 * distance - 2 * generalized_box_iou(*corners)
    return linear_sum_assignment(cost.detach().numpy())


def loss(
    answers: list[tuple[Tensor, Tensor]], scenes: Sequence[Scene], things: int
) -> Tensor:
    """段ごとに組を決め，種類・四角・重なりの誤差を足す。"""
    size = scenes[0].image.shape[0]
    count = max(1, sum(len(scene.labels) for scene in scenes))
    weight = torch.ones(things + 1)
    weight[-1] = 0.2  # 「物なし」は数が多いので軽くする
    total = torch.zeros(())
    for kinds, boxes in answers:
        target = torch.full(kinds.shape[:2], things)
        mine, yours = [], []
        for i, scene in enumerate(scenes):
            true_kind = torch.from_numpy(scene.labels)
            true_box = box_convert(
                torch.from_numpy(scene.boxes) / size, "xyxy", "cxcywh"
            )
            q, t = assign(kinds[i], boxes[i], true_kind, true_box)
            target[i, q] = true_kind[t]
            mine.append(boxes[i, q])
            yours.append(true_box[t])
        a, b = torch.cat(mine), torch.cat(yours)
        corners = [box_convert(v, "cxcywh", "xyxy") for v in (a, b)]
        overlap = torch.diag(generalized_box_iou(*corners))
        total = total + (
            F.cross_entropy(kinds.transpose(1, 2), target, weight=weight)
            + 5 * (a - b).abs().sum() / count
            + 2 * (1 - overlap).sum() / count
        )
    return total


def fit(
    model: DETR,
    scenes: tuple[Scene, ...],
    *,
    iterations: int,
    batch: int = 16,
    rate: float = 1e-3,
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
) -> list[float]:
    """集合としての誤差を小さくする。背骨は十分の一の速さで動かす。

    ``watch`` は，反復のたびに，その回数とともに呼ばれる。
    """
    trunk = list(model.trunk.parameters())
    rest = [p for n, p in model.named_parameters() if not n.startswith("trunk.")]
    groups = [{"params": rest, "lr": rate}, {"params": trunk, "lr": rate / 10}]
    optimizer = torch.optim.AdamW(groups, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, iterations)
    losses = []
    model.train()
    for image, chosen in data.batches(scenes, batch, iterations, seed):
        answers, _ = model(image)
        total = loss(answers, chosen, model.things)
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(total.item())
        if watch is not None:
            watch(len(losses))
    return losses


@torch.no_grad()
def detect(model: DETR, scenes: Sequence[Scene]) -> list[Detections]:
    """場面ごとの検出。NMS は要らない：クエリどうしが注意で譲り合う。"""
    model.eval()
    found = []
    for start in range(0, len(scenes), 32):
        part = scenes[start : start + 32]
        images = data.to_tensor(np.stack([scene.image for scene in part]))
        kinds, boxes = model(images)[0][-1]
        score, label = kinds.softmax(-1)[..., :-1].max(-1)
        corner = box_convert(boxes, "cxcywh", "xyxy") * images.shape[-1]
        found += [
            Detections(k.numpy(), b.numpy(), s.numpy())
            for k, b, s in zip(label, corner, score, strict=True)
        ]
    return found


def pretrained(*, anchored: bool = True) -> DETR:
    """本の場面で学習ずみの DETR。``anchored`` が偽なら，クエリに場所のないもの。

    Raises:
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    name = "detr_anchored" if anchored else "detr_plain"
    return restored(DETR(data.THING_KINDS, anchored=anchored), name)
