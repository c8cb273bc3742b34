"""Every kind of deadline that the worker decides: how it is found, and the command it gives.

To add a kind, write its query in `projections` (`async (reader, now, most) -> list[Due]`, oldest
first, at most `most`), its command in `domain` (which looks at the facts again and refuses what is
not due), and a line in KINDS. The worker puts all kinds in one order of deadlines, and gives each
command as `Request.of(SYSTEM, "<kind>:<id>:<deadline>")`, so that it is decided once, whatever
dies meanwhile: the same deadline decided again answers what was decided before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple

from domain.actor import SYSTEM
from domain.calibration import NoticeCalibrationDue
from domain.deadlines import ExpireRequest, RecordMissedStart, RecordOverdue
from domain.decisions import Command
from domain.waiting import ExpireOffer, PassWish
from projections.calibrations import certificates_ending
from projections.due import Due, not_handed_out, not_returned, unaccepted, unanswered
from projections.query import Reader
from projections.waiting import unfulfilled

Find = Callable[[Reader, datetime, int], Awaitable[list[Due]]]
Order = Callable[[Due, bool], Command]
"""The command of a deadline; True when the system was down at some moment of the wait for it."""


class Kind(NamedTuple):
    """A kind of deadline. Its name is part of the request, and so never changes."""

    name: str
    find: Find
    order: Order


def _expire(due: Due, down: bool) -> Command:  # noqa: ARG001 - as all kinds take
    return ExpireRequest(by=SYSTEM, reservation_id=due.id)


def _miss(due: Due, down: bool) -> Command:
    return RecordMissedStart(by=SYSTEM, reservation_id=due.id, system_was_down=down)


def _overdue(due: Due, down: bool) -> Command:  # noqa: ARG001
    return RecordOverdue(by=SYSTEM, reservation_id=due.id)


def _calibrate(due: Due, down: bool) -> Command:  # noqa: ARG001
    return NoticeCalibrationDue(by=SYSTEM, device_id=due.id)


def _expire_offer(due: Due, down: bool) -> Command:
    return ExpireOffer(by=SYSTEM, wish_id=due.id, system_was_down=down)


def _pass(due: Due, down: bool) -> Command:  # noqa: ARG001
    return PassWish(by=SYSTEM, wish_id=due.id)


KINDS: tuple[Kind, ...] = (
    Kind("request-expires", unanswered, _expire),
    Kind("start-missed", not_handed_out, _miss),
    Kind("return-overdue", not_returned, _overdue),
    Kind("offer-expires", unaccepted, _expire_offer),
    Kind("wish-passes", unfulfilled, _pass),
    Kind("calibration-due", certificates_ending, _calibrate),
)
