"""読者が文字の列で書いた答えを確かめる（部屋の ``yours.py`` が使う）。"""

from __future__ import annotations


def checked(
    answer: object, allowed: str, words: str, count: int, *, name: str = ""
) -> str:
    """決めた字だけを，決めた数だけ並べた答えなら，そのまま返す。

    Args:
        answer: 読者の答え。
        allowed: 使える字を並べたもの。
        words: 使える字を言う言葉（「b か d」など）。
        count: 字の数。
        name: 答えがいくつもあるとき，その名前。

    Raises:
        ValueError: 文字列でないか，ほかの字があるか，数が違うとき。
    """
    if isinstance(answer, str) and not set(answer) - set(allowed):
        if len(answer) == count:
            return answer
        now = f"いまは {len(answer)} 字"
    elif isinstance(answer, str):
        others = "".join(dict.fromkeys(c for c in answer if c not in allowed))
        now = f"使えない字: {others}"
    else:
        now = "引用符で囲みます"
    whose = f"「{name}」の答え" if name else "答え"
    gap = "" if words.endswith("」") else " "
    raise ValueError(
        f"{whose} {answer!r} を，{words}{gap}の {count} 字にしてください（{now}）。"
    )
