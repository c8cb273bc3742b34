"""Times, spans of days and people as command lines name them."""

from __future__ import annotations

import argparse
import re
from datetime import date, datetime

from booking.commands.common import Refused
from booking.testbed import Testbed
from domain.actor import SYSTEM, Actor
from domain.bookable import EARLIEST, LATEST
from domain.period import SEOUL

MOST_DAYS = 3660


def moment_of(text: str) -> datetime:
    """`2026-12-07 09:00`, on the clock of Asia/Seoul unless an offset is said."""
    try:
        moment = datetime.fromisoformat(text)
        # A day alone would silently be its midnight.
        only_a_day = ":" not in text
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"a time such as 2026-12-07 09:00, not {text!r}"
        ) from error
    if only_a_day:
        raise argparse.ArgumentTypeError(f"a day and a time, such as {text.strip()} 09:00")
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=SEOUL)
    if not EARLIEST <= moment <= LATEST:
        raise argparse.ArgumentTypeError(f"a time from {EARLIEST:%Y} to {LATEST:%Y}, not {text!r}")
    return moment


def day_of(text: str) -> date:
    """`2026-12-07`, a day of Asia/Seoul."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a day such as 2026-12-07, not {text!r}") from error
    if not EARLIEST.date() <= day < LATEST.date():
        raise argparse.ArgumentTypeError(f"a day from {EARLIEST:%Y} to {LATEST:%Y}, not {text!r}")
    return day


def month_of_year(text: str) -> str:
    """`2026-12`, a month of Asia/Seoul."""
    if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text, re.ASCII):
        day_of(f"{text}-02")
        return text
    raise argparse.ArgumentTypeError(f"a month such as 2026-12, not {text!r}")


def days_of(text: str) -> int:
    """A whole number of days."""
    if text.isdecimal() and len(text) <= len(str(MOST_DAYS)) and 0 <= int(text) <= MOST_DAYS:
        return int(text)
    raise argparse.ArgumentTypeError(f"a whole number from 0 to {MOST_DAYS}, not {text!r}")


async def staff_named(testbed: Testbed, email: str | None) -> Actor:
    """Who of the laboratory orders something; without a name it is the system.

    Raises Refused for people who may not act for the laboratory.
    """
    if email is None:
        return SYSTEM
    account = await testbed.accounts.by_email(email)
    if account is None or not account.is_lab or account.disabled_at is not None:
        raise Refused(f"{email} is nobody of the laboratory's staff.")
    return account.actor
