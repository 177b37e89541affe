"""重みの部屋：学習ずみのパラメータが，どこから来たのかを決めて確かめる。

- ``ledger``: 重みの台帳。sha256 を確かめて読む。
- ``efficientnet_lite0``，``nanodet``，``movenet``，``selfie``: インターネットなしで使える，
  写真の分類器・検出器・特徴点・人の切り出し。どれも ``pretrained()`` で用意する。
- ``hub``: torchvision の分類器・検出器・意味的切り出し（インターネットが要る）。
- ``detr_r50``: transformers の DETR（インターネットが要る）。

章は，使うものだけを ``from lessons.weights import nanodet`` のように読み込みます。
"""
