"""練習の答えの宣言：数，選択，いくつか選ぶ，並べ替え。

ノートブックの ``check`` と，頁の答えの欄（``theme/static/exercises.js``）は，同じ宣言で判定します。
宣言は ``hand()`` が JSON になる形にして頁に渡します。判定の順番も，使う文も，二つの側で同じです。
"""

from lessons.answers.fields import Choice, Fields, Number, choice, number, numbers
from lessons.answers.listed import Order, Several
from lessons.answers.reading import BLANK, Span, above, below, between, inside, near

Answer = Fields | Several | Order
"""答えの宣言。"""

__all__ = [
    "BLANK",
    "Answer",
    "Choice",
    "Fields",
    "Number",
    "Order",
    "Several",
    "Span",
    "above",
    "below",
    "between",
    "choice",
    "inside",
    "near",
    "number",
    "numbers",
]
