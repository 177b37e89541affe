"""足あと（trace）：章の実行が ``lessons`` の中で開いた・読み込んだ・探したもの。

章の結果が新しいかどうかは，足あとの中身がいまと同じかどうかで決まる。
Python のモジュールは，注釈と説明文（docstring）を除いたコードで比べる。
実行中に ``__doc__`` を読むコードがあっても，説明文の違いは数えない。
"""

from __future__ import annotations

import ast
import functools
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

PACKAGE = "lessons"
GONE = "なし"
CACHES = "__pycache__"

Stamps = dict[str, tuple[int, ...]]
"""``{名前: 更新の時刻や大きさ}``。書き換えられると変わる。"""


def digest(path: Path) -> str:
    """ファイルの中身の SHA-256。ファイルがなければ「なし」。"""
    try:
        stat = path.stat()
        return _digest(str(path), stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return GONE


@functools.lru_cache(maxsize=4096)
def _digest(path: str, *stamp: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def code_digest(source: bytes) -> str:
    """注釈・説明文・空きを除いた，コードの SHA-256。構文の誤りがあれば，中身のもの。"""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return hashlib.sha256(source).hexdigest()
    for node in ast.walk(tree):
        # 文字列だけの文は何もしない。あるのは，説明文か，属性の説明だけ。
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not _is_text(one)]  # type: ignore[attr-defined]
    return hashlib.sha256(ast.dump(tree).encode("utf8", "surrogatepass")).hexdigest()


def _is_text(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def module_digest(path: Path) -> str:
    """モジュールの「中身の SHA-256 コードの SHA-256」。"""
    whole = digest(path)
    return whole if whole == GONE else f"{whole} {code_digest(path.read_bytes())}"


def listing(path: Path) -> str:
    """フォルダーにある名前の SHA-256。"""
    if not path.is_dir():
        return GONE
    names = [p.name + "/" * p.is_dir() for p in path.iterdir() if p.name != CACHES]
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def matches(pattern: Path) -> str:
    """``lessons/*/*/protocols/cam.toml`` のような形に当てはまる名前の SHA-256。"""
    root = next(one for one in pattern.parents if one.name == PACKAGE)
    found = root.glob(pattern.relative_to(root).as_posix())
    names = [one.relative_to(root).as_posix() for one in found]
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def presence(path: Path) -> str:
    """あるか，フォルダーか，ファイルなら何バイトか（モジュールは，あるかだけ）。"""
    if path.is_dir():
        return "フォルダー"
    if not path.is_file():
        return GONE
    return "モジュール" if path.suffix == ".py" else str(path.stat().st_size)


def tree_digest(path: Path) -> str:
    """フォルダーの奥まで，すべてのファイルの名前と中身の SHA-256。"""
    files = [f"{p.relative_to(path)} {digest(p)}" for p in walk(path) if p.is_file()]
    return hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()


def walk(path: Path) -> Iterator[Path]:
    """フォルダーの奥までの，すべてのファイルとフォルダー。"""
    for folder, folders, files in os.walk(path):
        folders[:] = [name for name in folders if name != CACHES]
        yield from (Path(folder, name) for name in (*folders, *files))


def stamps(root: Path) -> Stamps:
    """``root`` の中のパッケージの，いまの様子。"""
    found: Stamps = {}
    for path in walk(root / PACKAGE):
        if path.is_dir():
            found[path.relative_to(root).as_posix()] = ()
        elif path.exists():
            stat = path.stat()
            changes = stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino
            found[path.relative_to(root).as_posix()] = changes
    return found


DIGESTS = {
    "modules": module_digest,
    "files": digest,
    "folders": listing,
    "globs": matches,
    "looked": presence,
    "trees": tree_digest,
}
"""使い方と，その中身の比べ方。

``modules`` は読み込んだモジュール，``files`` は読んだファイル，``folders`` は中身を並べた
フォルダー，``globs`` は ``glob`` で探した形，``looked`` は，あるかを調べたもの，``trees`` は，
中のすべてに頼るフォルダー。
"""


@dataclass(frozen=True)
class Trace:
    """``{使い方: {ルートから見た名前: 中身を表す文字列}}``。"""

    seen: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, names: Mapping[str, Iterable[str]]) -> Trace:
        """いまの中身で作る。``names`` は ``{使い方: [名前]}``，``root`` は ``lessons`` の親。"""
        return cls(
            {
                kind: {
                    name: digest(root / name) for name in sorted(names.get(kind, ()))
                }
                for kind, digest in DIGESTS.items()
            }
        )

    @property
    def short(self) -> str:
        """足あとを表す短い文字列。"""
        return hashlib.sha256(repr(sorted(self.seen.items())).encode()).hexdigest()[:16]

    def changes(self, root: Path) -> list[str]:
        """いまと違うものを言う。"""
        found = []
        for kind, names in self.seen.items():
            for name, before in names.items():
                path, code = root / name, kind == "modules"
                now = _module_now(path, before) if code else DIGESTS[kind](path)
                if now != before:
                    found.append(_sentence(kind, name, before, now))
        return list(dict.fromkeys(found))

    def touched(self, before: Stamps, now: Stamps) -> bool:
        """``before`` から ``now`` までに，この足あとにあるものが書き換えられたか。"""
        names = {n for n in {*before, *now} if before.get(n) != now.get(n)}
        kept = {name for kind in self.seen for name in self.seen[kind]}
        moved = {
            str(PurePosixPath(n).parent) for n in names if (n in before) != (n in now)
        }
        folders = {*self.seen.get("folders", ())} & moved
        found = moved and self.seen.get("globs")
        return bool(
            names & kept or folders or found or (names and self.seen.get("trees"))
        )


def _module_now(path: Path, before: str) -> str:
    """いまのモジュール。コードが同じなら ``before`` を返す（中身が同じなら構文は調べない）。"""
    whole, _, code = before.partition(" ")
    now = digest(path)
    if now == whole:
        return before
    if now == GONE:
        return GONE
    return before if code_digest(path.read_bytes()) == code else now


def _sentence(kind: str, name: str, before: str, now: str) -> str:
    if kind == "folders" and GONE not in (before, now):
        return f"{name} の中のファイルが増えたか，なくなりました"
    if kind == "globs":
        return f"{name} に当てはまるファイルが増えたか，なくなりました"
    if kind == "trees":
        return f"{name} の中のどれかが変わりました（ほかのプログラムが使うため，すべてに頼ります）"
    if now == GONE:
        return f"{name} がなくなりました"
    return f"{name} が{'現れました' if before == GONE else '変わりました'}"
