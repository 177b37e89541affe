"""効果「CAM は，二つの物のうち，名指した方に集まる」：向きと大きさ，種ごとの違い。"""


def test_cam_localises_the_named_one_over_ten_seeds(measured):
    own = measured["CAM は，二つの物のうち，名指した方に集まる"]
    hits = measured["CAM の頂点は，名指した物の側にある"]
    assert (own > 0.8).all(), own
    assert own.mean() - 0.5 > 5 * own.std()  # 偶然の 0.5 からはるかに離れている
    assert (hits >= 0.9).all(), hits
    assert len(set(own.round(6))) == 10  # 種ごとに違う絵を測っている
