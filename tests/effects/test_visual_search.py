"""視覚探索の効果：基準より細かい向きと大きさを，頁が測った値で確かめる。

はじめて報告した論文：Treisman & Gelade (1980)，Treisman & Schmidt (1982)，
Wolfe, Cave & Franzel (1989)，Wolfe (1994)。
"""

import numpy as np


def test_feature_search_is_flat(measured):
    values = measured["特徴探索の傾きは平らになる"]
    assert np.abs(values).max() < 5
    assert abs(values.mean()) < 1


def test_conjunction_search_rises(measured):
    values = measured["結合探索の傾きは急になる"]
    assert values.min() > 15
    assert 20 < values.mean() < 30
    assert values.min() > measured["特徴探索の傾きは平らになる"].max() + 10


def test_absent_slope_is_about_twice_the_present_slope(measured):
    values = measured["結合探索では，「ない」の傾きが「ある」の約 2 倍になる"]
    assert 1.8 < values.mean() < 2.2
    assert (values > 1.5).all()
    assert (values < 2.7).all()


def test_guidance_lowers_the_slope(measured):
    assert measured["目的による誘導が，結合探索の傾きを下げる"].min() > 8


def test_illusory_conjunctions_grow_as_display_time_shrinks(measured):
    assert measured["見せる時間が短いほど，結合錯誤が増える"].min() > 0.2
