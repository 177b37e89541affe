"""使える名前：ディレクティブとその設定，役割，Sphinx の設定。登録した Sphinx から聞く。"""

from __future__ import annotations

import functools
import importlib.util
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bookkit.book import Book

if TYPE_CHECKING:
    from sphinx.application import Sphinx

EXTENSIONS = (
    *("myst_nb", "sphinx_design", "sphinx_exercise"),
    *("sphinxcontrib.bibtex", "bookkit"),
)
"""設定に拡張が書かれていないときに調べるもの。"""
TOC = "sphinx_external_toc"


@dataclass(frozen=True)
class Known:
    """使える名前。``directives`` の値は設定の名前（決まっていなければ ``None``）。"""

    directives: dict[str, list[str] | None]
    roles: list[str]
    settings: list[str]


def of(book: Book, app: Sphinx | None = None) -> Known:
    """本の拡張が使えるようにする名前。動いている Sphinx がなければ，始めて聞く（0.8 秒ほど）。"""
    absent = {TOC, *missing_extensions(book)}
    wanted = tuple(name for name in book.sphinx_extensions if name not in absent)

    def ask() -> Known:
        return from_app(app) if app else _ask(wanted or EXTENSIONS)

    return book.kept.once(("known", wanted), ask)


def missing_extensions(book: Book) -> list[str]:
    """設定にあって，入っていない拡張。"""

    def there(name: str) -> bool:
        try:
            return importlib.util.find_spec(name) is not None
        except (ImportError, ValueError):
            return False

    return [name for name in book.sphinx_extensions if not there(name)]


@functools.cache
def _ask(extensions: tuple[str, ...]) -> Known:
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    with docutils_namespace(), tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.bib").touch()
        settings = {
            "extensions": list(extensions),
            "bibtex_bibfiles": ["x.bib"],
            "nb_execution_mode": "off",
        }
        places = (folder, None, f"{folder}/out", f"{folder}/trees", "dummy")
        return from_app(
            Sphinx(*places, confoverrides=settings, status=None, warning=None)
        )


def from_app(app: Sphinx) -> Known:
    """動いている Sphinx に登録された名前。"""
    from docutils.parsers.rst import directives, languages, roles
    from docutils.utils import new_document

    document = new_document("")
    core = {
        name: directives.directive(name, languages.get_language("en"), document)[0]
        for name in directives._directive_registry
    }
    found = {**core, **directives._directives}
    names = {*roles._role_registry, *roles._roles}
    for domain in app.env.domains.values():
        prefix = "" if domain.name == "std" else f"{domain.name}:"
        found |= {prefix + name: kind for name, kind in domain.directives.items()}
        names |= {prefix + name for name in domain.roles}
    specs = {name: getattr(kind, "option_spec", None) for name, kind in found.items()}
    specs |= {"eval-rst": None, "code-cell": None}
    return Known(
        {
            name: None if spec is None else sorted(map(str, spec))
            for name, spec in specs.items()
        },
        sorted(names),
        sorted(app.config.values),
    )
