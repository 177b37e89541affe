"""図の出力：電話の画面の幅に縮む。"""

from lessons import figures


def test_svg_shrinks_to_the_screen():
    figures.use_style()
    figure, axes = figures.new()
    axes.plot([0, 1, 3])
    svg = figures.to_svg(figure)
    root = svg[: svg.index(">")]
    assert "max-width: 100%" in root
    assert "height: auto" in root
    assert "viewBox=" in root
