"""Which device to buy next: time refused because it was taken, beyond what others could have lent.

Only wishes that were refused for taken time (`slot_taken`) count: no second device helps against
opening hours or quotas. Each wish is held, in the order of asking, against the devices compatible
with the one that was wanted: where one of them was free for the whole time by its own terms of
today, it could have stood in, and its time is then spent. What is left is the reason to buy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from domain.closures import Closures
from domain.period import SEOUL, Period, days_touched
from domain.rejected import Rejected
from domain.terms import Terms
from domain.text import Text
from projections.calendar import entries_between
from projections.demand import Wish
from projections.devices import Closure, Device, closures_between, list_devices
from projections.query import Reader

COVERED_BY_OTHERS = Text(
    "이미 예약된 시간이라 거절된 요청만 집계해요. 대체 장비가 그 시간 내내 비어 있고 "
    "이용 조건에도 맞으면 대신할 수 있었던 시간으로 보고, 같은 시간은 한 번만 써요. "
    "점검이나 고장만 겹친 시간은 따로 집계해요. 남은 시간이 장비를 더 들여야 할 이유예요.",
    "Only requests refused because the time was taken. Where a compatible device was "
    "free for the whole time by its terms, it could have stood in, each hour once. Time "
    "that only an outage held is kept apart. What is left speaks for another device.",
)
"""How the ranking is counted, said beside it."""
DAY = timedelta(days=1)
MOST_DEVICES, MOST_ENTRIES = 10_000, 1_000_000
OUT = frozenset({"maintenance", "calibration", "breakdown"})


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A device's case. Hours: `unmet` were refused as taken, of which compatible devices were free
    for `covered`, and an outage or a breakdown was in the way of `out`; `left` is the rest.
    """

    device_id: str
    requests: int
    companies: int
    unmet: float
    covered: float
    out: float
    left: float


async def ranking(
    reader: Reader, wishes: Sequence[Wish], *, as_of: int | None = None
) -> list[Candidate]:
    """The devices whose taken time was asked for, the strongest case first."""
    taken = [wish for wish in wishes if "slot_taken" in wish.rules]
    if not taken:
        return []
    found = await list_devices(reader, limit=MOST_DEVICES, as_of=as_of)
    devices = {device.device_id: device for device in found}
    start = min(wish.period.start for wish in taken) - DAY
    end = max(wish.period.end for wish in taken) + DAY
    wanted = {wish.device_id for wish in taken}
    others = {other for one in wanted if one in devices for other in devices[one].compatible}
    held = await entries_between(
        reader, start, end, device_ids=sorted(others), limit=MOST_ENTRIES, as_of=as_of
    )
    days = (edge.astimezone(SEOUL).date() for edge in (start, end + DAY))
    closures = await closures_between(reader, *days, as_of=as_of)
    spare = SpareTime(closures, ((one.device_id, one.occupied) for one in held))
    return ranked(taken, devices, spare)


def ranked(
    taken: Iterable[Wish], devices: Mapping[str, Device], spare: SpareTime
) -> list[Candidate]:
    """The same, from what was read."""
    of_device: defaultdict[str, list[Wish]] = defaultdict(list)
    covered: defaultdict[str, float] = defaultdict(float)
    out: defaultdict[str, float] = defaultdict(float)
    for wish in sorted(taken, key=lambda wish: wish.position):
        of_device[wish.device_id].append(wish)
        wanted = devices.get(wish.device_id)
        others = [devices[one] for one in (wanted.compatible if wanted else ()) if one in devices]
        if any(spare.lend(other, wish.period, wish.asked_at) for other in others):
            covered[wish.device_id] += wish.period.hours
        elif wish.held_by and OUT.issuperset(wish.held_by):
            out[wish.device_id] += wish.period.hours
    candidates = [
        _candidate(device_id, wishes, covered[device_id], out[device_id])
        for device_id, wishes in of_device.items()
    ]
    return sorted(candidates, key=lambda one: (-one.left, -one.unmet, one.device_id))


class SpareTime:
    """Time of devices that nothing holds; what is lent once is lent."""

    def __init__(self, closures: Iterable[Closure], held: Iterable[tuple[str, Period]]) -> None:
        self._closed = {closure.day for closure in closures}
        self._held: defaultdict[tuple[str, date], list[Period]] = defaultdict(list)
        for device_id, period in held:
            self._take(device_id, period)

    def lend(self, device: Device, period: Period, asked_at: datetime) -> bool:
        """Spends a period of a device, if its terms allow the period and nothing holds it."""
        terms = Terms(device.device_id)
        terms.now = device.terms
        occupied = terms.occupied(period)
        if device.state != "in_service" or self._taken(device.device_id, occupied):
            return False
        closures = Closures(period)
        closures.days = self._closed
        try:
            terms.require_allowed(period, now=asked_at, closures=closures)
        except Rejected:
            return False
        self._take(device.device_id, occupied)
        return True

    def _taken(self, device_id: str, period: Period) -> bool:
        return any(
            one.overlaps(period)
            for day in days_touched(period)
            for one in self._held.get((device_id, day), ())
        )

    def _take(self, device_id: str, period: Period) -> None:
        for day in days_touched(period):
            self._held[device_id, day].append(period)


def _candidate(device_id: str, wishes: Sequence[Wish], covered: float, out: float) -> Candidate:
    unmet = sum(wish.period.hours for wish in wishes)
    return Candidate(
        device_id=device_id,
        requests=len(wishes),
        companies=len({wish.company_id for wish in wishes}),
        unmet=round(unmet, 2),
        covered=round(covered, 2),
        out=round(out, 2),
        left=round(unmet - covered - out, 2),
    )
