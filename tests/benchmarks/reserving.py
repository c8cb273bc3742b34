"""What a reservation costs in a ledger of a million events and in one of a thousand, side by side.

    python -m tests.benchmarks.reserving [--events 1000000] [--reservations 400]

Both ledgers hold the same number of events for each device and month; the large one is spread over
more devices, companies and years. It is written in bulk, its bodies valid and hashed like any
other. Reservations alternate between the two through `Booking.do`; medians are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter

import asyncpg
from rich.progress import Progress

from booking.app import Booking
from booking.database import Database, connect, migrate
from booking.ledger import Ledger, Request, drafted
from booking.postgres import running_server
from domain.actor import SYSTEM, Actor
from domain.companies import OpenLedger, RegisterCompany, SetQuota
from domain.devices import CommissionDevice, SetRate, SetTerms
from domain.events import ReservationConfirmed
from domain.period import Period, month_period
from domain.reservations import ReserveDevice
from domain.stored import Envelope
from domain.terms_of_use import TermsOfUse
from domain.text import Text

SMALL = 1_000
EVENTS_A_MONTH = 20
SMALL_MONTHS, LARGE_MONTHS = 10, 100
CHUNK = 20_000
ACTOR = Actor(account_id="a-bench", role="member", company_id="c-0")
Site = tuple[Booking, Ledger, Database]


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="booking-bench-") as folder:
        # As root, PostgreSQL runs as another user, who has to pass through.
        Path(folder).chmod(0o711)
        with running_server(Path(folder) / "data") as server:
            asyncio.run(_measure(server.url, arguments))


async def _measure(url: str, arguments: argparse.Namespace) -> None:
    small = await _site(url, "small", SMALL, SMALL_MONTHS)
    large = await _site(url, "large", arguments.events, LARGE_MONTHS)
    await _compare(small, large, arguments)
    for _, ledger, database in (small, large):
        await ledger.close()
        await database.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the large ledger")
    parser.add_argument("--reservations", type=int, default=400, help="reservations in each ledger")
    return parser.parse_args()


async def _compare(small: Site, large: Site, arguments: argparse.Namespace) -> None:
    took: tuple[list[float], list[float]] = ([], [])
    start = _next_month()
    for number in range(arguments.reservations):
        period = Period(
            start + timedelta(minutes=30 * number), start + timedelta(minutes=30 * (number + 1))
        )
        # Which of the two goes first alternates too.
        pairs = [(small, took[0]), (large, took[1])]
        for (booking, _, _), times in pairs if number % 2 else reversed(pairs):
            began = perf_counter()
            await booking.do(_reserve(number, period))
            times.append(perf_counter() - began)
    medians = [1000 * statistics.median(times[20:]) for times in took]
    print(  # noqa: T201
        f"a reservation, median of {len(took[0]) - 20}: {medians[0]:.2f} ms in {SMALL:,} events, "
        f"{medians[1]:.2f} ms in {arguments.events:,} events, ratio {medians[1] / medians[0]:.2f}"
    )


def _reserve(number: int, period: Period) -> ReserveDevice:
    return ReserveDevice(
        by=ACTOR,
        reservation_id=f"r-new-{number}",
        device_id="D-0",
        company_id="c-0",
        account_id=ACTOR.account_id,
        period=period,
    )


def _next_month() -> datetime:
    now = datetime.now(UTC)
    return month_period(f"{now.year + now.month // 12:04d}-{now.month % 12 + 1:02d}").start


async def _site(url: str, name: str, events: int, months: int) -> Site:
    admin = await asyncpg.connect(url)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    url = url.replace("/postgres?", f"/{name}?", 1)
    await migrate(url)
    database = await connect(url)
    ledger = Ledger(database.app)
    booking = Booking(ledger, database.app)
    await _settle(booking)
    await _write_in_bulk(url, name, (await ledger.head()).position, events, months)
    return booking, ledger, database


async def _settle(booking: Booking) -> None:
    """The device and the company that are measured; those of the bulk need no commands."""
    terms = TermsOfUse(horizon_days=365)
    device = CommissionDevice(
        by=SYSTEM,
        device_id="D-0",
        name=Text("장비", "device"),
        sector="energy",
        site=Text("광주", "Gwangju"),
        location=Text("1동", "hall 1"),
        registration_number="1",
    )
    await booking.do(OpenLedger(by=SYSTEM, origin="bench"))
    await booking.do(device)
    await booking.do(SetTerms(by=SYSTEM, device_id="D-0", terms=terms))
    await booking.do(SetRate(by=SYSTEM, device_id="D-0", krw_per_hour=10_000))
    company = Text("기업", "company")
    await booking.do(
        RegisterCompany(by=SYSTEM, company_id="c-0", name=company, sector="energy", kind="small")
    )
    await booking.do(SetQuota(by=SYSTEM, company_id="c-0", hours=700))


def _history(events: int, months: int) -> Iterator[ReservationConfirmed]:
    """The same few bookings of each device in each month, the newest of them next month."""
    last = _next_month() + timedelta(days=1)
    devices = max(1, events // (months * EVENTS_A_MONTH))
    for age in range(months - 1, -1, -1):
        first = month_period((last - timedelta(days=30.4 * age)).strftime("%Y-%m")).start
        for device in range(devices):
            for number in range(EVENTS_A_MONTH):
                start = first + timedelta(days=20, hours=12 * number)
                period = Period(start, start + timedelta(hours=1))
                yield ReservationConfirmed(
                    reservation_id=f"r-{age}-{device}-{number}",
                    device_id=f"D-{device}",
                    company_id=f"c-{device}",
                    sector="energy",
                    account_id=f"a-{device}",
                    period=period,
                    occupied=period,
                )


async def _write_in_bulk(url: str, name: str, after: int, events: int, months: int) -> None:
    connection = await asyncpg.connect(url)
    stamp = await connection.fetchval("SELECT recorded_at FROM ledger.head")
    await connection.execute("ALTER TABLE ledger.event_tags DROP CONSTRAINT event_tags_pkey")
    source, position = _history(events, months), after
    with Progress() as progress:
        task = progress.add_task(f"{name} ledger", total=events)
        while chunk := list(islice(source, CHUNK)):
            rows, tags = [], []
            for event in chunk:
                position += 1
                request = Request.of("a-bench", None, b"")
                envelope = Envelope(by=event.account_id, digest=request.digest)
                (new,) = drafted([event], request, envelope)
                head = f'{{"position":{position},"recorded_at":"{stamp:%Y-%m-%dT%H:%M:%S.%fZ}",'
                body = (head + new.tail).encode()
                leaf = hashlib.sha256(b"\x00" + body).digest()
                rows.append((position, position, new.type, stamp, body, leaf, request.digest))
                tags.extend((tag, new.type, position) for tag in new.tags)
            await connection.copy_records_to_table("events", schema_name="ledger", records=rows)
            await connection.copy_records_to_table("event_tags", schema_name="ledger", records=tags)
            progress.advance(task, len(chunk))
    await connection.execute("ALTER TABLE ledger.event_tags ADD PRIMARY KEY (tag, type, position)")
    await connection.execute("UPDATE ledger.head SET position = $1", position)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


if __name__ == "__main__":
    main()
