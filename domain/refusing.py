"""Refusals of several members as one refusal, and refusals as the ledger records them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from domain import events as e
from domain.decisions import Command
from domain.period import Period
from domain.rejected import Conflict, Rejected, Violation


class Refused(NamedTuple):
    """The member of a command, counted from 0, and why it was refused."""

    member: int
    rejected: Rejected


def refused_together(
    refused: Sequence[Refused], asked: Sequence[tuple[str, Period]] = ()
) -> Rejected:
    """One refusal that says of every violation and conflict which member it is about.

    `asked` is what all members asked for, where the command does not say so itself.
    """
    return Rejected(
        violations=[
            msgspec.structs.replace(violation, member=one.member)
            for one in refused
            for violation in one.rejected.violations
        ],
        conflicts=[
            msgspec.structs.replace(conflict, member=one.member)
            for one in refused
            for conflict in one.rejected.conflicts
        ],
        asked=asked,
    )


def request_refused(command: Command, rejected: Rejected) -> e.RequestRefused:
    """A refusal as it is recorded, with the rules that said no and their values."""
    members = getattr(command, "members", ())
    asked = rejected.asked or tuple((member.device_id, member.period) for member in members)
    return e.RequestRefused(
        command=type(command).__name__,
        device_id=getattr(command, "device_id", None),
        company_id=command.by.company_id,
        reservation_id=getattr(command, "reservation_id", None),
        period=getattr(command, "period", None),
        refusals=tuple(
            e.Refusal(**msgspec.structs.asdict(violation)) for violation in rejected.violations
        ),
        conflicts=tuple((one.device_id, one.period, one.kind) for one in rejected.conflicts),
        conflict_members=tuple(one.member for one in rejected.conflicts if one.member is not None),
        asked=asked,
    )


def rejected_of(refusal: e.RequestRefused) -> Rejected:
    """The refusal that a recorded one stands for."""
    members = refusal.conflict_members or (None,) * len(refusal.conflicts)
    return Rejected(
        violations=[Violation(**msgspec.structs.asdict(one)) for one in refusal.refusals],
        conflicts=[
            Conflict(device_id=device_id, period=period, kind=kind, member=member)
            for (device_id, period, kind), member in zip(refusal.conflicts, members, strict=True)
        ],
        asked=refusal.asked,
    )
