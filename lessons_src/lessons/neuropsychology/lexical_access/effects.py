"""章 neuropsychology/lexical_access の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.neuropsychology.lexical_access import measures

MEASURES: dict[str, Callable[..., Any]] = {
    "lexical_severity": measures.severity_semantic_share,
    "lexical_severity_no_meaning": measures.severity_semantic_share,
    "lexical_error_kinds": measures.error_kinds_by_severity,
    "lexical_error_kinds_no_meaning": measures.error_kinds_by_severity,
    "lexical_mixed_healthy": measures.mixed_errors_healthy,
    "lexical_mixed_patients": measures.mixed_errors_patients,
    "lexical_mixed_one_way": measures.mixed_errors_healthy,
    "lexical_word_outcomes": measures.word_outcomes,
    "lexical_word_one_way": measures.word_outcomes,
    "lexical_continuity": measures.continuity,
    "lexical_continuity_no_meaning": measures.continuity,
}
"""約束の名前から，測る関数を引く表。"""
