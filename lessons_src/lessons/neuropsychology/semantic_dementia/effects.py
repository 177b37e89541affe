"""章 neuropsychology/semantic_dementia の効果。"""

from __future__ import annotations

from collections.abc import Callable

from lessons.neuropsychology.semantic_dementia import measures

MEASURES: dict[str, Callable[..., float]] = {
    "semantic_category_over_item": measures.category_over_item,
    "semantic_domain_over_category": measures.domain_over_category,
    "semantic_errors_in_category": measures.errors_in_category,
    "semantic_other_names_later": measures.other_names_come_later,
    "semantic_category_names_later": measures.category_names_come_later,
    "semantic_errors_typical": measures.errors_are_more_typical,
    "semantic_colour": measures.colour_choice,
    "semantic_object": measures.object_choice,
    "semantic_distinctive_lost": measures.distinctive_lost,
    "semantic_intrusions": measures.typical_intrudes,
    "semantic_distortion_animals": measures.distortion_hurts_animals,
}
"""約束の名前から，測る関数を引く表。"""
