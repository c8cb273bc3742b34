"""What comes of a what-if: the requests decided otherwise, and what that rests on."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Literal

import msgspec

from domain import events as e
from domain.event import Recorded
from domain.period import Period

ASSUMPTIONS = """\
Assumed: what was booked before stands; people would have asked for the same at the same time; an
approval or a decline is given as recorded where the request waits for one, and a request that
waited for none is approved at once; cancellations, hand-outs and returns follow as recorded where
the booking exists; a booking that was refused in fact is used for its whole time, without people in
it who were not recorded; bookings of several devices are taken all or none; a refusal for what no
terms change and no ledger records, such as a claim on more time than was lost, stands; what one
company was refused it may have got elsewhere since, and then it has both here."""

Outcome = Literal["booked", "waits for approval", "changed", "refused"]


class Otherwise(msgspec.Struct, frozen=True, kw_only=True):
    """A request that would have been decided otherwise.

    `rules` are those that refuse it now or, where it is booked now, those that refused it then.
    """

    position: int
    asked_at: datetime
    request: str
    reservation_id: str
    device_id: str
    company_id: str
    period: Period
    recorded: Outcome
    proposed: Outcome
    rules: tuple[str, ...]


class Found:
    """`otherwise` are the requests decided otherwise, `counts` how many of which kind."""

    def __init__(self) -> None:
        self.otherwise: list[Otherwise] = []
        self.counts: Counter[str] = Counter()

    def note(
        self,
        recorded: Recorded,
        event: e.ReservationEvent,
        request: str,
        outcomes: tuple[Outcome, Outcome],
        rules: tuple[str, ...],
    ) -> None:
        """Keeps a request with its outcomes, as recorded and as proposed."""
        before, after = outcomes
        self.counts[f"{before} → {after}"] += 1
        self.otherwise.append(
            Otherwise(
                position=recorded.position,
                asked_at=recorded.recorded_at,
                request=request,
                reservation_id=event.reservation_id,
                device_id=event.device_id,
                company_id=event.company_id,
                period=event.period,
                recorded=before,
                proposed=after,
                rules=rules,
            )
        )
