"""セルの作法：何度動かしても同じになり，置き場所に何も残さない。"""

from __future__ import annotations

import ast
import re

from bookkit.chapter import Chapter
from bookkit.finding import Problems
from bookkit.lint.names import called

SEEDED = re.compile(
    r"(?:.*\.)?(?:default_rng|RandomState|Random|SeedSequence|seed|manual_seed)"
)
"""種を受け取る関数。"""
CHANCE = re.compile(
    r"secrets\.\w+|os\.urandom|uuid\.uuid[14]|(?:random\.)?SystemRandom|torch\.seed"
)
"""種を決められない関数。"""
SAVES = re.compile(
    r"(?:np|numpy)\.(?:save\w*|memmap)|torch\.save|os\.(?:mkdir|makedirs|remove|unlink|rmdir|removedirs|rename|replace|symlink|chdir)"
    r"|shutil\.(?!which|disk_usage)\w+|urllib\.request\.urlretrieve|(?:.*\.)?(?:write_text|write_bytes|to_csv|to_json|to_pickle|tofile|mkdir|touch|unlink|rmdir)"
)
"""置き場所に書くか，消す関数。"""


def randomness(page: Chapter) -> Problems:
    """種のない乱数。``torch.randn`` などは，章の初めの ``seed_everything`` が種を決める。"""
    for line, name, call in called(page):
        free = SEEDED.fullmatch(name) and not (call.args or call.keywords)
        if CHANCE.fullmatch(name) or free:
            said = f"{name}() は，動かすたびに違う値になります。"
            yield line, f"{said}種を決めてください（例: np.random.default_rng(0)）。"


def writing(page: Chapter) -> Problems:
    """置き場所に書くセル。一時フォルダー（``tempfile``）の中ならよい。"""
    if any("tempfile" in cell.source for cell in page.cells):
        return
    for line, name, call in called(page):
        if SAVES.fullmatch(name) or _opens_to_write(name, call):
            said = f"{name}(…) は，置き場所に書きます。章は何も残さずに動くようにし，"
            yield line, f"{said}要るなら tempfile の中に書いてください。"


def _opens_to_write(name: str, call: ast.Call) -> bool:
    if name.rpartition(".")[2] != "open":
        return False
    place = 1 if name in ("open", "io.open", "gzip.open") else 0
    modes = [word.value for word in call.keywords if word.arg == "mode"]
    modes += call.args[place : place + 1]
    return any(
        isinstance(mode, ast.Constant) and re.search("[wax+]", str(mode.value))
        for mode in modes
    )


RULES = (randomness, writing)
