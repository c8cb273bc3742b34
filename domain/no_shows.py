"""No-shows of a company within a window, and the suspension that the policy makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from domain import events as e
from domain.decisions import Command, Fact, Happened, Query, Recall
from domain.event import Event
from domain.period import Period, months_touched
from domain.standing import Standing
from domain.suspending import suspended

DEFAULT_MOST, DEFAULT_WINDOW_DAYS = 3, 90
"""Where no policy was set."""
LONGEST_WINDOW_DAYS = 366

Most = Annotated[int, msgspec.Meta(ge=0, le=1000)]
WindowDays = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_WINDOW_DAYS)]


class SetNoShowPolicy(Command, frozen=True, kw_only=True):
    """`most` no-shows within the window suspend; for one company or (None) for all others."""

    company_id: str | None = None
    most: Most
    window_days: WindowDays


class NoShowPolicy(Fact):
    """How many no-shows suspend a company (0: none do), and within how many days."""

    def __init__(self, company_id: str | None) -> None:
        self.company_id = company_id
        self.own: e.NoShowPolicySet | None = None
        self.general: e.NoShowPolicySet | None = None

    @property
    def queries(self) -> Sequence[Query]:
        return [Query(types=(e.NoShowPolicySet,), tags=("no-show-policy",))]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.NoShowPolicySet(company_id=None):
                self.general = event
            case e.NoShowPolicySet():
                self.own = event if event.company_id == self.company_id else self.own
            case _:
                raise TypeError(f"a no-show policy does not know {event!r}")

    @property
    def most(self) -> int:
        policy = self.own or self.general
        return DEFAULT_MOST if policy is None else policy.most

    @property
    def window(self) -> timedelta:
        policy = self.own or self.general
        return timedelta(days=DEFAULT_WINDOW_DAYS if policy is None else policy.window_days)


class NoShows(Fact):
    """The no-shows of a company's reservations that began within a window before `now`.

    A withdrawn one does not count, nor one after which the device was handed out all the same
    (entered late), nor one recorded before the company was reinstated last.
    """

    def __init__(self, company_id: str, now: datetime, window: timedelta) -> None:
        self.company_id = company_id
        self.window = Period(now - window, now)
        self._missed: dict[str, int] = {}
        self._reinstated = 0

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.NoShowRecorded, e.NoShowWithdrawn, e.DeviceHandedOut)
        own = f"company:{self.company_id}"
        return [
            Query(types=(e.CompanyReinstated,), tags=(own,), newest=True),
            *(
                Query(types=types, tags=(f"{own}/{month}",))
                for month in months_touched(self.window)
            ),
        ]

    def when(self, event: Event, position: int) -> None:
        match event:
            case e.CompanyReinstated():
                self._reinstated = position
            case e.NoShowRecorded():
                if event.period.start >= self.window.start:
                    self._missed[event.reservation_id] = position
            case e.NoShowWithdrawn() | e.DeviceHandedOut():
                self._missed.pop(event.reservation_id, None)
            case _:
                raise TypeError(f"no-shows do not know {event!r}")

    @property
    def counted(self) -> tuple[str, ...]:
        """The reservations, in the order in which they were recorded as missed."""
        return tuple(one for one, position in self._missed.items() if position > self._reinstated)


async def missed(no_show: e.NoShowRecorded, recall: Recall) -> Happened:
    """A no-show and, when it is one too many, the suspension of the company in the same append."""
    company_id = no_show.company_id
    policy, standing = await recall(NoShowPolicy(company_id), Standing(company_id))
    (before,) = await recall(NoShows(company_id, recall.now, policy.window))
    counted = (*before.counted, no_show.reservation_id)
    if standing.suspended or not policy.most or len(counted) < policy.most:
        return [no_show]
    event = e.CompanySuspended(company_id=company_id, no_shows=counted)
    return [no_show, *await suspended(event, recall)]


async def set_no_show_policy(command: SetNoShowPolicy, recall: Recall) -> Happened:
    (policy,) = await recall(NoShowPolicy(command.company_id))
    if command.company_id is not None:
        (standing,) = await recall(Standing(command.company_id))
        standing.require_known()
    known = policy.general if command.company_id is None else policy.own
    asked = e.NoShowPolicySet(
        company_id=command.company_id, most=command.most, window_days=command.window_days
    )
    return [] if known == asked else [asked]
