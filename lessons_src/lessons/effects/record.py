"""測った記録を読む。記録は，約束と同じ部屋の ``records/<名前>.json`` にある。"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from lessons.effects import verdict
from lessons.effects.protocol import Protocol, all_protocols, find


@dataclass(frozen=True)
class Measured:
    """約束，記録，判定。記録がなければ ``record`` と ``verdict`` は None。"""

    protocol: Protocol
    record: dict[str, Any] | None
    verdict: verdict.Verdict | None

    @property
    def stale(self) -> bool:
        """約束が，測った後に変わったか。"""
        return self.record is not None and (
            self.record["protocol"] != self.protocol.digest
        )

    @property
    def word(self) -> str:
        """頁に書く判定。"""
        if self.verdict is None:
            return "まだ測っていない"
        if self.stale:
            return "古い記録"
        if self.protocol.origin == "組み込み":
            return "組み込み"
        return self.verdict.word


def measured(protocol: Protocol) -> Measured:
    """約束の記録を読み，判定する。"""
    path = protocol.record_path
    if not path.is_file():
        return Measured(protocol, None, None)
    record = json.loads(path.read_text("utf8"))
    decided = verdict.decide(
        record["model"],
        record["controls"],
        [cell["mean"] for cell in record["grid"]],
        human=protocol.human_value,
        threshold=protocol.threshold,
    )
    return Measured(protocol, record, decided)


def named(*names: str) -> list[Measured]:
    """名前の効果の記録を，並べた順に返す。"""
    return [measured(find(name)) for name in names]


def everything() -> list[Measured]:
    """すべての約束の記録。たくさん測ると偶然に残りうるものは，「決まらない」にする。

    偶然の割合は，表のすべての行で数える（Benjamini & Hochberg, 1995，q = .05）。
    「示さない」は，0 に近いという主張なので，そのまま残す。
    """
    found = [measured(protocol) for protocol in all_protocols()]
    tested = [
        one.verdict.model.p
        for one in found
        if one.verdict and one.protocol.origin != "組み込み"
    ]
    limit = verdict.largest_kept(tested)
    return [_kept(one, limit) for one in found]


def _kept(one: Measured, limit: float) -> Measured:
    decided = one.verdict
    if decided is None or decided.word == "示さない" or decided.model.p <= limit:
        return one
    return replace(one, verdict=replace(decided, word="決まらない"))
