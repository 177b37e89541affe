"""重みの部屋：学習ずみのパラメータが，どこから来たのかを決めて確かめる。

- ``efficientnet_lite0()``: インターネットなしで使える，既定の分類器。
- ``nanodet()``，``movenet()``，``selfie()``: 写真の中の物・特徴点・人の形を，
  インターネットなしで見つける。
- ``torchvision_detector(名前)``: torchvision の検出器（インターネットが要る）。
- ``torchvision_segmenter(名前)``: torchvision の意味的切り出し（インターネットが要る）。
- ``torchvision_classifier(名前)``: torchvision のどの分類器でも（インターネットが要る）。
- ``load_state(名前)``: 台帳 ``digests.json`` にある重みを，sha256 を確かめて読む。

台帳の約束は ``lessons.weights.ledger`` にあります。
"""

from lessons.weights.classifier import Classifier, Eyes
from lessons.weights.efficientnet_lite0 import EfficientNetLite0, efficientnet_lite0
from lessons.weights.hub import (
    OfflineError,
    TorchvisionDetector,
    TorchvisionSegmenter,
    classifier_names,
    detector_names,
    segmenter_names,
    torchvision_classifier,
    torchvision_detector,
    torchvision_segmenter,
)
from lessons.weights.ledger import (
    Weights,
    WeightsError,
    get,
    load_state,
    read_verified,
    registry,
)
from lessons.weights.movenet import PoseEstimator, movenet
from lessons.weights.nanodet import Detector, Found, nanodet
from lessons.weights.selfie import PersonSegmenter, selfie

__all__ = [
    "Classifier",
    "Detector",
    "EfficientNetLite0",
    "Eyes",
    "Found",
    "OfflineError",
    "PersonSegmenter",
    "PoseEstimator",
    "TorchvisionDetector",
    "TorchvisionSegmenter",
    "Weights",
    "WeightsError",
    "classifier_names",
    "detector_names",
    "efficientnet_lite0",
    "get",
    "load_state",
    "movenet",
    "nanodet",
    "read_verified",
    "registry",
    "segmenter_names",
    "selfie",
    "torchvision_classifier",
    "torchvision_detector",
    "torchvision_segmenter",
]
