"""章 neuropsychology/neglect の練習。"""

from __future__ import annotations

from lessons.answers import above, between, choice, near, number
from lessons.exercises import Exercise

EXERCISES = [
    Exercise(
        name="neglect/coc",
        answer=number(
            near(0.5, 1e-6),
            (
                near(-0.5, 1e-6),
                "符号が逆です。左を見落とすと，重心は右（正）へ動きます。",
            ),
            (near(0.3, 1e-6), "標的の総数 5 でなく，消した数 3 で割ってください。"),
            (
                near(-0.75, 1e-6),
                "それは見落とした標的の平均です。消した標的の位置を平均してください。",
            ),
            otherwise="消した三つの標的（0，0.5，1）の位置を平均します。",
        ),
        solution=0.5,
        praise="境の 0.083 を大きく超えています。",
        known_wrong=((-0.5, "逆"), (0.3, "3 で割"), (-0.75, "見落とした"), (0, "平均")),
    ),
    Exercise(
        name="neglect/patience",
        answer=number(
            between(46, 50),
            (
                above(50),
                "そこまでは増えません。セルの patience を 60 に変えて動かしてください。",
            ),
            otherwise="patience が 15 のままの点数に近い値です。60 に変えて，もう一度動かしてください。",
        ),
        solution=48.0,
        praise="長く探せば点数は増えますが，見落としは残ります。",
        known_wrong=((54, "そこまでは"), (42.3, "15 のまま")),
    ),
    Exercise(
        name="neglect/square",
        answer=number(
            near(16, 0.49),
            (
                near(8, 0.49),
                "それは物の勾配の予測です。紙の勾配では，長さの二乗に比例します。",
            ),
            (
                near(4, 0.49),
                "線が長くなれば，ずれも変わります。長さの二乗に比例します。",
            ),
            otherwise="長さが 2 倍なら，ずれは何倍になるでしょうか。長さの二乗に比例します。",
        ),
        solution=16,
        praise="二乗か比例かは，長さを変えれば見分けられます。",
        known_wrong=((8, "物の勾配"), (4, "変わります"), (32, "何倍")),
    ),
    Exercise(
        name="neglect/predict",
        answer=choice(
            {
                "gradient": "勾配の損傷では，始める場所が右へ寄ります。始める場所に注目してください。",
                "disengage": None,
            },
            {"gradient": "gradient（勾配）", "disengage": "disengage（引き離し）"},
        ),
        solution="disengage",
        praise="同じ見落としでも，始める場所が二つの損傷を分けます。",
        known_wrong=(("gradient", "始める場所"), ("両方", "中から")),
    ),
]
