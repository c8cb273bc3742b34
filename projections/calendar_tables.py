"""The tables of the view `calendar`, and the second lock against double booking."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Text,
    and_,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from projections.view import Moment, schema_of, versioned

HOLDING = frozenset({"requested", "confirmed", "in_use"})
"""The statuses of a reservation that hold its time."""

VERSION = 4
metadata = MetaData(schema=schema_of("calendar", VERSION))
sectors = versioned(
    "sectors",
    metadata,
    Column("device_id", Text, nullable=False),
    Column("sector", Text, nullable=False),
    key=("device_id",),
)
graces = versioned(
    "graces",
    metadata,
    Column("device_id", Text, nullable=False),
    Column("no_show_minutes", Integer, nullable=False),  # 0: no reservation is ever a no-show
    key=("device_id",),
)
entries = versioned(
    "entries",
    metadata,
    Column("entry_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("company_id", Text),
    Column("account_id", Text),
    Column("status", Text, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("occupied_from", Moment, nullable=False),
    Column("occupied_until", Moment, nullable=False),
    Column("holds", Boolean, nullable=False),  # planned, and nothing else may be planned there
    Column("held_from", Moment, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("made_position", BigInteger, nullable=False),
    Column("changed_position", BigInteger, nullable=False),
    Column("purpose", JSONB),
    Column("usage_type", Text),
    Column("people", ARRAY(Text), nullable=False),
    Column("irb_number", JSONB),
    Column("group_id", Text),
    Column("series_id", Text),
    Column("replaces", Text),  # the displaced reservation whose place it took
    Column("reason", JSONB),
    Column("handed_out_at", Moment),
    Column("returned_at", Moment),
    Column("displaced_by", Text),
    Column("ended_by", Text),  # the account that cancelled, declined or displaced it
    Column("late", Boolean, nullable=False),  # cancelled within the notice of the terms
    Column("answer_by", Moment),  # of a request or an offer
    Column("promised_at", Moment),  # where it was confirmed after its start
    Column("suspected_at", Moment),  # the start that was missed, as far as is known
    Column("doubt", Text),  # why that may not be the company's fault
    Column("overdue_at", Moment),  # the end after which the device was found to be still out
    key=("entry_id",),
)
_c = entries.c
_current = _c.until.is_(None)
for _name, _columns in (
    ("entries_by_company", (_c.company_id, _c.starts_at)),
    ("entries_by_account", (_c.account_id, _c.starts_at)),
    ("entries_by_start", (_c.starts_at, _c.entry_id)),
):
    Index(_name, *_columns, postgresql_where=_current)
# What is open is little beside all that is over.
Index("entries_held", _c.starts_at, _c.entry_id, postgresql_where=and_(_current, _c.holds))
for _column in (_c.group_id, _c.series_id):
    _grouped = and_(_current, _column.is_not(None))
    Index(f"entries_by_{_column.name}", _column, postgresql_where=_grouped)
Index("entries_by_since", _c.since)
Index("entries_by_until", _c.until, postgresql_where=_c.until.is_not(None))
# Two indexes by time: the current rows, which are asked for all day, stay apart from the past.
for _name, _rows in (("entries_now", _current), ("entries_before", _c.until.is_not(None))):
    Index(
        _name,
        _c.device_id,
        func.tstzrange(_c.occupied_from, _c.occupied_until),
        postgresql_using="gist",
        postgresql_where=_rows,
    )
# The second lock: should a bug in the rules ever let two reservations or offers of a device
# overlap, or one of them and an outage, the view stops there, loudly. Both constraints look at
# current rows only, and at the end of an append.
entries.append_constraint(
    ExcludeConstraint(
        (_c.device_id, "="),
        (func.tstzrange(_c.occupied_from, _c.occupied_until), "&&"),
        where=text("until IS NULL AND holds AND kind IN ('reservation', 'offer')"),
        name="entries_reservations_apart",
        deferrable=True,
        initially="DEFERRED",
    )
)
# An outage may be entered after it began, over a reservation that has gone by: that one keeps its
# time and its record. So an outage is held against reservations from when it was entered.
entries.append_constraint(
    ExcludeConstraint(
        (_c.device_id, "="),
        (func.tstzrange(_c.held_from, _c.ends_at), "&&"),
        where=text("until IS NULL AND holds"),
        name="entries_outages_apart",
        deferrable=True,
        initially="DEFERRED",
    )
)
