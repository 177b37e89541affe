"""章 neuropsychology/neglect の練習。"""

from __future__ import annotations

from typing import Any

from lessons.exercises import Exercise


def _coc(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 0.5) < 1e-6:
        return None
    if abs(value + 0.5) < 1e-6:
        return "符号が逆です。左を見落とすと，重心は右（正）へ動きます。"
    if abs(value - 0.3) < 1e-6:
        return "標的の総数 5 でなく，消した数 3 で割ってください。"
    if abs(value + 0.75) < 1e-6:
        return "それは見落とした標的の平均です。消した標的の位置を平均してください。"
    return "消した三つの標的（0，0.5，1）の位置を平均します。"


def _patience(answer: Any) -> str | None:
    value = float(answer)
    if 46 <= value <= 50:
        return None
    if value > 50:
        return "そこまでは増えません。セルの patience を 60 に変えて動かしてください。"
    return "patience が 15 のままの点数に近い値です。60 に変えて，もう一度動かしてください。"


def _square(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 16) < 0.5:
        return None
    if abs(value - 8) < 0.5:
        return "それは物の勾配の予測です。紙の勾配では，長さの二乗に比例します。"
    if abs(value - 4) < 0.5:
        return "線が長くなれば，ずれも変わります。長さの二乗に比例します。"
    return "長さが 2 倍なら，ずれは何倍になるでしょうか。長さの二乗に比例します。"


def _predict(answer: Any) -> str | None:
    if answer == "disengage":
        return None
    if answer == "gradient":
        return (
            "勾配の損傷では，始める場所が右へ寄ります。始める場所に注目してください。"
        )
    return '"gradient" か "disengage" で答えてください。'


EXERCISES = [
    Exercise(
        name="neglect/coc",
        judge=_coc,
        solution=0.5,
        praise="境の 0.083 を大きく超えています。",
        known_wrong=((-0.5, "逆"), (0.3, "3 で割"), (-0.75, "見落とした"), (0, "平均")),
    ),
    Exercise(
        name="neglect/patience",
        judge=_patience,
        solution=48.0,
        praise="長く探せば点数は増えますが，見落としは残ります。",
        known_wrong=((54, "そこまでは"), (42.3, "15 のまま")),
    ),
    Exercise(
        name="neglect/square",
        judge=_square,
        solution=16,
        praise="二乗か比例かは，長さを変えれば見分けられます。",
        known_wrong=((8, "物の勾配"), (4, "変わります"), (32, "何倍")),
    ),
    Exercise(
        name="neglect/predict",
        judge=_predict,
        solution="disengage",
        praise="同じ見落としでも，始める場所が二つの損傷を分けます。",
        known_wrong=(("gradient", "始める場所"), ("両方", "で答えて")),
    ),
]
