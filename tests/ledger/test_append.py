"""What an append promises: total order, conditions, requests, times, and the bytes it keeps."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from asyncpg import Pool

from booking.database import connect
from booking.ledger import Ledger, Request, drafted, joined
from booking.writer import (
    _CALL,
    Conflict,
    Draft,
    LedgerNewer,
    NewEvent,
    RequestMismatch,
    _arguments,
)
from domain.decisions import Query
from domain.event import Event
from domain.events import RULES, ClosureSet, DeviceResumed, DeviceSuspended, LedgerOpened
from domain.stored import Envelope, decode_body
from domain.text import Text


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    database = await connect(database_url)
    yield database.app
    await database.close()


@pytest.fixture
async def ledger(pool: Pool) -> AsyncIterator[Ledger]:
    opened = Ledger(pool)
    yield opened
    await opened.close()


def draft(
    *events: Event,
    request: Request | None = None,
    boundary: Sequence[Query] = (),
    after: int | None = None,
    at: datetime | None = None,
) -> Draft:
    request = request or Request.of("a-test", None, b"body")
    types, tags = joined(boundary)
    return Draft(
        request_tag=request.tag,
        digest=request.digest,
        events=drafted(events, request, Envelope(by="a-test", digest=request.digest)),
        query_types=types,
        query_tags=tags,
        after=after,
        at=at,
    )


def about(device_id: str) -> Query:
    return Query(types=(DeviceSuspended,), tags=(f"device:{device_id}",))


async def test_positions_are_dense_and_in_order_of_commit(ledger: Ledger) -> None:
    """Two hundred appends at once leave positions 1 to 400, each append's side by side."""
    done = await asyncio.gather(
        *(
            ledger.append(draft(DeviceSuspended(device_id="A"), DeviceResumed(device_id="A")))
            for _ in range(200)
        )
    )
    assert sorted(one.first for one in done) == list(range(1, 401, 2))
    assert all(one.last == one.first + 1 for one in done)
    assert (await ledger.head()).position == 400


async def test_of_many_with_one_condition_one_wins(ledger: Ledger) -> None:
    """Fifty appends that each ask that nobody was before them: one is appended."""
    answers = await asyncio.gather(
        *(
            ledger.append(draft(DeviceSuspended(device_id="A"), boundary=[about("A")], after=0))
            for _ in range(50)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 49
    assert (await ledger.head()).position == 1


async def test_two_processes_race_for_one_condition(pool: Pool) -> None:
    """Two writers on connections of their own, a hundred rounds: one append each round."""
    one, other = Ledger(pool), Ledger(pool)
    for number in range(100):
        after = (await one.head()).position
        device = f"D-{number}"
        answers = await asyncio.gather(
            *(
                ledger.append(
                    draft(DeviceSuspended(device_id=device), boundary=[about(device)], after=after)
                )
                for ledger in (one, other)
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    await one.close()
    await other.close()


async def test_a_condition_sees_type_and_all_tags(ledger: Ledger) -> None:
    """Another type, another tag, or only one of two tags does not touch a boundary."""
    await ledger.append(draft(DeviceSuspended(device_id="A")))
    both = Query(types=(DeviceSuspended,), tags=("device:A", "account:x"))
    resumed = Query(types=(DeviceResumed,), tags=("device:A",))
    await ledger.append(
        draft(DeviceResumed(device_id="B"), boundary=[both, resumed, about("B")], after=0)
    )
    with pytest.raises(Conflict):
        await ledger.append(draft(DeviceResumed(device_id="B"), boundary=[about("A")], after=0))


async def test_a_batch_sees_its_own_earlier_members(pool: Pool) -> None:
    """Within one call of the function, the second of two equal conditions fails."""
    mine = [draft(DeviceSuspended(device_id="A"), boundary=[about("A")], after=0) for _ in "ab"]
    rows = await call(pool, mine)
    assert [row["outcome"] for row in rows] == ["appended", "conflict"]


async def test_a_batch_sees_a_request_repeated_within_it(pool: Pool) -> None:
    """The same request twice in one batch is appended once, and answered twice alike."""
    request = Request.of("a-test", "key", b"body")
    rows = await call(pool, [draft(DeviceSuspended(device_id="A"), request=request) for _ in "ab"])
    assert [(row["outcome"], row["first"]) for row in rows] == [("appended", 1), ("repeated", 1)]


async def test_a_repeated_request_answers_the_same_and_writes(ledger: Ledger, pool: Pool) -> None:
    """The second acknowledgement has the first's positions, and leaves a mark of its own."""
    request = Request.of("a-test", "key", b"body")
    events = (DeviceSuspended(device_id="A"), DeviceResumed(device_id="A"))
    first = await ledger.append(draft(*events, request=request))
    await ledger.append(draft(DeviceResumed(device_id="B")))
    again = await ledger.append(draft(*events, request=request))
    assert (again.first, again.last, again.recorded_at) == (1, 2, first.recorded_at)
    assert again.repeated
    assert not first.repeated
    assert await pool.fetchval("SELECT repeats FROM ledger.head") == 1
    assert [one.position for one in await ledger.of_request(request)] == [1, 2]


async def test_a_key_used_for_another_body_is_refused(ledger: Ledger) -> None:
    """An idempotency key stands for one request of one account."""
    await ledger.append(
        draft(DeviceSuspended(device_id="A"), request=Request.of("a-test", "key", b"one"))
    )
    with pytest.raises(RequestMismatch):
        await ledger.append(
            draft(DeviceSuspended(device_id="A"), request=Request.of("a-test", "key", b"two"))
        )
    await ledger.append(
        draft(DeviceSuspended(device_id="A"), request=Request.of("a-other", "key", b"two"))
    )


async def test_asking_for_an_unknown_request_writes_nothing(ledger: Ledger) -> None:
    """An acknowledgement of what never happened is an error, and no event."""
    with pytest.raises(LookupError):
        await ledger.acknowledge(Request.of("a-test", "never", b""))
    assert (await ledger.head()).position == 0


async def test_the_stored_bytes_hold_everything_and_are_hashed(ledger: Ledger) -> None:
    """The body is the event with its place and time in front, and the leaf is RFC 6962's."""
    event = ClosureSet(day=date(2026, 12, 25), name=Text("성탄절 \u0000 \U0001f384", "Christmas"))
    request = Request.of("a-test", "key", b"")
    for _ in range(2):
        await ledger.append(draft(event, request=request))
    (stored,) = await ledger.stored(limit=1)
    assert stored.leaf == hashlib.sha256(b"\x00" + stored.body).digest()
    parsed = json.loads(stored.body)
    assert list(parsed)[:3] == ["position", "recorded_at", "type"]
    recorded = decode_body(stored.body)
    assert recorded.event == event
    assert recorded.tags == ("closures:2026-12", request.tag)


async def test_a_faulty_member_does_not_harm_the_others(ledger: Ledger) -> None:
    """An event that PostgreSQL cannot store fails alone; its neighbours are appended."""
    bad = Draft(
        request_tag="request:bad", digest="", events=[NewEvent("X", ["a\x00b"], '"type":"X"}')]
    )
    answers = await asyncio.gather(
        ledger.append(draft(DeviceSuspended(device_id="A"))),
        ledger.append(bad),
        ledger.append(draft(DeviceSuspended(device_id="B"))),
        return_exceptions=True,
    )
    assert isinstance(answers[1], asyncpg.PostgresError)
    assert (await ledger.head()).position == 2


async def test_a_caller_that_goes_away_does_not_stop_the_writer(ledger: Ledger) -> None:
    """Cancelled callers get no answer; those after them do."""
    tasks = [
        asyncio.create_task(ledger.append(draft(DeviceSuspended(device_id="A")))) for _ in range(20)
    ]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await ledger.append(draft(DeviceResumed(device_id="A")))


async def test_times_rise_with_positions(ledger: Ledger) -> None:
    """Each append is later than the one before it, to the microsecond at least."""
    times = [
        (await ledger.append(draft(DeviceSuspended(device_id="A")))).recorded_at for _ in range(20)
    ]
    assert times == sorted(set(times))
    assert await ledger.position_at(times[6]) == 7
    assert await ledger.position_at(times[6] - timedelta(microseconds=1)) == 6
    assert await ledger.position_at(datetime(2000, 1, 1, tzinfo=UTC)) == 0


async def test_only_a_demonstration_takes_a_time(ledger: Ledger) -> None:
    """A real ledger's times are the database's; nobody else may say when something happened."""
    await ledger.append(draft(LedgerOpened(origin="x", zone="Asia/Seoul", demonstration=False)))
    with pytest.raises(asyncpg.DataError):
        await ledger.append(
            draft(DeviceSuspended(device_id="A"), at=datetime(2026, 1, 1, tzinfo=UTC))
        )


async def test_a_demonstration_takes_a_time_that_rises(ledger: Ledger) -> None:
    """Given times may be past and never go back nor lie ahead of the database's clock."""
    spring = datetime(2026, 4, 1, tzinfo=UTC)
    opened = LedgerOpened(origin="x", zone="Asia/Seoul", demonstration=True)
    assert (await ledger.append(draft(opened, at=spring))).recorded_at == spring
    for wrong in (spring - timedelta(seconds=1), datetime.now(UTC) + timedelta(days=1)):
        with pytest.raises(asyncpg.DataError):
            await ledger.append(draft(DeviceSuspended(device_id="A"), at=wrong))
    assert (await ledger.head()).position == 1


async def test_older_rules_may_not_append_to_a_newer_ledger(pool: Pool) -> None:
    """Once newer code has written, older code reads on and appends nothing."""
    newer, older = Ledger(pool, rules=2), Ledger(pool, rules=1)
    await newer.append(draft(DeviceSuspended(device_id="A")))
    with pytest.raises(LedgerNewer):
        await older.append(draft(DeviceResumed(device_id="A")))
    assert len(await older.stored(limit=10)) == 1
    await newer.close()
    await older.close()


async def test_a_full_disk_is_said_at_once(ledger: Ledger, database_url: str) -> None:
    """Nothing was written, nothing is tried again for ten seconds; with room it goes on."""
    owner = await asyncpg.connect(database_url)
    await owner.execute(
        """
        CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';
        END $$;
        CREATE TRIGGER no_room BEFORE INSERT ON ledger.events EXECUTE FUNCTION public.no_room();
        """
    )
    request = Request.of("a-test", "key", b"body")
    async with asyncio.timeout(5):
        with pytest.raises(asyncpg.DiskFullError):
            await ledger.append(draft(DeviceSuspended(device_id="A"), request=request))
    await owner.execute("DROP FUNCTION public.no_room CASCADE")
    await owner.close()
    appended = await ledger.append(draft(DeviceSuspended(device_id="A"), request=request))
    assert (appended.first, appended.repeated) == (1, False)


async def test_the_application_cannot_touch_events(pool: Pool) -> None:
    """Its role may read and call the append; it cannot insert, change, delete or truncate."""
    statements = (
        "INSERT INTO ledger.events VALUES (1, 1, 'X', now(), '', '')",
        "UPDATE ledger.events SET type = 'X'",
        "DELETE FROM ledger.event_tags",
        "TRUNCATE ledger.events",
        "UPDATE ledger.head SET position = 5",
        "SELECT ledger.insert_waiting('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    )
    for statement in statements:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


async def call(pool: Pool, drafts: Sequence[Draft]) -> list[asyncpg.Record]:
    """One batch in one call, so that its members surely travel together."""
    return await pool.fetch(_CALL, RULES, *_arguments(drafts))
