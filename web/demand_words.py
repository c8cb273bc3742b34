"""How the numbers of demand and utilisation are counted, said beside the numbers."""

from __future__ import annotations

from web.language import Language


def counted_once(language: Language) -> str:
    return language.text(
        "Requests that the rules refused. The same company's repeated request for the same device "
        "and time on one day counts once, whether or not it then joined the waiting list; it "
        "counts whether or not the company found another time."
    )


def covered_by_others(language: Language) -> str:
    return language.text(
        "Only requests refused because the time was taken. Where a compatible device was free for "
        "the whole time by its terms, it could have stood in, each hour once. Time that only an "
        "outage held is kept apart. What is left speaks for another device."
    )


def utilisation_defined(language: Language) -> str:
    return language.text(
        "Utilisation = hours in use ÷ hours in operation × 100. In use: time in companies' hands "
        "by the use log, overlapping time once, when the device is back. In operation: opening "
        "hours of the terms in force, without closed days, outages, breakdowns and suspensions; "
        "around the clock for devices that run unattended. Use outside opening hours can exceed "
        "100 %."
    )
