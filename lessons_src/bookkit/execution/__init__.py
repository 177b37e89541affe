"""章の実行：どの章が古いか，並べて実行する，GPU 用のセル，記録した出力，報告。

- ``keys``・``trace``・``probe``: 何が変われば実行し直すか。
- ``cache``: 結果の置き場所。``workplace``・``kernel``・``schedule``: 章を並べて実行する。
- ``recordings``: GPU 用のセルの記録。``book``: 上をつないで，本の結果をそろえる。
- ``reader``・``wording``・``extension``: Sphinx につなぐ。
- ``status``・``gpu``: ``python -m bookkit`` の命令。
"""
