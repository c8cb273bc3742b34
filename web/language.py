"""Korean and English: texts from Babel's catalogues, dates, hours and money as people write them.

English is the language of the sources; `locale/ko/pages.po` holds the Korean. Dates use CLDR
skeletons, whose Korean has no "AM/PM" (Babel's short and medium styles do).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_interval, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from domain.period import SEOUL, Period

CATALOGUES = Path(__file__).parent / "locale"
MONDAY = date(2024, 1, 1)


class Language:
    """One of the two languages of the pages."""

    def __init__(self, code: str, texts: Mapping[str, str]) -> None:
        self.code = code
        self._locale = Locale.parse(code)
        self._texts = texts
        self.weekdays = tuple(self._skeleton("E", MONDAY + timedelta(n)) for n in range(7))

    def text(self, message: str, **values: Any) -> str:
        """A message of the sources in this language, its `%(name)s` filled in."""
        translated = self.gettext(message)
        return translated % values if values else translated

    def gettext(self, message: str) -> str:
        return self._texts.get(message, message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Korean nouns have one form for any number."""
        found = self._texts.get(singular)
        return found or (singular if number == 1 else plural)

    def day(self, moment: date | datetime) -> str:
        """2026년 11월 22일 (일); Sun, Nov 22, 2026."""
        return self._skeleton("yMMMEd", moment)

    def short_day(self, moment: date | datetime) -> str:
        """11월 22일 (일); Sun, Nov 22."""
        return self._skeleton("MMMEd", moment)

    def days(self, first: date, last: date) -> str:
        """2026년 11월 22일~28일; Nov 22 – 28, 2026. Both days belong to it."""
        return str(format_interval(first, last, "yMMMd", locale=self._locale))

    def moment(self, moment: datetime) -> str:
        """A day of Asia/Seoul and the hour, 2026년 11월 22일 (일) 14:00."""
        return f"{self.day(moment)} {clock(moment)}"

    def span(self, period: Period) -> str:
        """From when to when in Asia/Seoul, the second day only where it is another."""
        start, end = period.start.astimezone(SEOUL), period.end.astimezone(SEOUL)
        last, upto = end, clock(end)
        if end.time() == time.min:
            # Midnight ends the day before, as in opening hours.
            last, upto = end - timedelta(days=1), "24:00"
        if last.date() != start.date():
            upto = f"{self.short_day(last)} {upto}"
        dash = "~" if self.code == "ko" else "–"
        return f"{self.moment(start)} {dash} {upto}"

    def length(self, minutes: int) -> str:
        """Minutes in the largest units that fit: 2일, 1시간 30분; 2 days, 1 h 30 min."""
        days, rest = divmod(minutes, 24 * 60)
        hours, rest = divmod(rest, 60)
        counted = self.ngettext("%(num)s day", "%(num)s days", days) % {"num": days}
        parts = [
            counted if days else "",
            self.text("%(num)s h", num=hours) if hours else "",
            self.text("%(num)s min", num=rest) if rest or not minutes else "",
        ]
        return " ".join(part for part in parts if part)

    def krw(self, won: int) -> str:
        """₩132,000."""
        return str(format_currency(won, "KRW", locale=self._locale))

    def number(self, value: float) -> str:
        return str(format_decimal(round(value, 2), locale=self._locale))

    def _skeleton(self, skeleton: str, moment: date | datetime) -> str:
        if isinstance(moment, datetime):
            moment = moment.astimezone(SEOUL).date()
        return _formatted(self.code, skeleton, moment)


def clock(moment: datetime) -> str:
    """The hour in Asia/Seoul: 14:00."""
    return moment.astimezone(SEOUL).strftime("%H:%M")


@cache
def in_language(code: str) -> Language:
    """The language of a code, Korean for any that there is none of."""
    if code == "en":
        return Language("en", {})
    with (CATALOGUES / "ko" / "pages.po").open("rb") as file:
        catalogue = read_po(file, locale="ko")
    texts = {}
    for message in catalogue:
        if message.id and not message.fuzzy:
            source, korean = message.id, message.string
            key = source if isinstance(source, str) else source[0]
            texts[key] = korean if isinstance(korean, str) else (korean or ("",))[0]
    return Language("ko", {source: korean for source, korean in texts.items() if korean})


@lru_cache(maxsize=4096)
def _formatted(code: str, skeleton: str, day: date) -> str:
    return str(format_skeleton(skeleton, day, locale=code))
