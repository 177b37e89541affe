"""止まったセルの手がかり：本当に止まるセルを動かし，英語の知らせの下に出る文を調べる。"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from lessons import hints

READY = """
import numpy as np
import torch
from torch import nn
"""

BROKEN = {
    "順番の違い": (
        "temperature * 2",
        "temperature がまだありません。temperature を作るセル",
    ),
    "打ち間違い": ("weights = 3\nweihgts", "もしかして weights ですか"),
    "読み込み忘れ": ("plt.plot([1])", "import matplotlib.pyplot as plt のある"),
    "属性の打ち間違い": ("torch.sofmax", "もしかして softmax ですか"),
    "None の属性": ("x = [3, 1].sort()\nx.shape", "None の .shape は使えません"),
    "全角のかっこ": ("print（1)", "1 行めの 「（」は全角です。半角の ( に"),
    "全角の空白": ("x =\u30001", "全角の空白を，半角の空白に"),
    "全角の引用符": ("x = “a”", '半角の " に直します'),
    "全角の数": ("x = 1\ny = ３+x", "2 行めの 「３」は全角です"),
    "読点": ("max(1、2)", "半角の , に"),
    "閉じないかっこ": ("print((1)", "閉じていません"),
    "途中のかっこ": ("x = (1\ny = 2\n", "開いた「(」を閉じていません"),
    "余るかっこ": ("print(1))", "「)」が一つ多いか"),
    "閉じない文字列": ("x = 'a", "文字列を閉じていません"),
    "コロン": ("for i in range(3)\n    print(i)", "「:」が要ります"),
    "下げない": ("for i in range(3):\nprint(i)", "空白 4 つで下げます"),
    "余分な空白": ("x = 1\n  y = 2", "余分な空白"),
    "タブ": ("if True:\n    x = 1\n\ty = 2", "タブと空白が混ざって"),
    "そろわない": ("if True:\n    x = 1\n  y = 2", "上の行とそろえます"),
    "等しい": ("if x = 1:\n    pass", "等しいかを調べるのは =="),
    "コンマ": ("print([1 2])", "コンマを一つ忘れて"),
    "古い教材": ("from lessons.basics import nothing_here", "教材が古いときは"),
    "ない教材": (
        "import lessons.nothing_here",
        "教材の lessons.nothing_here がありません",
    ),
    "ない部品": ("import no_such_part", "%pip install no_such_part"),
    "写真がない": ("open('my_photo.jpg')", "my_photo.jpg がありません。自分の写真は"),
    "網がない": (
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')",
        "ネットワークから取り寄せられません",
    ),
    "行列の積": ("torch.ones(3, 4) @ torch.ones(5, 6)", "左の列 4 と右の行 5"),
    "要素ごと": ("torch.ones(3) + torch.ones(4)", "（3 と 4）"),
    "numpy の形": ("np.ones(3) + np.ones(4)", "形 (3,) と (4,) はそろいません"),
    "numpy の積": ("np.ones((3, 4)) @ np.ones((5, 6))", "（4 と 5）"),
    "チャンネル": (
        "nn.Conv2d(3, 8, 3)(torch.ones(1, 1, 8, 8))",
        "3 枚のチャンネルを待って",
    ),
    "並べ替え": ("torch.arange(6).view(4, 2)", "要素は 6 個なので"),
    "numpy の並べ替え": ("np.arange(6).reshape(4, 2)", "要素は 6 個なので，形 (4,2)"),
    "数の型": (
        "nn.functional.cross_entropy(torch.ones(2, 3), torch.ones(2).int())",
        "番号には .long()",
    ),
    "倍精度": ("nn.Linear(3, 1)(torch.ones(2, 3).double())", ".float() でそろえます"),
    "装置": ("torch.ones(2) @ torch.ones(2, device='meta')", "CPU と GPU の値が"),
    "GPU の値": ("torch.ones(2, device='meta').numpy()", ".cpu() で戻してから"),
    "記憶": ("torch.empty(10**15)", "メモリーが足りません"),
    "numpy の記憶": ("np.empty(10**16)", "メモリーが足りません"),
    "勾配つきの値": ("torch.ones(2, requires_grad=True).numpy()", ".detach().numpy()"),
    "二度の backward": (
        "a = torch.ones(2, requires_grad=True)\ny = (a * a).sum()\ny.backward()\ny.backward()",
        "backward() は一度の計算に一回",
    ),
    "勾配のない値": ("torch.ones(2).sum().backward()", "勾配を記録していない値"),
    "答えの前": ("answer = ...\nanswer * 2", "... を答えに置き換えます"),
    "隠した関数": ("sum = 3\nsum([1, 2])", "del sum を実行し"),
    "関数でない": ("w = torch.ones(3)\nw(0)", "Tensor は関数ではありません"),
    "知らない引数": ("def f(a):\n    pass\nf(b=1)", "f に b という引数はありません"),
    "足りない値": ("def f(a, b):\n    pass\nf(1)", "f に渡す値が足りません: 'b'"),
    "文字列と数": ("'答え' + 1", "文字列と数は足せません"),
    "大小": ("'a' < 1", "str と int は大小を比べられません"),
    "番号": ("torch.ones(3)[5]", "番号 5 はありません。3 個なので"),
    "リストの番号": ("[1, 2][2]", "番号が大きすぎます"),
    "0 で割る": ("1 / 0", "0 で割っています"),
}


@pytest.fixture(scope="module")
def notebook() -> Iterator[InteractiveShell]:
    """手がかりを始めた，ノートブックと同じ実行の場所。"""
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("xmode", "Minimal")
    hints.start(shell)
    hints.start(shell)  # 二度呼んでも，一度だけ出る
    yield shell
    shell.restore_sys_module_state()


def told(shell: InteractiveShell, code: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    shell.run_cell(code, store_history=True)
    return capsys.readouterr().out


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_cell_gets_one_hint(name, notebook, capsys):
    notebook.reset(new_session=False)
    notebook.execution_count = 9
    told(notebook, READY, capsys)
    code, words = BROKEN[name]
    said = told(notebook, code, capsys)
    assert said.count("手がかり：") == 1
    assert words in said[said.index("手がかり：") :]


def test_after_a_restart_the_first_cells_are_asked_for(notebook, capsys):
    notebook.reset(new_session=True)
    notebook.execution_count = 2
    assert "再起動すると" in told(notebook, "temperature * 2", capsys)


@pytest.mark.parametrize(
    "code",
    [
        "x = 1",
        "raise ValueError('何かが違います')",
        "raise ValueError('温度は正の数にしてください')",
        "raise RuntimeError('something else')",
        "object().a_name_far_from_all",
        "raise KeyboardInterrupt",
        "assert False",
    ],
)
def test_silent_when_unsure(code, notebook, capsys):
    notebook.reset(new_session=False)
    notebook.execution_count = 9
    assert "手がかり" not in told(notebook, code, capsys)


def test_every_rule_has_a_cell_that_breaks(notebook):
    used = []
    notebook.run_cell(READY)
    for code, _ in BROKEN.values():
        done = notebook.run_cell(code)
        used.append(hints._rule(done.error_before_exec or done.error_in_exec)[0])
    assert [rule for rule in hints._rules() if rule not in used] == []


def test_nothing_happens_outside_a_notebook():
    hints.start()
