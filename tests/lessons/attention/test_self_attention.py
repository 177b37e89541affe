"""スケール化内積注意と多頭注意は torch と，近所の自己注意は定義の式と等しい。"""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lessons.attention.self_attention import local_self_attention as local
from lessons.attention.self_attention.model import (
    MultiHead,
    scaled_dot_product,
    softmax_gradient,
)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.mark.parametrize("shape", [(5, 7, 4, 6), (2, 3, 3, 8), (1, 1, 1, 1)])
def test_equals_torch(shape):
    L, S, d_k, d_v = shape
    Q, K, V = torch.randn(2, L, d_k), torch.randn(2, S, d_k), torch.randn(2, S, d_v)
    out, weights = scaled_dot_product(Q, K, V)
    torch.testing.assert_close(out, F.scaled_dot_product_attention(Q, K, V))
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, L))


def test_hidden_pairs_get_no_weight_as_in_torch():
    Q, K, V = torch.randn(3, 2, 6, 4).unbind()
    future = torch.ones(6, 6, dtype=torch.bool).triu(1)
    out, weights = scaled_dot_product(Q, K, V, future)
    expected = F.scaled_dot_product_attention(Q, K, V, is_causal=True)
    torch.testing.assert_close(out, expected)
    assert weights[:, future].eq(0).all()


@pytest.mark.parametrize("bad", [(3, 4, 5, 5), (4, 4, 5, 6)])
def test_shapes_that_do_not_fit_are_refused_in_japanese(bad):
    d_q, d_k, S, values = bad
    with pytest.raises(ValueError, match="問いと鍵は同じ長さ"):
        scaled_dot_product(
            torch.randn(2, d_q), torch.randn(S, d_k), torch.randn(values, 1)
        )


def copied(reference: nn.MultiheadAttention) -> MultiHead:
    ours = MultiHead(reference.embed_dim, reference.num_heads)
    with torch.no_grad():
        for name, weight, bias in zip(
            ("W_Q", "W_K", "W_V"),
            reference.in_proj_weight.chunk(3),
            reference.in_proj_bias.chunk(3),
            strict=True,
        ):
            getattr(ours, name).weight.copy_(weight)
            getattr(ours, name).bias.copy_(bias)
    ours.W_O.load_state_dict(reference.out_proj.state_dict())
    return ours


@pytest.mark.parametrize(("d_model", "h"), [(8, 1), (12, 3), (32, 8)])
def test_multi_head_equals_torch(d_model, h):
    reference = nn.MultiheadAttention(d_model, h, batch_first=True)
    nn.init.normal_(reference.in_proj_bias)
    ours = copied(reference)
    x, memory = torch.randn(2, 5, d_model), torch.randn(2, 7, d_model)
    for asked, other in ((x, x), (x, memory)):
        expected, weights = reference(asked, other, other, average_attn_weights=False)
        out, our_weights = ours(asked, other)
        torch.testing.assert_close(out, expected)
        torch.testing.assert_close(our_weights, weights)
    torch.testing.assert_close(ours(x)[0], ours(x, x)[0])


def test_self_attention_does_not_know_the_order():
    layer, x, order = MultiHead(8, 2), torch.randn(1, 6, 8), torch.randperm(6)
    torch.testing.assert_close(layer(x)[0][:, order], layer(x[:, order])[0])


def test_number_of_heads_must_divide_the_length():
    with pytest.raises(ValueError, match="割り切れる"):
        MultiHead(10, 3)


def test_gradient_is_that_of_autograd():
    generator = torch.Generator().manual_seed(3)
    q = torch.randn(2, 4, generator=generator)
    K = torch.randn(5, 4, generator=generator)
    norms = [
        torch.autograd.functional.jacobian(lambda s: s.softmax(-1), K @ one / 2).norm()
        for one in q
    ]
    got = softmax_gradient(4, 3, queries=2, items=5)
    assert got == pytest.approx(float(torch.stack(norms).mean()), rel=1e-5)


def test_without_scaling_most_queries_are_stuck_but_the_mean_moves_more():
    """割らないと，平均では大きく動くが，多くの問いは動かない（鍵が増えると，半分に届かない）。"""
    stuck = {}
    for keys in (16, 64):
        generator = torch.Generator().manual_seed(70)
        q = torch.randn(300, 512, generator=generator)
        K = torch.randn(keys, 512, generator=generator)
        moved = []
        for shrink in (512**-0.5, 1.0):
            p = (q @ K.T * shrink).softmax(-1)
            slope = torch.diag_embed(p) - p[:, :, None] * p[:, None]
            moved.append((slope @ K * shrink).flatten(1).norm(dim=1))
        scaled, plain = moved
        assert plain.mean() > 2 * scaled.mean()
        assert plain.median() < scaled.median()
        stuck[keys] = (plain < scaled.median() / 10).float().mean()
    assert stuck[64] < 0.47 < 0.53 < stuck[16]


def by_definition(layer: local.LocalSelfAttention, x: torch.Tensor) -> torch.Tensor:
    """論文の式 3 を，場所と頭ごとに，そのまま計算する。"""
    q, k, v = (
        W(x).unflatten(1, (layer.heads, -1)) for W in (layer.W_Q, layer.W_K, layer.W_V)
    )
    y, half = torch.zeros_like(v), layer.k // 2
    B, heads, _, H, W = q.shape
    for z, n, i, j in torch.cartesian_prod(
        *map(torch.arange, (B, heads, H, W))
    ).tolist():
        near = [
            (a, b)
            for a in range(i - half, i + half + 1)
            for b in range(j - half, j + half + 1)
            if 0 <= a < H and 0 <= b < W
        ]
        scores = []
        for a, b in near:
            key = k[z, n, :, a, b]
            if layer.position:
                row = layer.r_row[a - i + half, n]
                column = layer.r_column[b - j + half, n]
                key = key + torch.cat([row, column])
            scores.append(q[z, n, :, i, j] @ key)
        weights = torch.stack(scores).softmax(0)
        for weight, (a, b) in zip(weights, near, strict=True):
            y[z, n, :, i, j] += weight * v[z, n, :, a, b]
    return y.flatten(1, 2)


@pytest.mark.parametrize("position", [True, False])
@pytest.mark.parametrize(("k", "heads"), [(1, 1), (3, 2), (5, 1)])
@torch.no_grad()
def test_local_layer_equals_the_definition(k, heads, position):
    layer = local.LocalSelfAttention(3, 8, k, heads, position=position)
    x = torch.randn(2, 3, 4, 5)
    torch.testing.assert_close(layer(x), by_definition(layer, x))


@torch.no_grad()
def test_wide_local_layer_without_position_is_ordinary_attention():
    layer = local.LocalSelfAttention(3, 4, 9, position=False)
    x = torch.randn(2, 3, 5, 5)
    Q, K, V = (W(x).flatten(2).mT for W in (layer.W_Q, layer.W_K, layer.W_V))
    expected = F.scaled_dot_product_attention(Q, K, V, scale=1.0)
    torch.testing.assert_close(layer(x).flatten(2).mT, expected)


@pytest.mark.parametrize(("k", "d_out", "heads"), [(4, 8, 1), (3, 6, 2), (3, 7, 1)])
def test_sizes_that_cannot_be_are_refused(k, d_out, heads):
    with pytest.raises(ValueError, match="奇数"):
        local.LocalSelfAttention(3, d_out, k, heads)


@pytest.mark.parametrize("k", [3, 7])
def test_cost_follows_the_formulas(k):
    d, side = 16, 6
    x = torch.randn(1, d, side, side)
    costs = {
        kind: (local.parameters(layer), local.multiply_adds(layer, x) / side**2)
        for kind, layer in ((n, local.make_layer(n, d, d, k, 2)) for n in local.KINDS)
    }
    assert costs["conv"] == (k * k * d * d, k * k * d * d)
    assert costs["no position"] == (3 * d * d, 3 * d * d + 2 * k * k * d)
    assert costs["attention"] == (
        3 * d * d + k * d,
        3 * d * d + 2 * k * k * d + k * d,
    )


def test_looking_far_is_cheap_only_with_many_channels():
    """一辺 19 の自己注意の計算は，一辺 3 の畳み込みの何倍か。"""
    ratio = {}
    for d in (16, 128):
        x = torch.randn(1, d, 20, 20)
        far, near = (
            local.multiply_adds(local.make_layer(kind, d, d, k), x)
            for kind, k in (("attention", 19), ("conv", 3))
        )
        ratio[d] = far / near
    assert ratio[16] == pytest.approx(5.5, abs=0.05)
    assert 0.9 < ratio[128] < 1


def test_unknown_layer_names_the_valid_ones():
    with pytest.raises(ValueError, match="conv, attention, no position"):
        local.make_layer("pool", 4, 4, 3)


def test_training_is_reproducible_and_learns():
    first = local.digit_accuracy("attention", 0, steps=40)
    assert first == local.digit_accuracy("attention", 0, steps=40)
    assert first > 0.3  # 偶然なら 0.1
    assert math.isfinite(first)


def test_a_row_that_sees_nothing_is_refused():
    Q = K = V = torch.randn(3, 4)
    hidden = torch.zeros(3, 3, dtype=torch.bool)
    hidden[1] = True
    with pytest.raises(ValueError, match=r"すべての鍵を隠している行.*False に"):
        scaled_dot_product(Q, K, V, hidden)
