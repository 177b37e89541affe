"""効果の枠：基準，判定，記録，表，測るプロセス。

本当に測った値は，本ができた後に ``tests/effects`` が確かめる。
"""

import json
import math
import subprocess
import sys

import numpy as np
import psutil
import pytest

from lessons.effects.live import Effect, Result, evaluate, to_html, to_record


def fake(values, **limits):
    effect = Effect(
        "試し", "basics/softmax", "誰か 2000", "何か", "量", float, **limits
    )
    return Result(effect, np.array(values, float))


def test_passing_needs_the_mean_and_most_seeds():
    assert fake([1, 1, 1, 1, 1], low=0.5).passed
    assert not fake([0, 0, 0, 0, 9], low=0.5).passed
    assert not fake([1, 1, 1, 1, -9], low=0.5).passed
    assert not fake([3, 3, 3], low=0, high=2).passed


def test_an_effect_needs_a_criterion_and_finite_values():
    with pytest.raises(ValueError, match="基準がありません"):
        fake([1])
    broken = Effect("試し", "c", "p", "r", "q", lambda seed: math.nan, low=0)
    with pytest.raises(ValueError, match="NaN"):
        evaluate(broken)


def test_table_says_when_a_value_is_outside_the_criterion():
    html = to_html([fake([0, 0], low=1), fake([2, 2], low=1)])
    assert html.count("<tr>") == 3
    assert html.count("基準の外") == 1


def test_record_keeps_every_value_exactly():
    values = [0.1, 1 / 3, -2.5e-17]
    assert json.loads(to_record([fake(values, low=0)])) == {"試し": values}


POOL = """
import multiprocessing, os, time
from concurrent.futures import ProcessPoolExecutor
from lessons.effects import live as effects
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    start = effects._end_with_parent
    with ProcessPoolExecutor(1, mp_context=context, initializer=start) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 600).result()
"""


def test_measuring_processes_end_when_the_chapter_is_stopped(tmp_path):
    """章の時間切れでカーネルが止められても，測るプロセスが残らない。"""
    script = tmp_path / "pool.py"
    script.write_text(POOL, "utf8")
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True
    ) as parent:
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    worker.wait(timeout=60)
    assert not worker.is_running()
