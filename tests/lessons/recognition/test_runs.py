"""学習をくり返した記録：書いた値を，条件の形で読み戻す。行が合わなければ断る。"""

from pathlib import Path

import numpy as np
import pytest

from lessons.recognition.runs import Runs

CONDITIONS = {"way": ("a", "b"), "each": (1, 5, 9), "seed": range(2)}


def test_values_come_back_in_their_place(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs.csv", CONDITIONS)
    runs.write(lambda way, each, seed: (way == "b") / 2 + each / 100 + seed / 1000)
    assert runs.read().shape == (2, 3, 2)
    np.testing.assert_allclose(runs.read()[1, 2], [0.59, 0.591])


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text.rsplit("\n", 2)[0] + "\n",  # 行が足りない
        lambda text: text + "c,1,0,0.5,2\n",  # 知らない条件の行
        lambda text: text.replace("accuracy", "error"),
        lambda text: text.replace("each", "count"),
        lambda text: "",
    ],
)
def test_rows_that_do_not_fit_are_refused(tmp_path: Path, broken) -> None:
    runs = Runs(tmp_path / "runs.csv", CONDITIONS)
    runs.write(lambda way, each, seed: 0.5)
    runs.path.write_text(broken(runs.path.read_text("utf8")), "utf8")
    with pytest.raises(ValueError, match=r"runs.csv の行が，条件 way，each，seed"):
        runs.read()
