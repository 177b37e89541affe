"""測った記録を読む。記録は，約束と同じ部屋の ``records/<名前>.json`` にある。"""

from __future__ import annotations

import json
from dataclasses import dataclass
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
        human=protocol.human.value if protocol.human else None,
        threshold=protocol.threshold,
    )
    return Measured(protocol, record, decided)


def named(*names: str) -> list[Measured]:
    """名前の効果の記録を，並べた順に返す。"""
    return [measured(find(name)) for name in names]


def everything() -> list[Measured]:
    """すべての約束の記録。たくさん調べた中で偶然に残りうるものは，「決まらない」にする。"""
    found = [measured(protocol) for protocol in all_protocols()]
    tested = [one for one in found if one.verdict is not None]
    chance = verdict.false_discoveries([one.verdict.model.p for one in tested])  # type: ignore[union-attr]
    doubtful = {
        one.protocol.id
        for one, by_chance in zip(tested, chance, strict=True)
        if by_chance and one.verdict and one.verdict.word not in ("示さない",)
    }
    return [
        Measured(
            one.protocol,
            one.record,
            None
            if one.verdict is None
            else verdict.Verdict(
                "決まらない" if one.protocol.id in doubtful else one.verdict.word,
                one.verdict.model,
                one.verdict.controls,
                one.verdict.passing,
                one.verdict.robust,
                one.verdict.ratio,
            ),
        )
        for one in found
    ]
