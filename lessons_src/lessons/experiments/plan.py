"""実験の手順：教示，答え方，試行，まとめ方。困るところは，頁に置く前に断る。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SCORES = {
    "mean": "正答の反応時間の平均",
    "slope": "反応時間の傾き",
    "share": "正答の割合",
}
"""まとめ方。"""
FASTEST, SLOWEST = 150.0, 10_000.0
"""まとめに使う反応時間（ms）。速すぎる反応は，見てからの反応ではない。頁にも，これを渡す。"""
MOST_STIMULUS = 20 * 1024
"""刺激一つの大きさの上限（バイト）。"""
RESERVED = {"escape", "tab", "enter", " "}


@dataclass(frozen=True)
class Response:
    """答え方一つ：記録する値，ボタンの言葉，キー。"""

    value: str
    label: str
    key: str


@dataclass(frozen=True)
class Trial:
    """試行一つ。

    Attributes:
        condition: まとめるときの条件。
        answer: 正しい答え（``Response.value``）。
        stimulus: 刺激の SVG（か HTML）。
        level: 条件の中の水準（項目の数など）。
        block: まとまりの番号。
    """

    condition: str
    answer: str
    stimulus: str
    level: float = 0
    block: int = 0


@dataclass(frozen=True)
class Experiment:
    """実験一つ。

    Attributes:
        name: 英小文字と ``-``。端末に残す記録とファイルの名前になる。
        title: 題。
        instructions: 教示。一文か二文ずつ。
        example: 例の刺激。
        responses: 答え方。
        trials: 刺激の蓄え。条件・水準・まとまりごとに同じ数を，端末が無作為に選ぶ。
        repeats: 組ごとに使う試行の数。
        score: まとめ方（``SCORES`` の名前）。
        unit: まとめた値の単位。
        blocks: まとまりの説明。一つなら空でよい。
        practice: まとまりごとの練習の数。
        fixation: 注視点を見せる時間（ms）。
        shown: 刺激を見せる時間（ms）。0 なら答えるまで。
        feedback: 本番でも正誤を知らせるか。
        others: 並べて見せる値。``{"モデル": {条件: 値}, "人間": {…}}``。
        caution: 結果の読み方の注意。
    """

    name: str
    title: str
    instructions: Sequence[str]
    example: str
    responses: Sequence[Response]
    trials: Sequence[Trial]
    repeats: int
    score: str = "mean"
    unit: str = "ms"
    blocks: Sequence[str] = ()
    practice: int = 2
    fixation: int = 500
    shown: int = 0
    feedback: bool = False
    others: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    caution: str = "一人の結果は，大きく揺れます。"

    @property
    def conditions(self) -> list[str]:
        """条件。書かれた順。"""
        return list(dict.fromkeys(trial.condition for trial in self.trials))

    def check(self) -> None:
        """困るところがないかを調べる。

        Raises:
            ValueError: 条件がない，そろわない，刺激が大きい，答えやキーが合わないとき。
        """
        where = f"実験「{self.name}」"
        if not self.trials or not self.responses:
            raise ValueError(
                f"{where}に試行か答え方がありません。一つ以上書いてください。"
            )
        if self.score not in SCORES:
            raise ValueError(
                f"{where}のまとめ方 {self.score!r} はありません。使える名前: {', '.join(SCORES)}"
            )
        keys = [response.key for response in self.responses]
        if len(set(keys)) < len(keys) or RESERVED & {key.lower() for key in keys}:
            raise ValueError(
                f"{where}のキーが重なるか，頁の操作のキーです（{keys}）。別の字にしてください。"
            )
        values = {response.value for response in self.responses}
        cells = Counter((t.block, t.condition, t.level) for t in self.trials)
        short = [cell for cell, count in cells.items() if count < self.repeats]
        if short:
            raise ValueError(
                f"{where}の {short[0]} の刺激が {cells[short[0]]} 枚しかありません。"
                f"{self.repeats} 枚以上にそろえてください。"
            )
        if self.blocks and {t.block for t in self.trials} != set(
            range(len(self.blocks))
        ):
            raise ValueError(f"{where}のまとまりの番号と説明の数が合いません。")
        for number, trial in enumerate(self.trials, 1):
            if trial.answer not in values:
                raise ValueError(
                    f"{where}の {number} 番めの答え {trial.answer!r} が，答え方にありません。"
                )
            if len(trial.stimulus.encode()) > MOST_STIMULUS:
                raise ValueError(
                    f"{where}の {number} 番めの刺激が {len(trial.stimulus.encode()) // 1024} KB あります。"
                    f"{MOST_STIMULUS // 1024} KB までにしてください。"
                )
        for name, own in self.others.items():
            missing = sorted(set(own) - set(self.conditions))
            if missing:
                raise ValueError(
                    f"{where}の{name}の条件 {missing} が，試行にありません。"
                )
