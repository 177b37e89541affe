"""本の図をそろえる部屋：書体，色，図の出力，模式図，写真と地図の重ね描き。

章は ``from lessons import figures`` とだけ書きます。
"""

from lessons.figures.diagrams import Diagram
from lessons.figures.images import draw_image, draw_overlay, draw_scanpath
from lessons.figures.output import csv_of, show, smallest_text_px, to_svg
from lessons.figures.style import COLORS, WIDTH, new, use_style

__all__ = [
    "COLORS",
    "WIDTH",
    "Diagram",
    "csv_of",
    "draw_image",
    "draw_overlay",
    "draw_scanpath",
    "new",
    "show",
    "smallest_text_px",
    "to_svg",
    "use_style",
]
