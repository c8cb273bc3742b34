"""A week of devices: what is read for it, and its days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.account import Account
from booking.testbed import Testbed
from domain.period import SEOUL, Period, day_period, days_touched
from projections import usage
from projections.calendar import Entry, entries_between
from projections.devices import Device, closures_between
from projections.maintenance import stopped_devices
from web.access import may_see_company
from web.bars import Viewer
from web.frame import present
from web.language import Language, in_language


class Day(NamedTuple):
    """A day's column. `name` is the holiday's, `classes` say Saturday, Sunday or holiday, today."""

    day: date
    classes: str
    weekday: str
    name: str
    today: bool


class Week(NamedTuple):
    """Seven days from Monday, with all that holds the time of the devices asked for."""

    period: Period
    days: Sequence[Day]
    entries: Mapping[str, Sequence[Entry]]
    closed: frozenset[date]
    viewer: Viewer
    stopped: frozenset[str] = frozenset()
    """Devices for which a safety stop holds."""

    def classes_of(self, device: Device, day: Day) -> str:
        """A device's cell of a day: grey where the device is not open at all, by its own terms."""
        terms = device.terms
        holiday = terms.closed_on_holidays and day.day in self.closed
        shut = holiday or not terms.opening_hours.on(day.day.weekday())
        return " ".join([*(["off"] if shut else []), *(["today"] if day.today else [])])

    @property
    def first(self) -> date:
        return self.days[0].day

    @property
    def last(self) -> date:
        return self.days[-1].day

    @property
    def now(self) -> datetime | None:
        """The present (or the time looked back to), where it lies in this week."""
        now = self.viewer.now
        return now if self.period.start <= now < self.period.end else None


async def read_week(
    testbed: Testbed,
    account: Account,
    language_code: str,
    *,
    day: date | None,
    devices: Sequence[Device],
    as_of: int | None,
    full_hours: bool = False,
) -> Week:
    """The week that `day` lies in, or this one; one query for all that its devices are held by."""
    reader, language = testbed.database.app, in_language(language_code)
    now = await present(testbed, as_of)
    period = week_of(day or now.astimezone(SEOUL).date())
    found = await entries_between(
        reader,
        period.start,
        period.end,
        device_ids=[device.device_id for device in devices],
        as_of=as_of,
    )
    viewer = await _viewer(testbed, account, language, now, found, full_hours=full_hours)
    days = list(days_touched(period))
    names = {
        closure.day: closure.name.in_language(language.code)
        for closure in await closures_between(
            reader, days[0], days[-1] + timedelta(days=1), as_of=as_of
        )
    }
    return Week(
        period=period,
        days=[_day(day, names, now, language) for day in days],
        entries=by_device(found),
        closed=frozenset(names),
        viewer=viewer,
        stopped=frozenset(await stopped_devices(reader, as_of=as_of)),
    )


def week_of(day: date) -> Period:
    """From Monday to Monday around a day."""
    monday = day - timedelta(days=day.weekday())
    return day_period(monday).until(day_period(monday + timedelta(days=6)).end)


def by_device(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Entries by device, in the order that they came in."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.device_id, []).append(entry)
    return found


async def _viewer(
    testbed: Testbed,
    account: Account,
    language: Language,
    now: datetime,
    entries: Sequence[Entry],
    *,
    full_hours: bool,
) -> Viewer:
    """Opens the purposes of the reader's own company; the laboratory reads companies' names."""
    own = [one for one in entries if one.company_id and one.company_id == account.company_id]
    texts = await testbed.seals.open_many([entry.purpose for entry in own])
    companies = {}
    if account.sees_everything:
        companies = {
            company.company_id: company.name.in_language(language.code)
            for company in await usage.companies(testbed.database.app)
        }
    return Viewer(
        account=account,
        language=language,
        now=now,
        texts={entry.entry_id: text for entry, text in zip(own, texts, strict=True)},
        companies=companies,
        offers=_offers(account, entries),
        full_hours=full_hours,
    )


def _offers(account: Account, entries: Sequence[Entry]) -> dict[str, str]:
    """The company of each offer that this reader may know it of."""
    return {
        entry.entry_id: entry.company_id
        for entry in entries
        if entry.kind == "offer"
        if entry.company_id is not None and may_see_company(account, entry.company_id)
    }


def _day(day: date, names: Mapping[date, str], now: datetime, language: Language) -> Day:
    today = day == now.astimezone(SEOUL).date()
    saturday, sunday = day.weekday() == 5, day.weekday() == 6 or day in names  # noqa: PLR2004
    classes = "sun" if sunday else "sat" if saturday else ""
    return Day(
        day=day,
        classes=f"{classes} today".strip() if today else classes,
        weekday=language.weekdays[day.weekday()],
        name=names.get(day, ""),
        today=today,
    )
