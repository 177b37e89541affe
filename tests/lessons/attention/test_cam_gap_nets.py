"""GAP で終わる三つの小さなネットワーク：CAM の恒等式と，短い学習の成績。"""

import numpy as np
import pytest
import torch

from lessons.attention.cam import gap_nets
from lessons.attention.cam.gap_nets import ANIMALS, BACKBONES, ONE, GapNet
from lessons.attention.cam.model import cam
from lessons.stimuli.scenes import make_scenes


@pytest.mark.parametrize("backbone", BACKBONES)
def test_cam_explains_the_score_whatever_the_backbone(backbone):
    torch.manual_seed(1)
    net = GapNet(backbone).eval()
    x = gap_nets.pixels(make_scenes(1, "test", ONE))
    for c in range(len(ANIMALS)):
        found = cam(net, x, c)
        assert found.layer == "backbone"
        assert found.M.shape == (8, 8)
        assert float(found.M.mean()) + found.bias == pytest.approx(
            float(net(x)[0, c].detach()), abs=1e-5
        )


def test_backbones_really_differ():
    nets = {name: GapNet(name) for name in BACKBONES}
    sizes = {sum(p.numel() for p in net.parameters()) for net in nets.values()}
    assert len(sizes) == 3
    for name, part in (("残差型", gap_nets.Residual), ("密結合型", gap_nets.Dense)):
        owners = [
            n for n in nets if any(isinstance(m, part) for m in nets[n].modules())
        ]
        assert owners == [name]


def test_unknown_backbone_lists_the_valid_ones():
    with pytest.raises(ValueError, match="残差型"):
        GapNet("ほか")


def test_short_training_already_localises_and_is_reproducible():
    scenes = make_scenes(200, "train", ONE)
    first = gap_nets.train("残差型", scenes, 60, seed=3)
    again = gap_nets.train("残差型", scenes, 60, seed=3)
    for p, q in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(p, q)
    score = gap_nets.evaluate(first, 60)
    torch.manual_seed(0)
    before = gap_nets.evaluate(GapNet("残差型").eval(), 60)
    assert score.accuracy > 0.45 > before.accuracy
    assert score.hits > 3 * score.chance
    assert score.contrast > 0.65
    assert 0.35 < before.contrast < 0.65


def test_two_animals_are_different():
    for scene in gap_nets.two_animals(40):
        assert len(np.unique(scene.labels)) == 2
