"""`booking reservation list|show`, and the other actions on reservations."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from booking.account import Account
from booking.app import LedgerSource
from booking.commands import (
    reservation_changes,
    reservation_list,
    reservation_make,
    reservation_steps,
    reservation_use,
)
from booking.commands.columns import aligned
from booking.commands.common import Commands, add_data, command, say, topic, with_testbed
from booking.commands.displacing import span
from booking.commands.happened import told
from booking.commands.named import email_of, name_of, noted
from booking.testbed import Testbed
from domain.claims import Replaced
from domain.decisions import Recall
from domain.event import Recorded
from domain.period import shown
from domain.rejected import Rejected
from domain.stored import decode_body
from projections import calendar
from projections.calendar import Entry

MOST_OF_ONE = 1000


def add(commands: Commands) -> None:
    actions = topic(commands, "reservation", "reservations, from request to return")
    reservation_list.add(actions)
    about = "show a reservation and its history"
    parser = command(actions, "show", _show, about, "  booking reservation show r-k3m9x2\n")
    parser.add_argument("reservation", metavar="ID")
    add_data(parser)
    reservation_make.add(actions)
    reservation_steps.add(actions)
    reservation_changes.add(actions)
    reservation_use.add(actions)


def _show(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[str]:
        await testbed.projector.catch_up()
        entry = await calendar.reservation(testbed.database.app, options.reservation)
        if entry is None:
            raise Rejected("reservation_unknown", actual=options.reservation)
        await noted(testbed, "read reservation", entry.entry_id)
        tag = f"reservation:{entry.entry_id}"
        stored = await testbed.ledger.stored(tags=[tag], limit=MOST_OF_ONE)
        history = [decode_body(one.body) for one in stored]
        ids = {*entry.people, entry.account_id or "", *(one.by for one in history)}
        people = await testbed.accounts.many(ids)
        texts = (entry.purpose, entry.irb_number, entry.reason)
        opened = await testbed.seals.open_many(texts)
        again = Replaced(entry.entry_id)
        await Recall(LedgerSource(testbed.ledger, None))(again)
        return [*_in_full(entry, people, opened, again.by), "", *_history(history, people)]

    say("\n".join(with_testbed(options, work)))
    return 0


def _in_full(
    entry: Entry, people: Mapping[str, Account], opened: Sequence[str | None], again: str | None
) -> Iterator[str]:
    purpose, irb, reason = opened
    fields = {
        "status": entry.status,
        "device": entry.device_id,
        "time": span(entry.period),
        "company": entry.company_id,
        "person": _named(entry.account_id or "", people),
        "with": ", ".join(_named(one, people) for one in entry.people),
        "purpose": purpose,
        "use": entry.usage_type,
        "IRB": irb,
        "series": entry.series_id,
        "bundle": entry.group_id,
        "replaces": entry.replaces,
        "replaced by": again,
        "reason": reason,
        "answer by": entry.answer_by and shown(entry.answer_by),
        "overdue": entry.overdue_at and f"since {shown(entry.overdue_at)}",
        "no-show?": entry.suspected_at and f"of {shown(entry.suspected_at)}, to be looked at",
    }
    yield entry.entry_id
    yield from aligned((f"  {name}", text) for name, text in fields.items() if text)


def _history(history: Sequence[Recorded], people: Mapping[str, Account]) -> Iterator[str]:
    yield from aligned(
        (f"  {shown(one.recorded_at)}", f"by {_named(one.by, people)}", *told(one.event))
        for one in history
    )


def _named(account_id: str, people: Mapping[str, Account]) -> str:
    name, email = name_of(people, account_id), email_of(people, account_id)
    return name if name == email else f"{name} <{email}>"
