"""頁の木から，Markdown とコードのセルの列へ。どの書き方も，頁と同じ言葉・番号・リンクになる。

- ``syntax``: Markdown の書き方
- ``writer``: 木を歩く土台
- ``inlines``・``blocks``: ノードの型ごとの書き方
"""
