"""章 neuropsychology/neglect の練習。"""

from __future__ import annotations

from lessons.answers import above, between, choice, number
from lessons.exercises import Exercise

EXERCISES = [
    Exercise(
        name="neglect/onset",
        answer=choice(
            {
                "左に少し出る": "左に出るのは，もっと強い損傷からです。0.4 のときの数を読んでください。",
                "左右に少し出る": "右の見落としは，どの強さでも出ません。左の数も読んでください。",
                "まだ出ない": None,
            }
        ),
        solution="まだ出ない",
        praise="検査の点数が満点でも，損傷がないとは言えません。",
        known_wrong=(
            ("左に少し出る", "もっと強い損傷"),
            ("左右に少し出る", "どの強さでも"),
        ),
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
        praise="この損傷では，長く探すと点数は増えましたが，見落としは残りました。",
        known_wrong=((54, "そこまでは"), (42.3, "15 のまま")),
    ),
    Exercise(
        name="neglect/frame",
        answer=choice(
            {
                "どの線も写される": "それは，紙に張ったときです。物に張ると，勾配は花ごとに張り直されます。",
                "花の左の線が抜ける": None,
                "花の右の線が抜ける": "弱くなるのは左です。ただし，何の左かが変わります。",
            }
        ),
        solution="花の左の線が抜ける",
        praise="ただし，あきらめる回数を増やすと，紙の勾配でも，花の左の線が多く抜けました。",
        known_wrong=(
            ("どの線も写される", "張り直され"),
            ("花の右の線が抜ける", "何の左か"),
        ),
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
        praise="初めの設定では，始める場所が二つの損傷を分けます。",
        known_wrong=(("gradient", "始める場所"), ("両方", "中から")),
    ),
]
