"""図と地の実験：凸の色の領域だけが，外へふくらむ。"""

import numpy as np
import pytest
from scipy import ndimage

from lessons.experiments.pictures import pixels
from lessons.segmentation.fcn.experiment import COUNTS, experiment, figure


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("convex", ["black", "white"])
def test_the_convex_colour_bulges(count, convex):
    g = np.random.default_rng(5)
    for _ in range(4):
        image = pixels([figure(count, convex, g)])[0]
        seen = {"black": image < 60, "white": image > 200}
        concave = {"black": "white", "white": "black"}[convex]
        assert ndimage.label(seen[convex])[1] == count // 2
        wide = [seen[name][112].sum() for name in (convex, concave)]
        narrow = [seen[name][22:202].sum(axis=1) for name in (convex, concave)]
        assert wide[0] > wide[1]
        assert narrow[0].max() > narrow[1].max()


def test_the_colours_are_balanced_and_nobody_is_graded():
    plan = experiment()
    cells = {trial.cell for trial in plan.trials}
    assert len(cells) == len(COUNTS) * 2
    assert not plan.graded
    assert plan.others["人間"] == {"4 領域": 62, "8 領域": 79}
