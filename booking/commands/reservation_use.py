"""`booking reservation hand-out|return|correct|waive`, and what staff say to no-shows."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from booking.app import LedgerSource
from booking.commands.asking import TIMES, USAGE_TYPES, sealed_of, text_of
from booking.commands.common import Commands, say
from booking.commands.displacing import span
from booking.commands.local_time import moment_of
from booking.commands.numbers import whole
from booking.commands.reservation_steps import add_step, between, step
from booking.testbed import Testbed
from domain import deadlines, usage
from domain import events as e
from domain.decisions import Command, Recall
from domain.reservation import Line, Reservation
from projections.calendar import list_reservations

MOST_COUNTED = 1_000_000
HAND_OUT_EXAMPLES = f"""\
  booking reservation hand-out r-k3m9x2
  booking reservation hand-out r-k3m9x2 --at "2026-12-07 09:05"    # entered later

{TIMES}
"""
RETURN_EXAMPLES = """\
  booking reservation return r-k3m9x2 --samples 12
  booking reservation return r-k3m9x2 --at "2026-12-07 10:50" --samples 12 --staff-minutes 30 \\
      --usage-type operated --by staff@lab.example --notes "one cable replaced"

These are the fields of the use log (운영일지).
"""
CORRECT_EXAMPLES = """\
  booking reservation correct r-k3m9x2 --samples 21 --by staff@lab.example --reason "misread"
"""
NO_SHOWS: dict[str, tuple[Callable[..., Command], str]] = {
    "no-show": (usage.RecordNoShow, "record that nobody came; its hours count in full"),
    "withdraw-no-show": (usage.WithdrawNoShow, "take a no-show back; it counts no more"),
    "dismiss-no-show": (deadlines.DismissNoShow, "say that a suspected no-show was nobody's fault"),
}


def add(actions: Commands) -> None:
    about = "give a device into its company's hands"
    parser = add_step(actions, "hand-out", _hand_out, about, HAND_OUT_EXAMPLES)
    parser.add_argument("--at", metavar="TIME", type=moment_of, help="if it is entered later")
    _add_return(actions)
    _add_afterwards(actions)
    for name, (_, about) in NO_SHOWS.items():
        example = f"  booking reservation {name} r-k3m9x2\n"
        add_step(actions, name, _no_show, about, example).set_defaults(action=name)


def _add_return(actions: Commands) -> None:
    about = "take a device back, and log its use"
    parser = add_step(actions, "return", _return, about, RETURN_EXAMPLES)
    parser.add_argument("--at", metavar="TIME", type=moment_of, help="if it is entered later")
    _add_figures(parser, default=0)
    kind = "direct (직접) or operated (대행); as booked, where it is not said"
    parser.add_argument("--usage-type", choices=USAGE_TYPES, help=kind)
    notes = "sealed under the account of --by"
    parser.add_argument("--notes", metavar="TEXT", type=text_of, help=notes)


def _add_afterwards(actions: Commands) -> None:
    about = "replace figures of a logged use; what is not given stays as it is"
    correct = add_step(actions, "correct", _correct, about, CORRECT_EXAMPLES)
    correct.add_argument("--from", dest="start", metavar="TIME", type=moment_of)
    correct.add_argument("--to", dest="end", metavar="TIME", type=moment_of)
    _add_figures(correct, default=None)
    example = '  booking reservation waive r-k3m9x2 --by staff@lab.example --reason "our fault"\n'
    waive = add_step(
        actions, "waive", _waive, "ask no fee for a use; its hours still count", example
    )
    for parser in (correct, waive):
        reason = "sealed under the account of --by"
        parser.add_argument("--reason", metavar="TEXT", type=text_of, required=True, help=reason)


def _add_figures(parser: argparse.ArgumentParser, default: int | None) -> None:
    for option, about in (
        ("--samples", "시료 수"),
        ("--staff-minutes", "인력 투입시간, in minutes"),
    ):
        parser.add_argument(
            option, metavar="N", type=whole(0, MOST_COUNTED), default=default, help=about
        )


def _hand_out(options: argparse.Namespace) -> int:
    async def order(_testbed: Testbed, named: dict[str, Any], _latest: Any) -> Command:
        return usage.HandOutDevice(**named, at=options.at)

    return step(options, order, _say_next)


def _return(options: argparse.Namespace) -> int:
    async def order(testbed: Testbed, named: dict[str, Any], _latest: Any) -> Command:
        return usage.ReturnDevice(
            **named,
            at=options.at,
            samples=options.samples,
            staff_minutes=options.staff_minutes,
            usage_type=options.usage_type,
            notes=await sealed_of(testbed, options, "--notes", options.notes)
            if options.notes
            else None,
        )

    return step(options, order, _say_next)


async def _say_next(testbed: Testbed, latest: e.ReservationEvent) -> None:
    """Who has the device next, which may be waiting for it already."""
    found = await list_reservations(
        testbed.database.app,
        start=latest.period.start,
        device_id=latest.device_id,
        statuses=("requested", "confirmed"),
        limit=2,
    )
    for one in [one for one in found if one.entry_id != latest.reservation_id][:1]:
        say(f"Next: {one.entry_id}  {one.device_id}  {span(one.period)}  {one.company_id}")


def _correct(options: argparse.Namespace) -> int:
    async def order(testbed: Testbed, named: dict[str, Any], _latest: Any) -> Command:
        used = None
        if options.start is not None or options.end is not None:
            logged = (await _logged(testbed, options.reservation)).used
            used = between(options.start or logged.start, options.end or logged.end)
        return usage.CorrectUsage(
            **named,
            used=used,
            samples=options.samples,
            staff_minutes=options.staff_minutes,
            reason=await sealed_of(testbed, options, "--reason", options.reason),
        )

    return step(options, order)


async def _logged(testbed: Testbed, reservation_id: str) -> Line:
    known = Reservation(reservation_id)
    await Recall(LedgerSource(testbed.ledger, None))(known)
    known.require("returned")
    return known.require_line()


def _waive(options: argparse.Namespace) -> int:
    async def order(testbed: Testbed, named: dict[str, Any], _latest: Any) -> Command:
        reason = await sealed_of(testbed, options, "--reason", options.reason)
        return usage.WaiveUsage(**named, reason=reason)

    return step(options, order)


def _no_show(options: argparse.Namespace) -> int:
    kind, _ = NO_SHOWS[options.action]

    async def order(_testbed: Testbed, named: dict[str, Any], _latest: Any) -> Command:
        return kind(**named)

    return step(options, order)
