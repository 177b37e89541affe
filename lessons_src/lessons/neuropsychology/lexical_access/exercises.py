"""章 neuropsychology/lexical_access の練習。"""

from __future__ import annotations

from lessons.answers import below, choice, near, number
from lessons.exercises import Exercise

HALF, WHOLE, CUT = 0.0063, 0.0128, 0.00135
"""帰りの道を半分にしたとき，そのまま，切ったときの，混合の誤りの割合（健常の重み，20,000 回）。"""


EXERCISES = [
    Exercise(
        name="lexical_access/lesion",
        answer=choice(
            {
                "s": None,
                "p": "音の傷（p）では，選ばれた語の音が崩れて，非語になります。それは A さんです。",
            },
            {"s": "s（意味の傷）", "p": "p（音の傷）"},
        ),
        solution="s",
        praise="意味の傷では，別の語が選ばれ，その語の音は正しく出ます。",
        known_wrong=(("p", "A さん"), ("q", "答えて")),
    ),
    Exercise(
        name="lexical_access/commonest",
        answer=choice(
            {
                "意味": "意味の近い語も増えますが，もっと多い型があります。数を読み比べてください。",
                "音": None,
                "無関係": "無関係の語も増えますが，もっと多い型があります。数を読み比べてください。",
                "非語": "選ばれた語の音は正しく出るので，非語にはなりません。",
            }
        ),
        solution="音",
        praise="意味の傷でも，いちばん多い誤りが意味の誤りとは限りません。",
        known_wrong=(
            ("意味", "意味の近い語も"),
            ("無関係", "無関係の語も"),
            ("非語", "正しく出る"),
        ),
    ),
    Exercise(
        name="lexical_access/feedback",
        answer=number(
            near(HALF, 0.002),
            (
                near(WHOLE, 0.002),
                "それは帰りの道を弱める前の割合です。feedback=0.5 を渡してください。",
            ),
            (
                near(CUT, 0.0005),
                "それは帰りの道を切ったときの割合です。0.5 を渡してください。",
            ),
            otherwise="返ってきた六つの数のうち，混合は 0 から数えて 3 番です。",
        ),
        solution=0.0063,
        praise="帰りの道が弱まると，音の近い語への後押しも弱まります。",
        known_wrong=(
            (0.0128, "弱める前"),
            (0.00135, "切った"),
            (0.5, "3 番"),
        ),
    ),
    Exercise(
        name="lexical_access/items",
        answer=number(
            near(2, 0.05),
            (near(4, 0.05), "揺れは枚数そのものではなく，枚数の平方根に反比例します。"),
            (below(1), "枚数が減ると，揺れは大きくなります。"),
            otherwise="割合の標準偏差は，枚数の平方根に反比例します。",
            unit="倍",
        ),
        solution=2,
        praise="短い検査ほど，当てはめの違いは見えなくなります。",
        known_wrong=((4, "平方根に"), (0.5, "大きく"), (3, "標準偏差")),
    ),
]
