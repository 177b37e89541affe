"""章「EfficientNet」の部屋。"""
