"""Problems are triaged, and a safety stop keeps a device out of everybody's hands."""

from typing import Any

import pytest

from domain import events as e
from domain.decisions import Command
from domain.maintenance import ReportProblem, ResolveProblem, TriageProblem
from domain.overriding import OVERRIDABLE, Override
from tests.scenario import (
    AUT,
    ENE,
    KIM,
    MUDEUNG,
    SEALED,
    STAFF,
    approve,
    cancel,
    company,
    device,
    eleven,
    extend,
    given,
    hand_out,
    nine,
    noon,
    requested,
    reschedule,
    reserve,
    take_back,
    taken,
    ten,
    transfer,
)


def report(problem_id: str = "p-1", **fields: Any) -> Command:
    named = {"device_id": AUT, "problem_id": problem_id, "company_id": MUDEUNG}
    return ReportProblem(by=KIM, text=SEALED, **(named | fields))


def triage(urgency: e.Urgency, *, stop: bool = False, problem_id: str = "p-1") -> Command:
    return TriageProblem(
        by=STAFF, device_id=AUT, problem_id=problem_id, urgency=urgency, safety_stop=stop
    )


def resolve(problem_id: str = "p-1") -> Command:
    return ResolveProblem(by=STAFF, device_id=AUT, problem_id=problem_id)


STOPPING = report(safety_stop=True)


async def test_a_problem_is_triaged() -> None:
    """Staff say how urgent it is; saying the same again changes nothing."""
    past = given(device(), company()).when(report())
    await past.when(triage("urgent")).happened(
        e.ProblemTriaged, problem_id="p-1", urgency="urgent", safety_stop=False
    )
    await past.when(triage("urgent")).rejected("nothing_to_change")
    await past.when(triage("low")).happened(e.ProblemTriaged)
    await past.when(resolve(), triage("normal")).rejected("problem_resolved", actual="p-1")
    await past.when(triage("normal", problem_id="p-9")).rejected("problem_unknown")


async def test_a_stop_holds_from_the_report() -> None:
    """Whoever sees the danger stops the device at once, whatever staff come to think later."""
    past = given(device(), company()).when(STOPPING)
    await past.when(reserve(nine, ten)).rejected("safety_stop", actual=AUT)


@pytest.mark.parametrize("command", [reserve(nine, ten), reserve(nine, ten, by=STAFF)])
async def test_a_stop_by_triage(command: Command) -> None:
    """Staff stop a device for a problem that seemed harmless; for the laboratory as well."""
    past = given(device(), company()).when(report(), triage("urgent", stop=True))
    await past.when(command).rejected("safety_stop")


@pytest.mark.parametrize(
    "command",
    [extend(nine, noon), reschedule(ten, noon), transfer(to_account_id="park"), hand_out()],
    ids=lambda command: type(command).__name__,
)
async def test_what_a_stop_keeps_from_happening(command: Command) -> None:
    """Nothing that takes the device's time or hands it out goes on under a stop."""
    past = given(device(), company(), taken(nine, eleven)).when(STOPPING)
    await past.at(nine).when(command).rejected("safety_stop")


async def test_a_request_waits_for_the_stop_to_be_lifted() -> None:
    """Approving checks everything again, the stop among it."""
    past = given(device(approval_required=True), company(), requested(nine, ten)).when(STOPPING)
    await past.when(approve()).rejected("safety_stop")
    await past.when(resolve(), approve()).happened(e.ReservationApproved)


async def test_another_device_is_not_stopped() -> None:
    """Moving a booking away from a stopped device is possible, and onto one it is not."""
    past = given(device(), device(ENE), company(), taken(nine, ten, device_id=ENE)).when(STOPPING)
    await past.when(reserve(ten, eleven, device_id=ENE)).happened(e.ReservationConfirmed)
    await past.when(transfer(to_device_id=AUT)).rejected("safety_stop")


async def test_what_a_stop_lets_happen() -> None:
    """Under a stop a booking can be cancelled and a device that is out comes back."""
    past = given(device(), company(), taken(nine, ten), taken(ten, noon, reservation_id="r-3"))
    past = past.at(nine).when(hand_out(), STOPPING).at(ten)
    await past.when(take_back()).happened(e.DeviceReturned, e.UsageLogged)
    await past.when(cancel("r-3")).happened(e.ReservationCancelled)


@pytest.mark.parametrize("lift", [resolve(), triage("low"), triage("normal")])
async def test_staff_lift_a_stop(lift: Command) -> None:
    """Resolving the problem lifts the stop, and so does triage without it."""
    past = given(device(), company()).when(STOPPING)
    await past.when(lift, reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_one_of_two_stops_is_lifted() -> None:
    """A device is safe when the last of its stops is lifted."""
    past = given(device(), company()).when(STOPPING, report("p-2", safety_stop=True))
    await past.when(resolve(), reserve(nine, ten)).rejected("safety_stop")
    await past.when(resolve("p-2"), reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_nobody_overrides_a_stop() -> None:
    """Not the laboratory, naming every rule there is to name."""
    past = given(device(), company()).when(STOPPING)
    everything = Override(rules=OVERRIDABLE, reason=SEALED)
    await past.when(reserve(nine, ten, by=STAFF, override=everything)).rejected("safety_stop")
