"""Why a device cannot be handed out: who has it, or its time, and until when. For staff alone."""

from __future__ import annotations

from booking.testbed import Testbed
from domain.rejected import Conflict, Rejected, Violation
from projections import calendar, usage
from projections.calendar import Entry
from web.entry_words import kind_word
from web.language import Language


async def in_the_way(
    testbed: Testbed, language: Language, rejected: Rejected, but: str
) -> list[str]:
    """The sentences of a refused hand-out of the reservation `but`, for whoever stands there."""
    said = []
    for violation in rejected.violations:
        if violation.rule == "slot_taken":
            continue
        out = await _out(testbed, language, violation)
        said.append(out or violation.message(language.code))
    said += [await _held(testbed, language, conflict, but) for conflict in rejected.conflicts]
    return list(dict.fromkeys(said))


async def _out(testbed: Testbed, language: Language, violation: Violation) -> str | None:
    """That somebody has the device still; None for other refusals."""
    if violation.rule != "handed_out_already":
        return None
    entry = await calendar.reservation(testbed.database.app, str(violation.actual))
    if entry is None:
        return None
    return language.text(
        "The device is still out: %(what)s, booked until %(when)s. Record its return first.",
        what=await _named(testbed, language, entry),
        when=language.moment(entry.period.end),
    )


async def _held(testbed: Testbed, language: Language, conflict: Conflict, but: str) -> str:
    """What holds the device's time. The view may be behind; the time itself is the rules'."""
    found = await calendar.entries_between(
        testbed.database.app,
        conflict.period.start,
        conflict.period.end,
        device_ids=[conflict.device_id],
    )
    holding = [one for one in found if one.entry_id != but and one.occupied == conflict.period]
    what = (
        await _named(testbed, language, holding[0])
        if holding
        else kind_word(conflict.kind, language)
    )
    return language.text(
        "The device is held for another until %(until)s: %(what)s, %(when)s. "
        "Hand it out after that, or change that first.",
        what=what,
        when=language.span(conflict.period),
        until=language.moment(conflict.period.end),
    )


async def _named(testbed: Testbed, language: Language, entry: Entry) -> str:
    kind = kind_word(entry.kind, language)
    if entry.company_id is None:
        return kind
    company = await usage.company(testbed.database.app, entry.company_id)
    name = entry.company_id if company is None else company.name.in_language(language.code)
    return f"{kind} ({name})"
