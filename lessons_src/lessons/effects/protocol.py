"""効果一つの約束：何を，どう測り，何と比べるか。

約束は，測る前に決めて，部屋の ``protocols/<名前>.toml`` に書く。測った後は変えない。
値は，人間と同じ向きなら正になるように決める。
"""

from __future__ import annotations

import hashlib
import itertools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessons import human

LESSONS = Path(__file__).parents[1]

ORIGINS = ("創発", "一部組み込み", "組み込み")
"""効果の出どころ。

創発：誰も入れていない。一部組み込み：効果を出やすくする選択が一つわかっている。
組み込み：モデルの式や，選んだ値から出る（「示した」とは数えない）。
"""
UNITS = {"図形の組": 5, "実験": 10, "ネットワーク": 20}
"""繰り返しの単位と，その最小の数。

学習ずみのモデルに見せる図形の組，乱数で動くモデルに受けさせる実験，学習し直すネットワーク。
"""
CELLS = 9
"""頑健さを調べる条件の，最小の数。"""
FIRST_SEED = 1000
"""判定に使う種の始まり。これより小さい種は，探索に使ってよい。"""


class ProtocolError(ValueError):
    """約束の誤り。文は，ファイルと項目，直し方を言う。"""


@dataclass(frozen=True)
class Protocol:
    """効果一つの約束。

    Attributes:
        id: 名前（ファイルの名前）。
        chapter: 章（``attention/cam`` の形）。
        name, claim, index: 日本語の名前，予想の文，値の意味。
        network, read_out: モデルと，値を読む所。
        origin, because, ablation: 出どころ，その訳，一部組み込みのとき，選択を除いて測る効果。
        reported, source: 報告されたことと，その文献。人間の数がなければ，``no_number`` に訳。
        human: 人間の値。なければ None。
        comparable: 人間の値が，モデルの値と同じ単位か。
        unit, seeds: 繰り返しの単位と，種。
        parameters: 測る関数に渡す値。
        controls: ``{対照の名前: 何か}``。どれも，効果を示してはならない。
        grid: 頑健さを調べる，値の組み合わせ。
        grid_seeds: 頑健さを調べる種。
        threshold: 効果と呼ぶ最小の値。
        digest: ファイルの SHA-256。
    """

    id: str
    chapter: str
    name: str
    claim: str
    index: str
    network: str
    read_out: str
    origin: str
    because: str
    ablation: str
    reported: str
    source: str
    no_number: str
    human: human.Number | None
    comparable: bool
    unit: str
    seeds: tuple[int, ...]
    parameters: dict[str, Any]
    controls: dict[str, str]
    grid: tuple[dict[str, Any], ...]
    grid_seeds: tuple[int, ...]
    threshold: float
    digest: str

    @property
    def human_value(self) -> float | None:
        """モデルの値と比べてよい，人間の値。なければ None。"""
        return self.human.value if self.human and self.comparable else None

    @property
    def record_path(self) -> Path:
        """記録のファイル。"""
        return LESSONS / self.chapter / "records" / f"{self.id}.json"


def all_protocols() -> list[Protocol]:
    """すべての部屋の約束を，章と名前の順に返す。"""
    found = [load(path) for path in sorted(LESSONS.glob("*/*/protocols/*.toml"))]
    names = [protocol.id for protocol in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ProtocolError(
            f"約束 {'，'.join(twice)} が二つあります。ファイルの名前を変えてください。"
        )
    return found


def find(name: str) -> Protocol:
    """名前の約束を返す。

    Raises:
        ProtocolError: その名前の約束がないとき。ある名前を挙げる。
    """
    paths = sorted(LESSONS.glob(f"*/*/protocols/{name}.toml"))
    if not re.fullmatch(r"\w+", name) or not paths:
        known = sorted(path.stem for path in LESSONS.glob("*/*/protocols/*.toml"))
        raise ProtocolError(f"約束 {name!r} はありません。ある名前: {'，'.join(known)}")
    return load(paths[0])


def load(path: Path) -> Protocol:
    """約束のファイルを読み，確かめる。

    Raises:
        ProtocolError: 項目が足りない，または値が決まりに合わないとき。
    """
    content = path.read_bytes()
    chapter = path.parent.parent.relative_to(LESSONS).as_posix()
    place = f"lessons/{chapter}/protocols/{path.name}"
    try:
        table = tomllib.loads(content.decode("utf8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{place}: TOML として読めません（{error}）。") from error
    try:
        return _protocol(table, path.stem, chapter, hashlib.sha256(content).hexdigest())
    except KeyError as error:
        raise ProtocolError(f"{place}: 項目 {error} を書いてください。") from error
    except ValueError as error:
        raise ProtocolError(f"{place}: {error}") from error


def _protocol(table: dict[str, Any], name: str, chapter: str, digest: str) -> Protocol:
    reported, amount = table["human"], table["amount"]
    robustness = table.get("robustness", {"parameters": {}})
    condition = reported.get("condition")
    effect = reported.get("effect", name)
    protocol = Protocol(
        id=name,
        chapter=chapter,
        **{
            key: table[key]
            for key in ("name", "claim", "index", "network", "read_out", "because")
        },
        origin=_one_of(table["origin"], ORIGINS, "origin"),
        ablation=table.get("ablation", ""),
        reported=reported["reported"],
        source=reported.get("source", ""),
        no_number=reported.get("none", ""),
        human=human.numbers(chapter, effect, condition)[0] if condition else None,
        comparable=bool(condition) and reported.get("comparable", True),
        unit=_one_of(amount["unit"], tuple(UNITS), "amount.unit"),
        seeds=_seeds(amount["seeds"], "amount.seeds"),
        parameters=table.get("parameters", {}),
        controls=table.get("controls", {}),
        grid=_grid(robustness["parameters"]),
        grid_seeds=_seeds(
            robustness.get("seeds", [FIRST_SEED] * 2), "robustness.seeds"
        ),
        threshold=float(table.get("threshold", 0)),
        digest=digest,
    )
    if not protocol.source and not protocol.no_number:
        raise ValueError(
            "human.source に文献を書くか，human.none に，人間の数がない訳を書いてください。"
        )
    if protocol.origin == "一部組み込み" and not protocol.ablation:
        raise ValueError(
            "一部組み込みの効果には，選択を除いて測る効果 ablation を書いてください。"
        )
    if protocol.origin != "組み込み":
        _enough(protocol, amount, robustness)
    return protocol


def _grid(varied: dict[str, list[Any]]) -> tuple[dict[str, Any], ...]:
    """値の組み合わせのすべて。変えるものがなければ空。"""
    return tuple(
        dict(zip(varied, values, strict=True))
        for values in itertools.product(*varied.values())
        if varied
    )


def _enough(
    protocol: Protocol, amount: dict[str, Any], robustness: dict[str, Any]
) -> None:
    """対照，測る量，頑健さの条件が足りているか。減らすときは，訳が要る。"""
    if not protocol.controls:
        raise ValueError(
            "効果を示してはならない対照を，controls に一つ以上書いてください。"
        )
    least = UNITS[protocol.unit]
    if len(protocol.seeds) < least and not amount.get("fewer"):
        raise ValueError(
            f"種が {len(protocol.seeds)} 個です。{protocol.unit}は {least} 個以上にするか，"
            "減らす訳を amount.fewer に書いてください。"
        )
    if len(protocol.grid) < CELLS and not robustness.get("fewer"):
        raise ValueError(
            f"頑健さの条件が {len(protocol.grid)} 個です。robustness.parameters で {CELLS} 個以上に"
            "するか，減らす訳を robustness.fewer に書いてください。"
        )
    if not protocol.grid:
        raise ValueError("頑健さの条件を，robustness.parameters に書いてください。")
    if protocol.human_value is None and protocol.threshold <= 0:
        raise ValueError(
            "同じ単位の人間の値がないときは，効果と呼ぶ最小の値 threshold を，正の数で書いてください。"
        )


def _one_of(value: str, known: tuple[str, ...], key: str) -> str:
    if value not in known:
        raise ValueError(
            f"{key} の {value!r} を，{'，'.join(known)} のどれかにしてください。"
        )
    return value


def _seeds(ends: list[int], key: str) -> tuple[int, ...]:
    """``[最初, 最後]`` を種の並びにする。"""
    if len(ends) != 2 or not FIRST_SEED <= ends[0] <= ends[1]:
        raise ValueError(
            f"{key} の {ends} を，[最初の種, 最後の種] にしてください（種は {FIRST_SEED} から）。"
        )
    return tuple(range(ends[0], ends[1] + 1))
