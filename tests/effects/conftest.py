"""本の頁「効果の表」が測った値。ここでは測り直さない。"""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from bookkit.execution import executed

ROOT = Path(__file__).resolve().parents[2]
PAGE = "book/readings/effects"
NAME = "effects-measured"


@pytest.fixture(scope="session")
def measured() -> dict[str, np.ndarray]:
    """``{効果の名前: 種ごとの値}``。本ができていなければ（飛ばさずに）落ちる。"""
    try:
        notebook = executed(ROOT, PAGE)
    except LookupError as error:
        pytest.fail(str(error), pytrace=False)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("scrapbook", {}).get("name") == NAME:
                (text,) = output["data"].values()
                record = ast.literal_eval(text)
                return {name: np.array(values) for name, values in record.items()}
    pytest.fail(f"{PAGE}.md が，測った値（{NAME}）を渡していません。", pytrace=False)
