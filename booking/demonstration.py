"""The demonstration: a ledger with the packaged fixtures and a made-up year in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from booking.fixture_files import Fixtures, packaged_fixtures, read_fixtures
from booking.loading import DEMONSTRATION_EMAILS, load, open_ledger
from booking.passwords import DEMONSTRATION_PASSWORD
from booking.simulation import SimulationError, simulate
from booking.simulation_habits import Habits, read_habits
from booking.testbed import Testbed

HISTORY = timedelta(days=366)
"""How long before today the ledger of a demonstration was opened."""
UNFINISHED = timedelta(days=3)
"""A history that stops longer before its end was interrupted; something happens every day."""
EVENTS = 20_000
SEED = 1
Progress = Callable[[int, int], None]
_LOCK = int.from_bytes(b"demo")


class NoDemonstration(Exception):  # noqa: N818 - it says what this ledger is
    """The ledger is a real one, which is no place for made-up people and bookings."""


async def prepare(
    testbed: Testbed, url: str, progress: Progress, *, events: int = EVENTS, seed: int = SEED
) -> int:
    """Load and simulate whatever a new demonstration lacks; returns the number of new events.

    One that was interrupted goes on from there; one that is complete is left as it is. Raises
    NoDemonstration for a ledger that was opened otherwise, and SimulationError.
    """
    async with testbed.database.app.acquire() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            raise SimulationError("another process is preparing this demonstration: try again.")
        try:
            return await _prepare(testbed, url, progress, events, seed)
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def begin(testbed: Testbed) -> int:
    """Open an empty ledger as a demonstration, a year ago, with the packaged fixtures in it."""
    at = await _opened_at(testbed) or datetime.now(UTC) - HISTORY
    return await open_ledger(testbed, demonstration=True, at=at) + await load(
        testbed, demonstration_fixtures(), at=at
    )


def demonstration_fixtures() -> Fixtures:
    folder = packaged_fixtures()
    names = ("terms", "devices", "companies", "people")
    return read_fixtures([folder / f"{name}.yaml" for name in names])


def demonstration_habits() -> Habits:
    return read_habits(packaged_fixtures() / "simulation.yaml")


def sign_ins() -> str:
    """The accounts that may sign in, as `booking demo` prints them."""
    people = {person.email: person for person in demonstration_fixtures().people}
    lines = [f"Sign in as one of these, with the password {DEMONSTRATION_PASSWORD}:"]
    for email in DEMONSTRATION_EMAILS:
        person = people[email]
        company = f" of {person.company_id}" if person.company_id else ""
        lines.append(f"  {email:<24} {person.role}{company}")
    return "\n".join(lines)


async def _prepare(testbed: Testbed, url: str, progress: Progress, events: int, seed: int) -> int:
    head = await testbed.ledger.head()
    if head.position and not head.demonstration:
        raise NoDemonstration
    opened_at = await _opened_at(testbed)
    new = 0
    if opened_at is None or head.recorded_at == opened_at:
        new = await begin(testbed)
        head = await testbed.ledger.head()
        opened_at = head.recorded_at
    end = opened_at + HISTORY
    left = end - head.recorded_at
    # A ledger that was opened today is a demonstration of somebody else's making.
    if end > datetime.now(UTC) or left < UNFINISHED:
        return new
    share = left / HISTORY
    return new + await simulate(
        url,
        demonstration_habits(),
        events=round(events * share),
        seed=seed,
        end=end,
        progress=progress,
    )


async def _opened_at(testbed: Testbed) -> datetime | None:
    first = await testbed.database.app.fetchval(
        "SELECT recorded_at FROM ledger.events WHERE position = 1"
    )
    return first if isinstance(first, datetime) else None
