"""効果「CAM は，二つの物のうち，名指した方に集まる」：向きと大きさ，種ごとの違い。"""

import numpy as np

from lessons.attention.cam.localisation import localisation_effect


def test_cam_localises_the_named_one_over_ten_seeds():
    found = [localisation_effect(seed) for seed in range(10)]
    own = np.array([one.own for one in found])
    hits = np.array([one.hits for one in found])
    assert (own > 0.8).all(), own
    assert own.mean() - 0.5 > 5 * own.std()  # 偶然の 0.5 からはるかに離れている
    assert (hits >= 0.9).all(), hits
    assert len(set(own.round(6))) == 10  # 種ごとに違う絵を測っている


def test_same_seed_gives_the_same_numbers():
    assert localisation_effect(4) == localisation_effect(4)
