"""章 neuropsychology/semantic_dementia の練習。"""

from __future__ import annotations

from typing import Any

from lessons.answers import Choice, Fields, choice
from lessons.exercises import Exercise


def _intrusions(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def count(drawn, real): の形で書きます。"
    drawn, real = {"翼", "足が四本", "首が短い"}, {"翼", "こぶ"}
    got = tuple(answer(set(drawn), set(real)))
    if got == (2, 1) and tuple(answer(set(), {"翼"})) == (0, 1):
        return None
    if got == (1, 2):
        return "順が逆です。紛れ込みは描いたのに本物にない属性，消失はその反対です。"
    if any(not isinstance(value, int) for value in got):
        return "集まりそのものではなく，その大きさを len で数えてください。"
    return "集まりの差 drawn - real と real - drawn を使います。"


EXERCISES = [
    Exercise(
        name="semantic_dementia/onset",
        answer=choice(
            {
                "10 % から減る": "10 % のときに正しく言えた鳥を数えてください。",
                "10 % では減らず，20 % で減る": None,
                "20 % でも減らない": "20 % のときに正しく言えた鳥を数えてください。",
            }
        ),
        solution="10 % では減らず，20 % で減る",
        praise="傷の大きさと，失う名前の数は，比例しません。",
        known_wrong=(
            ("10 % から減る", "10 % のとき"),
            ("20 % でも減らない", "20 % のとき"),
        ),
    ),
    Exercise(
        name="semantic_dementia/caution",
        answer=Fields(
            (
                Choice({"増える": "増える", "減る": "減る"}, "種類の名前"),
                Choice({"増える": "増える", "減る": "減る"}, "よその名前"),
            ),
            (
                (("減る", "増える"), None),
                (
                    ("増える", None),
                    "細かい順では，個別の名前が言えたら，種類の名前まで進みません。",
                ),
            ),
            "しきい値が低いと，弱く浮かんだだけの，よその名前も口に出ます。",
        ),
        solution=("減る", "増える"),
        praise="同じ傷でも，答え方の規則を替えると，誤りの種類が変わりました。",
        known_wrong=(
            (("増える", "増える"), "進みません"),
            (("減る", "減る"), "口に出ます"),
            ("減る", "二つの言葉"),
            (("減", "増"), "中から"),
        ),
    ),
    Exercise(
        name="semantic_dementia/familiar",
        answer=Fields(
            (
                Choice(
                    {"上がる": "上がる", "下がる": "下がる"}, "めんどりと呼べる割合"
                ),
                Choice({"増える": "増える", "減る": "減る"}, "誤って呼ぶ回数"),
            ),
            (
                (("上がる", "減る"), None),
                (
                    ("下がる", None),
                    "たくさん教わった物ほど，線が切れても名前が残ります。動かしてみてください。",
                ),
            ),
            "思い込みかもしれません。ほかの鳥を「めんどり」と呼んだ数を，数えてみてください。",
        ),
        solution=("上がる", "減る"),
        praise="なじみは名前を守りますが，誤りを引き寄せるとは限りません。",
        known_wrong=(
            (("下がる", "減る"), "たくさん"),
            (("上がる", "増える"), "思い込み"),
            (("上がる",), "二つの言葉"),
        ),
    ),
    Exercise(
        name="semantic_dementia/intrusions",
        judge=_intrusions,
        solution=lambda drawn, real: (
            len(set(drawn) - set(real)),
            len(set(real) - set(drawn)),
        ),
        praise="図 d は，この二つを物ごとに数えて平均したものです。",
        known_wrong=(
            (lambda drawn, real: (len(real - drawn), len(drawn - real)), "逆"),
            (lambda drawn, real: (drawn - real, real - drawn), "len"),
            (lambda drawn, real: (0, 0), "集まりの差"),
            (3, "関数"),
        ),
    ),
]
