"""The use log (운영일지) of a month with its names, and the file that is handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from booking.account import Account
from booking.csv_text import Cell, hours, wall_clock
from booking.testbed import Testbed
from domain.text import Text
from projections import devices, usage
from projections.usage import Line

MOST_DEVICES = 10_000
HEADINGS = (
    "장비명",
    "장비등록번호",
    "장비책임자",
    "작성자",
    "이용일시",
    "이용기관",
    "이용자",
    "시료 수",
    "인력 투입시간",
    "이용료",
    "이용유형",
    "이용기관 유형",
    "비고",
)
"""The columns of the national log, in its order, and 비고 (notes of the return) after them.
인력 투입시간 is in hours, 이용료 in KRW.
"""
USAGE_TYPES = {"direct": "직접", "operated": "대행"}
COMPANY_KINDS = {
    "startup": "창업기업",
    "small": "중소기업",
    "medium": "중견기업",
    "large": "대기업",
    "university": "대학",
    "institute": "연구기관",
}
"""이용기관 유형 in the words of the log."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A line with what it names. `keeper` is an account; `notes` are None once they are erased."""

    line: Line
    device_name: Text
    registration_number: str
    company_name: Text
    company_kind: str
    keeper: str | None
    notes: str | None
    people: Mapping[str, Account]

    @property
    def fee(self) -> int:
        """KRW; nothing where it was waived."""
        return 0 if self.line.waived else self.line.fee

    def name(self, account_id: str | None, language: str) -> str:
        """The person of today; nothing for nobody, and for whom there is no account of."""
        known = self.people.get(account_id or "")
        return "" if known is None else known.name(language)


async def named(testbed: Testbed, lines: Sequence[Line], as_of: int | None = None) -> list[Named]:
    """Lines with the devices and companies of a position, and with the people of today."""
    reader = testbed.database.app
    listed = await devices.list_devices(reader, limit=MOST_DEVICES, as_of=as_of)
    known = {device.device_id: device for device in listed}
    companies = {one.company_id: one for one in await usage.companies(reader, as_of=as_of)}
    # Lines from before the log held its keeper are shown with the device's own of today.
    keepers = [line.keeper or known[line.device_id].keeper for line in lines]
    ids = {line.account_id for line in lines} | {line.author for line in lines}
    people = await testbed.accounts.many(ids | {keeper for keeper in keepers if keeper})
    opened = await testbed.seals.open_many([line.notes for line in lines])
    return [
        Named(
            line=line,
            device_name=known[line.device_id].name,
            registration_number=(
                line.registration_number or known[line.device_id].registration_number
            ),
            company_name=companies[line.company_id].name,
            company_kind=line.company_kind or companies[line.company_id].kind,
            keeper=keeper or None,
            notes=notes,
            people=people,
        )
        for line, keeper, notes in zip(lines, keepers, opened, strict=True)
    ]


def rows(found: Sequence[Named]) -> Iterator[Sequence[Cell]]:
    """In the form of the national log, in Korean."""
    for one in found:
        line = one.line
        yield (
            one.device_name.ko,
            one.registration_number,
            one.name(one.keeper, "ko"),
            one.name(line.author, "ko"),
            f"{wall_clock(line.used.start)} ~ {wall_clock(line.used.end)}",
            one.company_name.ko,
            one.name(line.account_id, "ko"),
            line.samples,
            hours(line.staff_minutes),
            one.fee,
            USAGE_TYPES[line.usage_type],
            COMPANY_KINDS.get(one.company_kind, one.company_kind),
            one.notes or "",
        )


def file_name(month: str) -> str:
    return f"운영일지-{month}.csv"
