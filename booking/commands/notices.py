"""`booking notices`: what was told to whom, and whether it was mailed; never what it says."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence

from booking import letters
from booking.account import Account
from booking.commands.common import Commands, add_data, command, say, with_testbed
from booking.commands.named import account_named, email_of, noted
from booking.commands.numbers import whole
from booking.commands.tables import say_table
from booking.letters import Followed
from booking.recipients import addressee_of
from booking.testbed import Testbed
from domain.period import shown
from projections import notices
from projections.notices import Notice

LISTED, MOST_LISTED = 50, 100_000
EXAMPLES = """\
  booking notices                              the newest fifty, to everybody
  booking notices kim@mudeung.example --last 10
  booking notices --unsent                     mails that wait or were refused for good
  booking notices --retry                      has those that were refused sent once more

Reasons and other texts are not shown. Mail is sent while the service runs with BOOKING_SMTP_URL.
"""

Row = Sequence[str | int | None]


def add(commands: Commands) -> None:
    about = "list notices: to whom, about what, and what became of their mails"
    parser = command(commands, "notices", _notices, about, EXAMPLES)
    parser.add_argument("email", metavar="EMAIL", nargs="?", help="to this person alone")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--unsent", action="store_true", help="mails that are not sent, as yet")
    which.add_argument("--retry", action="store_true", help="send refused mails once more")
    parser.add_argument(
        "--last",
        metavar="N",
        type=whole(1, MOST_LISTED),
        default=LISTED,
        help=f"so many at most ({LISTED})",
    )
    add_data(parser)


def _notices(options: argparse.Namespace) -> int:
    if options.retry:
        return _retry(options)

    async def work(testbed: Testbed, _url: str) -> tuple[Sequence[str], list[Row]]:
        await testbed.projector.catch_up()
        whom = None if options.email is None else await account_named(testbed, options.email)
        await noted(testbed, "read notices", "everybody" if whom is None else whom.account_id)
        listed = _unsent if options.unsent else _told
        return await listed(testbed, whom, options.last)

    headings, rows = with_testbed(options, work)
    if rows:
        say_table(headings, rows)
    else:
        say("No mail waits or was refused." if options.unsent else "There are no notices.")
    return 0


def _retry(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> int:
        return await letters.try_again(testbed.database.app)

    say(f"Mails that are sent once more: {with_testbed(options, work)}.")
    return 0


async def _told(
    testbed: Testbed, whom: Account | None, last: int
) -> tuple[Sequence[str], list[Row]]:
    reader = testbed.database.app
    if whom is None:
        found = await notices.newest(reader, last)
    else:
        found = await notices.list_notices(reader, addressee_of(whom), limit=last)
    people = await testbed.accounts.many({one.recipient for one in found})
    mailed: dict[tuple[int, int], list[Followed]] = {}
    for letter in await letters.of_notices(reader, [one.cursor for one in found]):
        if whom is None or letter.account_id == whom.account_id:
            mailed.setdefault((letter.position, letter.number), []).append(letter)
    rows: list[Row] = [
        (
            *(shown(one.recorded_at), one.kind, _subject(one)),
            *(email_of(people, one.recipient), _states(mailed.get(one.cursor, ()))),
        )
        for one in found
    ]
    return ("Told", "Notice", "About", "To", "Mail"), rows


async def _unsent(
    testbed: Testbed, whom: Account | None, last: int
) -> tuple[Sequence[str], list[Row]]:
    reader = testbed.database.app
    found = await letters.unsent(reader, None if whom is None else whom.account_id, last)
    people = await testbed.accounts.many({one.account_id for one in found})
    told = {one: await notices.notice_at(reader, *one) for one in {_place(each) for each in found}}
    rows: list[Row] = [
        (
            shown(one.addressed_at),
            *(_of_notice(told[_place(one)])),
            *(email_of(people, one.account_id), one.state, one.tries, one.code),
        )
        for one in found
    ]
    return ("Addressed", "Notice", "About", "To", "Mail", "Tries", "Code"), rows


def _place(letter: Followed) -> tuple[int, int]:
    return letter.position, letter.number


def _of_notice(notice: Notice | None) -> tuple[str, str] | tuple[None, None]:
    return (None, None) if notice is None else (notice.kind, _subject(notice))


def _subject(notice: Notice) -> str:
    """Ids that further commands take."""
    about = (notice.device_id, notice.reservation_id or notice.wish_id, notice.company_id)
    return " ".join(filter(None, about))


def _states(mailed: Sequence[Followed]) -> str | None:
    counted = Counter(one.state for one in mailed)
    return ", ".join(f"{state} {number}" for state, number in sorted(counted.items())) or None
