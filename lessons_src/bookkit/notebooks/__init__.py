"""どの章からも，Colab と Binder で開けて，それだけで動くノートブックを作る。

頁を書くたびに，その章の ``notebooks/….ipynb`` も書く。変わらない章は書き直さない。

- ``build``: 頁を書くときに，ノートブックも書く。``assemble``: .ipynb の組み立て
- ``markdown``: 頁の木から，Markdown とコードのセルの列へ
- ``addresses``: 置き場所・公開先・Colab・Binder の番地
- ``publish``: まとめたファイルと，``notebooks`` の枝の中身
- ``rehearsal``: 読者と同じ条件での試しの実行と，頁の「動作確認」
"""
