"""The view `devices`: its tables and its fold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB

from domain import events as e
from domain.event import Recorded
from projections.operations import Change, End, Operation, Put, as_json
from projections.view import Moment, View, schema_of, versioned


def project(recorded: Recorded) -> Iterator[Operation]:  # noqa: C901, PLR0912 - one case an event
    match event := recorded.event:
        case e.DeviceCommissioned():
            yield Put("devices", _key(event.device_id), {"sector": event.sector, **_sheet(event)})
            yield Put("conditions", _key(event.device_id), _AS_NEW)
        case e.SpecificationRevised():
            yield Change("devices", _key(event.device_id), _sheet(event))
        case e.TermsSet():
            terms = {"terms": as_json(event.terms), "terms_version": recorded.position}
            yield Put("terms", _key(event.device_id), terms)
        # The catalogue shows what an hour costs everybody, whatever the date.
        case e.RateSet(company_kind=None, valid_from=None, valid_until=None):
            yield Put("rates", _key(event.device_id), {"krw_per_hour": event.krw_per_hour})
        case e.DeviceSuspended():
            yield _condition(event.device_id, suspended=True)
        case e.DeviceResumed():
            yield _condition(event.device_id, suspended=False)
        case e.DeviceRetired():
            yield _condition(event.device_id, retired=True)
        case e.BreakdownReported() | e.BreakdownExtended():
            broken = {"breakdown_id": event.breakdown_id, "broken_until": event.expected_until}
            yield _condition(event.device_id, **broken)
        case e.DeviceRepaired():
            yield _condition(event.device_id, breakdown_id=None, broken_until=None)
        case e.DeviceHandedOut():
            yield _condition(event.device_id, in_hand=event.reservation_id)
        case e.DeviceReturned():
            yield _condition(event.device_id, in_hand=None)
        case e.CalibrationRecorded():
            yield _condition(event.device_id, calibration_valid_until=event.valid_until)
        case e.ProblemReported():
            yield Change("conditions", _key(event.device_id), add={"open_problems": 1})
        case e.ProblemResolved():
            yield Change("conditions", _key(event.device_id), add={"open_problems": -1})
        case e.ClosureSet():
            name = {"name_ko": event.name.ko, "name_en": event.name.en}
            yield Put("closures", {"day": event.day}, name)
        case e.ClosureRemoved():
            yield End("closures", {"day": event.day})


_metadata = MetaData(schema=schema_of("devices", 2))
devices = versioned(
    "devices",
    _metadata,
    Column("device_id", Text, nullable=False),
    Column("name_ko", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("site", JSONB, nullable=False),
    Column("location", JSONB, nullable=False),
    Column("registration_number", Text, nullable=False),
    Column("keeper", Text),
    Column("specification", JSONB, nullable=False),
    Column("keywords", ARRAY(Text), nullable=False),
    Column("compatible", ARRAY(Text), nullable=False),
    Column("words", Text, nullable=False),  # all that a search looks through
    key=("device_id",),
)
terms = versioned(
    "terms",
    _metadata,
    Column("device_id", Text, nullable=False),
    Column("terms", JSONB, nullable=False),
    Column("terms_version", BigInteger, nullable=False),
    key=("device_id",),
)
rates = versioned(
    "rates",
    _metadata,
    Column("device_id", Text, nullable=False),
    Column("krw_per_hour", Integer, nullable=False),
    key=("device_id",),
)
# What changes with every hand-out stands apart from the data sheets, which are long.
conditions = versioned(
    "conditions",
    _metadata,
    Column("device_id", Text, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("breakdown_id", Text),
    Column("broken_until", Moment),
    Column("in_hand", Text),
    Column("calibration_valid_until", Moment),
    Column("open_problems", Integer, nullable=False),
    key=("device_id",),
)
closures = versioned(
    "closures",
    _metadata,
    Column("day", Date, nullable=False),
    Column("name_ko", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    key=("day",),
)
VIEW = View("devices", 2, _metadata, project)

_AS_NEW = {
    "suspended": False,
    "retired": False,
    "breakdown_id": None,
    "broken_until": None,
    "in_hand": None,
    "calibration_valid_until": None,
    "open_problems": 0,
}


def _key(device_id: str) -> dict[str, str]:
    return {"device_id": device_id}


def _condition(device_id: str, **values: Any) -> Change:
    return Change("conditions", _key(device_id), values)


def _sheet(event: e.DeviceCommissioned | e.SpecificationRevised) -> dict[str, Any]:
    lines = (f"{line.name.ko} {line.name.en} {line.value}" for line in event.specification)
    words = (event.device_id, event.name.ko, event.name.en, event.registration_number, *lines)
    return {
        "name_ko": event.name.ko,
        "name_en": event.name.en,
        "site": as_json(event.site),
        "location": as_json(event.location),
        "registration_number": event.registration_number,
        "keeper": event.keeper,
        "specification": as_json(event.specification),
        "keywords": list(event.keywords),
        "compatible": list(event.compatible),
        "words": searchable("\n".join((*words, *event.keywords))),
    }


def searchable(text: str) -> str:
    """Text as it is compared: composed (NFC), so that Hangul typed on any system is found."""
    return normalize("NFC", normalize("NFC", text).casefold())
