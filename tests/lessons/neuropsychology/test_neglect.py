"""章 neuropsychology/neglect の部品の検査。"""

import numpy as np

from lessons.neuropsychology.neglect import model as neglect


# TODO：この章の計算が満たす等式や，論文の効果を確かめる検査に置き換える
def test_square_is_even_and_never_negative():
    x = np.linspace(-2, 2, 9)
    np.testing.assert_allclose(neglect.square(x), neglect.square(-x))
    assert (neglect.square(x) >= 0).all()
