"""重みの部屋：学習ずみのパラメータが，どこから来たのかを決めて確かめる。

- ``efficientnet_lite0()``: インターネットなしで使える，既定の分類器。
- ``torchvision_classifier(名前)``: torchvision のどの分類器でも（インターネットが要る）。
- ``load_state(名前)``: 台帳 ``digests.json`` にある重みを，sha256 を確かめて読む。

台帳の約束は ``lessons.weights.ledger`` にあります。
"""

from lessons.weights.classifier import Classifier, Eyes
from lessons.weights.efficientnet_lite0 import EfficientNetLite0, efficientnet_lite0
from lessons.weights.hub import OfflineError, classifier_names, torchvision_classifier
from lessons.weights.ledger import (
    Weights,
    WeightsError,
    get,
    load_state,
    read_verified,
    registry,
)

__all__ = [
    "Classifier",
    "EfficientNetLite0",
    "Eyes",
    "OfflineError",
    "Weights",
    "WeightsError",
    "classifier_names",
    "efficientnet_lite0",
    "get",
    "load_state",
    "read_verified",
    "registry",
    "torchvision_classifier",
]
