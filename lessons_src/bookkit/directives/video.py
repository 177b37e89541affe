"""``{video}``：押されるまで，よその番地に何も頼まない動画。

````
```{video} https://www.youtube.com/watch?v=XXXXXXXXXXX
:title: 題名
:source: 出どころ
:license: ライセンス
```
````

ポスターの絵は，``templates/video.html`` が描く。スクリプトがなければ，動画の頁へのリンクになる。
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.template import FileRenderer

from bookkit.notebooks.markdown import syntax as markdown

PAGE = Path(__file__).parents[1] / "templates" / "video.html"
"""頁での形。ポスターの絵も，ここで描く。"""
HOSTS = {
    r"https://(?:www\.youtube\.com/watch\?v=|youtu\.be/)([\w-]{11})": (
        "https://www.youtube-nocookie.com/embed/{}?autoplay=1"
    ),
    r"https://vimeo\.com/(\d+)": "https://player.vimeo.com/video/{}?autoplay=1&dnt=1",
}
"""動画の番地の形と，埋め込みの番地。"""
FRAMES = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")
"""押されたあとに開いてよい番地。"""


class video(nodes.General, nodes.Element):
    """動画。``address``・``embed``・``title``・``source``・``license`` を持つ。"""


def embed_address(address: str) -> str | None:
    """埋め込みの番地。知らない所なら ``None``。"""
    for pattern, form in HOSTS.items():
        if match := re.fullmatch(pattern, address):
            return form.format(match[1])
    return None


class VideoDirective(SphinxDirective):
    """``{video} 番地``。題名・出どころ・ライセンスは必ず書く。"""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "title": directives.unchanged_required,
        "source": directives.unchanged_required,
        "license": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        lost = [name for name in self.option_spec if not self.options.get(name)]
        if lost:
            raise self.error(
                f"video には {'・'.join(':' + name + ':' for name in lost)} が要ります。"
                "題名，出どころ，ライセンスを書いてください。"
            )
        address = self.arguments[0]
        embed = embed_address(address)
        if embed is None:
            raise self.error(
                f"video：{address!r} は YouTube か Vimeo の番地ではありません。"
                "https://www.youtube.com/watch?v=… の形で書いてください。"
            )
        node = video("", address=address, embed=embed, **self.options)
        self.set_source_info(node)
        return [node]


def _visit_html(self: Any, node: video) -> None:
    """ポスターと，題名・出どころ・ライセンスを書く。"""
    self.body.append(FileRenderer.render_from_file(str(PAGE), node.attributes))
    raise nodes.SkipNode


def _visit_notebook(writer: Any, node: video) -> None:
    """ノートブックでは，動画の頁へのリンクにする。"""
    link = markdown.link(markdown.escape(node["title"]), node["address"])
    about = markdown.escape(f"{node['source']}（{node['license']}）")
    writer.block(f"▶ 動画：{link}。{about}。")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    app.add_node(video, html=(_visit_html, None), notebook=(_visit_notebook, None))
    app.add_directive("video", VideoDirective)
