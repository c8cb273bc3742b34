"""How the numbers of demand and utilisation are counted, said beside the numbers."""

from __future__ import annotations

from projections.buying import COVERED_BY_OTHERS
from projections.demand import COUNTED_ONCE
from projections.utilisation import DEFINITION
from web.language import Language


def counted_once(language: Language) -> str:
    return COUNTED_ONCE.in_language(language.code)


def covered_by_others(language: Language) -> str:
    return COVERED_BY_OTHERS.in_language(language.code)


def utilisation_defined(language: Language) -> str:
    return DEFINITION.in_language(language.code)
