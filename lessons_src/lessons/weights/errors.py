"""重みを読めないときの誤り。"""

from __future__ import annotations


class WeightsError(RuntimeError):
    """重みを読めなかった。文は，何が・どこで・どうすればよいかを言う。"""


class OfflineError(WeightsError):
    """インターネットにつながらないため，重みを取り寄せられなかった。"""
