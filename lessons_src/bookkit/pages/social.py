"""頁を人に送ったときに出る絵（OpenGraph）：頁の最初の図を，紙の中に置く。

題名と説明は，送った先のアプリが，絵のわきに書く。
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from docutils import nodes
from PIL import Image, ImageOps
from sphinx.application import Sphinx

from bookkit.pages.figures import rasterise
from bookkit.palette import light

SIZE, MARGIN = (1200, 630), 40
"""絵の大きさと余白（px）。"""
FORM = "4"
"""描き方を変えたら，この番号を変える（古い絵を使わないため）。"""


def draw_card(figure: Path) -> Image.Image:
    """図の全体を，決まった大きさの紙に置く。"""
    if figure.suffix == ".svg":
        image = rasterise(figure.read_text("utf8"), 2 * SIZE[0], 2 * SIZE[1])
    else:
        image = Image.open(figure).convert("RGBA")
    paper, room = light("background"), (SIZE[0] - 2 * MARGIN, SIZE[1] - 2 * MARGIN)
    sheet = Image.new("RGBA", image.size, paper)
    sheet.alpha_composite(image)
    sheet = ImageOps.pad(sheet.convert("RGB"), room, Image.Resampling.LANCZOS, paper)
    return ImageOps.expand(sheet, MARGIN, paper)


def address(app: Sphinx, doctree: nodes.document) -> str:
    """頁の絵の番地。まだない絵は描く。図がなければ本の印。公開先が決まっていなければ空。"""
    base = str(app.config.html_baseurl).rstrip("/")
    files = (Path(app.srcdir, str(one["uri"])) for one in doctree.findall(nodes.image))
    figure = next(filter(Path.is_file, files), None)
    if not base or figure is None:
        return base and f"{base}/_static/icon-512.png"
    digest = hashlib.sha256((FORM + light("background")).encode())
    digest.update(figure.read_bytes())
    name = f"_images/social/{digest.hexdigest()[:12]}.png"
    target = Path(app.outdir, name)
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        draw_card(figure).quantize(128).save(target, "PNG", optimize=True)
    return f"{base}/{name}"
