"""The calendar part of a mail: what two other readers make of it is what the feed says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from booking.database import connect_alone
from booking.mailer import Mailer
from tests.web.calendar_readers import events_of, lines_of, read_by_ics, read_by_vobject
from tests.web.conftest import World, asked, running, tomorrow, world_settings
from tests.web.mail_server import Mailbox, calendar_of, mail_server
from tests.web.mailing import KIM, PARK, SENDER, STAFF, mailer_of, requested, step
from web.app import create_app


class Mailed:
    """Rounds of mailing, and kim's feed beside them."""

    def __init__(self, world: World, mailer: Mailer, connection: object, mailbox: Mailbox) -> None:
        self.world = world
        self._mailer = mailer
        self._connection = connection
        self._mailbox = mailbox

    async def newest(self) -> tuple[str, bytes]:
        """Method and calendar of the newest mail to kim."""
        await self._mailer.round(self._connection)  # type: ignore[arg-type]
        found = calendar_of(self._mailbox.of(KIM)[-1])
        assert found is not None
        return found

    async def feed(self) -> bytes:
        """Kim's own feed at this moment."""
        kim = await self.world.client(KIM)
        made = await kim.post("/api/feeds", json={"scope": "mine", "language": "ko"})
        answer = await kim.get(made.json()["url"])
        assert answer.status_code == 200
        return answer.content


@pytest.fixture
async def mailed(world_url: str) -> AsyncIterator[Mailed]:
    app = create_app(world_url, world_settings(mail_from=SENDER))
    mailbox = Mailbox()
    async with running(app), AsyncExitStack() as stack:
        world = World(world_url, app, stack)
        connection = await connect_alone(world_url)
        stack.push_async_callback(connection.close)
        port = stack.enter_context(mail_server(mailbox))
        mailer = mailer_of(world, f"smtp://127.0.0.1:{port}")
        await mailer.round(connection)
        yield Mailed(world, mailer, connection, mailbox)


async def same_as_the_feed(mailed: Mailed, method: str) -> dict[str, str]:
    """The lines of the newest mail's one entry, after comparing all that the feed has too."""
    named, calendar = await mailed.newest()
    assert named == method
    assert lines_of(calendar).count(f"METHOD:{method}") == 1
    feed = await mailed.feed()
    assert not [line for line in lines_of(feed) if line.startswith("METHOD")]
    for read in (read_by_vobject, read_by_ics):
        assert read(calendar) == read(feed)
    (event,), (known,) = events_of(calendar), events_of(feed)
    people = {name: event[name] for name in event.keys() - known.keys()}
    assert {name.partition(";")[0] for name in people} == {"ORGANIZER", "ATTENDEE"}
    assert event == known | people
    return event


async def test_every_change_agrees_with_the_feed(mailed: Mailed) -> None:
    """Approved, moved, shortened, cancelled: UID, SEQUENCE, times and text as in the feed."""
    world = mailed.world
    reservation_id = await requested(world, "10:00", purpose="전자파 내성; 시험, 1차")
    await step(world, reservation_id, "approve")
    approved = await same_as_the_feed(mailed, "REQUEST")
    assert approved["STATUS"] == "CONFIRMED"
    times = {"start": tomorrow("13:00", 3).isoformat(), "end": tomorrow("15:00", 3).isoformat()}
    await step(world, reservation_id, "reschedule", **times)
    moved = await same_as_the_feed(mailed, "REQUEST")
    assert moved["UID"] == approved["UID"]
    await step(world, reservation_id, "shorten", end=tomorrow("14:00", 3).isoformat())
    shorter = await same_as_the_feed(mailed, "REQUEST")
    await step(world, reservation_id, "cancel", reason="정전")
    cancelled = await same_as_the_feed(mailed, "CANCEL")
    assert cancelled["STATUS"] == "CANCELLED"
    counted = [int(one["SEQUENCE"]) for one in (approved, moved, shorter, cancelled)]
    assert counted == sorted(set(counted))


async def test_declined_and_displaced_are_cancelled(mailed: Mailed) -> None:
    """Both leave the calendar of whoever asked."""
    world = mailed.world
    await step(world, await requested(world), "decline", reason="점검")
    assert (await same_as_the_feed(mailed, "CANCEL"))["TRANSP"] == "TRANSPARENT"
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked("09:00", "10:00", days=4))).json()
    outage = {
        "kind": "maintenance",
        "start": tomorrow("08:00", 4).isoformat(),
        "end": tomorrow("12:00", 4).isoformat(),
        "reason": "점검",
    }
    assert (await staff.post("/api/devices/AUT-018/outages", json=outage)).status_code == 201
    method, calendar = await mailed.newest()
    (event,) = events_of(calendar)
    assert (method, event["STATUS"]) == ("CANCEL", "CANCELLED")
    assert event["UID"] == f"{made['reservation_id']}@testbed.example"
    assert event in [one | _people(event) for one in events_of(await mailed.feed())]


async def test_what_waits_for_an_answer_is_tentative(mailed: Mailed) -> None:
    """A request that kim's manager moved; the part says who invites whom, and asks for nothing."""
    reservation_id = await requested(mailed.world)
    park = await mailed.world.client(PARK)
    times = {"start": tomorrow("13:00", 2).isoformat(), "end": tomorrow("14:00", 2).isoformat()}
    moved = await park.post(f"/api/reservations/{reservation_id}/reschedule", json=times)
    event = await same_as_the_feed(mailed, "REQUEST")
    assert (moved.json()["status"], event["STATUS"]) == ("requested", "TENTATIVE")
    (organizer,) = [line for line in event.items() if line[0].startswith("ORGANIZER")]
    (attendee,) = [line for line in event.items() if line[0].startswith("ATTENDEE")]
    assert organizer == ('ORGANIZER;CN="테스트베드"', "mailto:booking@testbed.example")
    assert attendee[1] == f"mailto:{KIM}"
    assert "RSVP=FALSE" in attendee[0]
    assert 'CN="김하늘"' in attendee[0]


async def test_who_had_the_booking_before_is_told_that_it_is_gone(mailed: Mailed) -> None:
    """A manager gives kim's booking to herself: kim's calendar loses it, under the same UID."""
    kim, park = await mailed.world.client(KIM), await mailed.world.client(PARK)
    made = (await kim.post("/api/reservations", json=asked("09:00", "10:00", days=4))).json()
    path = f"/api/reservations/{made['reservation_id']}/transfer"
    given = await park.post(path, json={"account": PARK})
    assert given.status_code == 200, given.text
    method, calendar = await mailed.newest()
    (event,) = events_of(calendar)
    assert (method, event["STATUS"]) == ("CANCEL", "CANCELLED")
    assert event["UID"] == f"{made['reservation_id']}@testbed.example"


async def test_a_late_mail_says_what_was_so_then(mailed: Mailed) -> None:
    """Two changes mailed in one round each have their own SEQUENCE and time."""
    world = mailed.world
    reservation_id = await requested(world)
    await step(world, reservation_id, "approve")
    await step(world, reservation_id, "cancel", reason="정전")
    method, _ = await mailed.newest()
    assert method == "CANCEL"
    approved, cancelled = (calendar_of(one) for one in mailed._mailbox.of(KIM))
    assert approved is not None
    assert cancelled is not None
    (first,), (second,) = events_of(approved[1]), events_of(cancelled[1])
    assert (approved[0], first["STATUS"]) == ("REQUEST", "CONFIRMED")
    assert int(second["SEQUENCE"]) == int(first["SEQUENCE"]) + 1


def _people(event: dict[str, str]) -> dict[str, str]:
    return {name: event[name] for name in event if name.startswith(("ORGANIZER", "ATTENDEE"))}
