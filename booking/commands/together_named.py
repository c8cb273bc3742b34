"""What an id names of what was booked together, and how much of it is meant."""

from __future__ import annotations

import argparse
from typing import NamedTuple, get_args

from booking.app import LedgerSource
from booking.commands.common import Refused
from booking.testbed import Testbed
from domain.decisions import Recall
from domain.members import Members
from domain.rejected import Rejected
from domain.reservation import Reservation
from domain.together_changes import Scope, members_ahead

SCOPES = ("this", *reversed(get_args(Scope)))
ALONE = ""
RESERVATIONS = "r-"
"""How the ids of reservations begin."""


class Together(NamedTuple):
    """A tag (`series:…`, `group:…` or ALONE), and the reservation by which it was named, if any."""

    tag: str
    reservation_id: str | None


def scope_of(together: Together, options: argparse.Namespace) -> Scope | None:
    """None for the one reservation alone; raises Refused where ID does not say which."""
    named = together.reservation_id is not None
    scope = options.scope or ("this" if named else "all")
    chosen: Scope | None = next((one for one in get_args(Scope) if one == scope), None)
    if not named and scope != "all":
        raise Refused(f"--scope {scope} needs the id of a reservation, not of all of them.")
    if together.tag == ALONE and chosen is not None:
        raise Refused(f"{options.id} was booked alone; --scope is for series and bundles.")
    return chosen


async def require_said(testbed: Testbed, together: Together, options: argparse.Namespace) -> None:
    """Raises Refused for a series or bundle of which several are left, but for `--scope all`."""
    if together.reservation_id is not None or options.scope is not None:
        return
    left = await members_ahead(
        together.tag, "all", None, Recall(LedgerSource(testbed.ledger, None))
    )
    if len(left) > 1:
        raise Refused(
            f"--scope all would cancel {len(left)} reservations; say so, or give the id of one of "
            f"them. `booking series show {options.id}` lists them."
        )


async def together_named(testbed: Testbed, name: str) -> Together:
    """What an id names, by the ledger itself; raises Rejected or Refused for an unknown one."""
    one, series, bundle = Reservation(name), Members(f"series:{name}"), Members(f"group:{name}")
    await Recall(LedgerSource(testbed.ledger, None))(one, series, bundle)
    for members in (series, bundle):
        if members.made:
            return Together(members.together, None)
    made = one.made
    if made is None and not name.startswith(RESERVATIONS):
        raise Refused(f"No such series or bundle: {name}.")
    if made is None:
        raise Rejected("reservation_unknown", actual=name)
    if made.series_id is not None:
        return Together(f"series:{made.series_id}", name)
    return Together(f"group:{made.group_id}" if made.group_id else ALONE, name)
