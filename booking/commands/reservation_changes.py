"""`booking reservation move|shorten|extend|transfer`, under the rules of a new booking."""

from __future__ import annotations

import argparse
from typing import Any

from booking.commands.asking import (
    TIMES,
    add_override,
    add_times,
    colleagues_named,
    override_of,
    period_of,
)
from booking.commands.common import Commands, Refused, Run
from booking.commands.local_time import moment_of
from booking.commands.reservation_steps import add_step, between, step
from booking.testbed import Testbed
from domain import changes
from domain import events as e
from domain.decisions import Command

MOVE_EXAMPLES = f"""\
  booking reservation move r-k3m9x2 --from "2026-12-08 09:00" --to "2026-12-08 11:00"
  booking reservation move r-k3m9x2 --from "2026-12-08 09:00" --to "2026-12-08 11:00" \\
      --by staff@lab.example --override change_notice --because "power failed at the bench"

Where the new time is taken, other times are listed. {TIMES}
"""
SHORTEN_EXAMPLES = """\
  booking reservation shorten r-k3m9x2 --to "2026-12-07 10:00"
"""
EXTEND_EXAMPLES = """\
  booking reservation extend r-k3m9x2 --to "2026-12-07 13:00"
"""
TRANSFER_EXAMPLES = """\
  booking reservation transfer r-k3m9x2 --to park@mudeung.example
  booking reservation transfer r-k3m9x2 --device AUT-003
"""


def add(actions: Commands) -> None:
    about = "move a reservation to another time"
    add_times(_overridable(actions, "move", _move, about, MOVE_EXAMPLES))
    about = "give part of a reservation's time back"
    parser = _overridable(actions, "shorten", _shorten, about, SHORTEN_EXAMPLES)
    add_times(parser, required=False)
    about = "let a reservation end later"
    parser = _overridable(actions, "extend", _extend, about, EXTEND_EXAMPLES)
    parser.add_argument("--to", dest="end", metavar="TIME", type=moment_of, required=True)
    about = "give a reservation to a colleague, move it to another device, or both"
    parser = _overridable(actions, "transfer", _transfer, about, TRANSFER_EXAMPLES)
    parser.add_argument("--to", metavar="EMAIL", help="of the same company")
    parser.add_argument("--device", metavar="ID")


def _overridable(
    actions: Commands, name: str, run: Run, about: str, examples: str
) -> argparse.ArgumentParser:
    parser = add_step(actions, name, run, about, examples)
    add_override(parser)
    return parser


def _move(options: argparse.Namespace) -> int:
    period = period_of(options)

    async def order(testbed: Testbed, named: dict[str, Any], _latest: Any) -> Command:
        override = await override_of(testbed, options)
        return changes.RescheduleReservation(**named, period=period, override=override)

    return step(options, order)


def _shorten(options: argparse.Namespace) -> int:
    if options.start is None and options.end is None:
        raise Refused("what stays of the time is said by --to, --from or both.")

    async def order(testbed: Testbed, named: dict[str, Any], latest: e.ReservationEvent) -> Command:
        now = latest.period
        period = between(options.start or now.start, options.end or now.end)
        override = await override_of(testbed, options)
        return changes.ShortenReservation(**named, period=period, override=override)

    return step(options, order)


def _extend(options: argparse.Namespace) -> int:
    async def order(testbed: Testbed, named: dict[str, Any], latest: e.ReservationEvent) -> Command:
        period = between(latest.period.start, options.end)
        override = await override_of(testbed, options)
        return changes.ExtendReservation(**named, period=period, override=override)

    return step(options, order)


def _transfer(options: argparse.Namespace) -> int:
    if options.to is None and options.device is None:
        raise Refused("to whom is said by --to EMAIL, to which device by --device ID.")

    async def order(testbed: Testbed, named: dict[str, Any], latest: e.ReservationEvent) -> Command:
        emails = [options.to] if options.to else []
        to = await colleagues_named(testbed, latest.company_id, emails)
        return changes.TransferReservation(
            **named,
            to_account_id=to[0] if to else None,
            to_device_id=options.device,
            override=await override_of(testbed, options),
        )

    return step(options, order)
