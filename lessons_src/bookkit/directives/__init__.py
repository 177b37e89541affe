"""この本のディレクティブと役割。一つのファイルに一つ：ノード，頁とノートブックでの書き方，組み込み。

どれも Sphinx の拡張で，``bookkit`` の ``EXTENSIONS`` に名前が並ぶ。

- 章の骨組み：``lesson``（箱），``cited``（文献），``solution``（解答の題）
- 本文：``source``（実物のコード），``ruby``（読み），``video``
- 本の全体の一覧：``practicals``（ノートブック），``execution_status``（実行の状態），
  ``effect_records``（効果の記録），``symbols``（式の記号）

一覧のように中身を後から作るものは，``filled_later`` の土台を使う。
"""
