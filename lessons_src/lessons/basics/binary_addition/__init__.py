"""章 basics/binary_addition の部屋：繰り上がりを覚える再帰型ネットワーク。"""
