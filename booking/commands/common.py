"""What commands share: their options, the database they work on, and a progress bar."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias, TypeVar

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from booking.cluster import holds_database
from booking.config import Settings
from booking.serving import available_database
from booking.testbed import Testbed, open_testbed
from projections.views import VIEWS

Answer = TypeVar("Answer")
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - argparse has no public name
Run = Callable[[argparse.Namespace], int]
EXAMPLES = "examples:\n"
PIPE_CLOSED = 141
"""As shells count a process that ended by SIGPIPE."""


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A command that cannot be done as it was given; the text says why."""


def command(
    commands: Commands, name: str, run: Run, about: str, examples: str = ""
) -> argparse.ArgumentParser:
    """Add a command with what it does, in one sentence, and examples of its use."""
    parser = commands.add_parser(
        name,
        help=about,
        description=_sentence(about),
        epilog=f"{EXAMPLES}{examples}" if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    # Its own usage is what helps whoever gives it an option that it does not have.
    parser.set_defaults(run=run, misused=parser.error)
    return parser


def topic(commands: Commands, name: str, about: str) -> Commands:
    """Add a group of actions; its help shows the first example of each of them."""
    parser = commands.add_parser(
        name,
        help=about,
        description=_sentence(about),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    shown = [EXAMPLES]

    class Action(argparse.ArgumentParser):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            shown.append(_first_example(self.epilog or ""))
            parser.epilog = "".join(shown)

    kind: type[argparse.ArgumentParser] = Action
    return parser.add_subparsers(metavar="ACTION", required=True, parser_class=kind)


def _first_example(epilog: str) -> str:
    """The first command of some examples, with the lines on which it goes on."""
    found = re.match(r"(?:.*\\\n)*.*\n", epilog.removeprefix(EXAMPLES))
    return found[0] if found else ""


def _sentence(about: str) -> str:
    return f"{about[0].upper()}{about[1:]}."


def add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="folder of the embedded database (default: BOOKING_DATA or ./data); "
        "not used with BOOKING_DATABASE_URL",
    )


def settings_of(options: argparse.Namespace, **more: object) -> Settings:
    """The environment's settings, with the options of this command above them."""
    return Settings.from_environment(None, data=options.data, **more)


def with_testbed(
    options: argparse.Namespace,
    work: Callable[[Testbed, str], Awaitable[Answer]],
    *,
    makes: bool = False,
) -> Answer:
    """Do some work on the database that the options name; `work` gets its URL, too.

    Only a command that `makes` one begins an embedded database: a wrong --data must not look like
    a ledger in which nothing is wrong.
    """
    settings = settings_of(options)
    if not makes and settings.database_url is None and not holds_database(settings.data):
        raise Refused(
            f"there is no database in {settings.data}: name its folder with --data or BOOKING_DATA,"
            " or begin one with `booking serve` or `booking load`."
        )

    async def opened(url: str) -> Answer:
        async with open_testbed(url, settings) as testbed:
            try:
                return await work(testbed, url)
            finally:
                await _projected(testbed)

    with available_database(settings) as url:
        return asyncio.run(opened(url))


async def _projected(testbed: Testbed) -> None:
    """What a command wrote, a recorded refusal too, is seen by whoever looks right after it.

    It waits as long for it as a write of the web does, and never for a stopped view. What happened
    has happened, so that a view out of reach changes nothing in the answer.
    """
    if testbed.booking.written:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            names = [view.name for view in VIEWS]
            await testbed.projector.wait_for(names, testbed.booking.written)


def say(text: str) -> None:
    """Print what a command answers; where that is closed, on standard error, for it may be an id
    of what was made.
    """
    if sys.stdout is None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - it is a command line
        return
    try:
        print(text, flush=True)  # noqa: T201 - it is a command line
    except BrokenPipeError:
        # Whoever reads it (`| head`) has enough.
        _nothing_left()
        raise SystemExit(PIPE_CLOSED) from None
    except OSError as error:
        _nothing_left()
        sys.stderr.write(f"{text}\n")
        why = f"standard output cannot be written ({error.strerror}); the answer is above."
        raise Refused(why) from error


def _nothing_left() -> None:
    """Nothing is left to be written to standard output at the end, which would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; the callback takes how much is done of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
