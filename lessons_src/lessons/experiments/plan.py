"""実験の手順：教示，答え方，試行，まとめ方。困るところは，頁に置く前に断る（``checks``）。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FASTEST, SLOWEST = 150.0, 10_000.0
"""まとめに使う反応時間（ms）。速すぎる反応は，見てからの反応ではない。頁にも，これを渡す。"""
UNSEEN = "目で見る課題です。画面が見えない人は，この章の本文で，人間とモデルの値を読んでください。"

Frame = tuple[str, int]
"""一枚の絵（SVG か HTML，空なら何もない画面）と，見せる時間（ms）。"""


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
        answer: 正しい答え（``Response.value``）。空なら，押さないのが正しい。場所の答えでは空。
        stimulus: 刺激の SVG（か HTML）。
        level: 条件の中の水準（項目の数など）。
        block: まとまりの番号。
        before: 注視点のあと，刺激の前に見せる絵（手がかり，空の画面）。
        shown: 刺激を見せる時間（ms）。``None`` なら実験の ``shown``。
        mask: 刺激のあとに見せる絵。``None`` なら実験の ``mask``。
        target: 場所の答えの，正しい場所 ``(x, y)``。刺激の SVG の単位。
        repeats: この組から使う数。``None`` なら実験の ``repeats``。
        told: 答えのあとに見せる一言（``feedback`` のとき）。
        words: この試行のボタンの言葉。``responses`` の順。空なら ``Response.label``。
    """

    condition: str
    answer: str
    stimulus: str
    level: float = 0
    block: int = 0
    before: Sequence[Frame] = ()
    shown: int | None = None
    mask: Frame | None = None
    target: tuple[float, float] | None = None
    repeats: int | None = None
    told: str = ""
    words: Sequence[str] = ()

    @property
    def cell(self) -> tuple[int, str, float, str]:
        """同じ数ずつ選ぶ組：まとまり，条件，水準，正しい答え。"""
        return self.block, self.condition, self.level, self.answer


@dataclass(frozen=True)
class Experiment:
    """実験一つ。

    Attributes:
        name: 英小文字と ``-``。端末に残す記録とファイルの名前になる。
        title: 題。
        instructions: 教示。一文か二文ずつ。
        example: 例の刺激。
        responses: 答え方，8 つまで。場所の答えなら空。
        trials: 刺激の蓄え。組（``Trial.cell``）ごとに ``repeats`` 枚を，端末が無作為に選ぶ。
        repeats: 組ごとに使う試行の数。
        score: まとめ方（``lessons.experiments.scores.SCORES`` の名前）。
        unit: まとめた値の単位。
        measure: まとめた値の言葉。空なら，まとめ方の言葉。
        axis: 曲線の横軸の言葉。空なら「水準」（学習なら「試行」）。
        place: 場所の答えの，決めるボタンの言葉。空なら，ボタンで答える実験。
        signal: 割合，d′，しきい，学習で数える答え。空なら正答を数える。
        contrasts: 差（``difference``）か指数（``index``）の名前から，引かれる条件と引く条件。
        criterion: しきい（``threshold``）とする割合（%）。
        bin: 学習曲線（``learning``）の一点にまとめる試行の数。
        blocks: まとまりの説明。一つなら空でよい。
        practice: まとまりごとの練習の数。
        fixation: 注視点を見せる時間（ms）。
        shown: 刺激を見せる時間（ms）。0 なら答えるまで。
        mask: 刺激のあとに見せる絵と時間。
        limit: 答えを待つ時間（ms）。0 なら答えるまで待つ。過ぎた試行の答えは空になる。
        feedback: 本番でも正誤を知らせるか。
        graded: 正しい答えがある実験か。なければ，正誤を言わない。
        others: 並べて見せる値。``{"モデル": {条件（差の名前）: 値}, "人間": {…}}``。
        curves: 曲線に並べて見せる値。``{"モデル": {条件: {水準: 値}}}``。
        caution: 結果の読み方の注意。
        unseen: 画面が見えない人への一文。
        safe: 色の見分けにくい人のための言いかえ。``{"赤": "青", "rgb(…)": "rgb(…)"}``。
            絵と教示の中の文字を置き換える。空なら，色の選び直しは出ない。
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
    measure: str = ""
    axis: str = ""
    place: str = ""
    signal: str = ""
    contrasts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    criterion: float = 50
    bin: int = 10
    blocks: Sequence[str] = ()
    practice: int = 2
    fixation: int = 500
    shown: int = 0
    mask: Frame | None = None
    limit: int = 0
    feedback: bool = False
    graded: bool = True
    others: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    curves: Mapping[str, Mapping[str, Mapping[float, float]]] = field(
        default_factory=dict
    )
    caution: str = "一人の結果は，大きく揺れます。"
    unseen: str = UNSEEN
    safe: Mapping[str, str] = field(default_factory=dict)

    @property
    def conditions(self) -> list[str]:
        """まとめる条件。書かれた順。押さないのが正しい試行だけの条件は，入らない。"""
        kept = [t.condition for t in self.trials if t.answer or self.place]
        return list(dict.fromkeys(kept))

    @property
    def entries(self) -> list[str]:
        """結果の行。差か指数なら，その名前。ほかは条件。"""
        return list(self.contrasts) or self.conditions

    def check(self) -> None:
        """困るところがないかを調べる。``checks.check`` と同じ。"""
        from lessons.experiments.checks import check

        check(self)
