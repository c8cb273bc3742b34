"""`booking rebuild`, `booking resume` and `booking audit replay`."""

from __future__ import annotations

import argparse

from booking.commands.common import (
    Commands,
    Refused,
    add_data,
    command,
    progress_bar,
    say,
    topic,
    with_testbed,
)
from booking.commands.numbers import whole
from booking.testbed import Testbed
from projections.comparing import Difference
from projections.rebuilding import Rebuilt
from projections.views import VIEWS

REBUILD_EXAMPLES = """\
  booking rebuild
  booking rebuild calendar usage
"""
RESUME_EXAMPLES = """\
  booking resume calendar --through 20731

A view stops at an event that it cannot apply, and skips nothing; staff see which. Once a later
event has corrected it, the view applies both in one transaction and goes on. That is kept.
"""
REPLAY_EXAMPLES = """\
  booking audit replay
  booking audit replay --check   # without a progress bar, for scripts
"""
MOST_POSITIONS = 2**63 - 1
NAMES = tuple(view.name for view in VIEWS)


def add(commands: Commands) -> None:
    about = "rebuild views beside the live ones, compare them, and swap them in"
    parser = command(commands, "rebuild", _rebuild, about, REBUILD_EXAMPLES)
    parser.add_argument(
        "views", metavar="VIEW", nargs="*", type=_view, help=f"{', '.join(NAMES)} (default: all)"
    )
    add_data(parser)
    about = "apply an event that stopped a view together with its correction"
    parser = command(commands, "resume", _resume, about, RESUME_EXAMPLES)
    parser.add_argument("view", metavar="VIEW", type=_view, help=", ".join(NAMES))
    through = "position of the correction: the last event of its append"
    parser.add_argument(
        "--through", metavar="N", type=whole(1, MOST_POSITIONS), required=True, help=through
    )
    add_data(parser)
    actions = topic(commands, "audit", "check the ledger and what is made of it")
    about = "fold the whole ledger again and compare the result with the live views"
    parser = command(actions, "replay", _replay, about, REPLAY_EXAMPLES)
    parser.add_argument("--check", action="store_true", help="print the verdict only")
    add_data(parser)


def _rebuild(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[Rebuilt]:
        done = []
        for name in options.views or NAMES:
            with progress_bar(f"Rebuilding {name}") as progress:
                done.append(await testbed.projector.rebuild(name, progress))
        return done

    for rebuilt in with_testbed(options, work):
        verdict = f"it differed in {rebuilt.difference}" if rebuilt.difference else "no difference"
        say(f"{rebuilt.view}: rebuilt up to event {rebuilt.position}; {verdict}.")
    return 0


def _resume(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> int:
        await testbed.projector.catch_up(options.view)
        found = (await testbed.projector.positions())[options.view]
        if found.stopped_at is None:
            raise Refused(f"the view {options.view} is not stopped; it is at {found.position}.")
        if options.through < found.stopped_at:
            raise Refused(f"it stopped at event {found.stopped_at}; --through has to reach that.")
        try:
            return await testbed.projector.resume(options.view, options.through)
        except LookupError as error:
            raise Refused(f"{error}, or not in the ledger.") from error

    say(f"{options.view}: goes on after event {with_testbed(options, work)}.")
    return 0


def _replay(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> tuple[Difference | None, int]:
        await testbed.projector.catch_up()
        if not (await testbed.ledger.head()).position:
            raise Refused("the ledger is empty: there is nothing to compare.")
        if options.check:
            found = await testbed.projector.replay_check(lambda _done, _total: None)
        else:
            with progress_bar("Replaying the ledger") as progress:
                found = await testbed.projector.replay_check(progress)
        return found, (await testbed.ledger.head()).position

    difference, position = with_testbed(options, work)
    if difference is not None:
        say(f"The views differ from the ledger, first in {difference}")
        return 1
    say(f"The views are what {position} events make of them.")
    return 0


def _view(text: str) -> str:
    if text not in NAMES:
        raise argparse.ArgumentTypeError(f"there is no view {text!r}; there are {', '.join(NAMES)}")
    return text
