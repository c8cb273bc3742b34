"""`booking problem report|list|triage|resolve`: what is wrong with a device."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import get_args

from booking.account import Account
from booking.app import LedgerSource
from booking.bearer import opaque_id
from booking.commands.asking import sealed_of, text_of
from booking.commands.common import Commands, add_data, command, say, topic, with_testbed
from booking.commands.displacing import add_by
from booking.commands.local_time import staff_named
from booking.commands.named import device_named, name_of
from booking.testbed import Testbed
from domain import events as e
from domain.decisions import Recall
from domain.maintenance import ReportProblem, ResolveProblem, TriageProblem
from domain.outage import Problem as OpenProblem
from domain.period import shown
from projections.maintenance import Problem, list_problems

URGENCIES: tuple[e.Urgency, ...] = get_args(e.Urgency)
STOPS = "nobody uses the device until it is resolved or triaged otherwise"
MOST_LISTED = 1000
ERASED = "(its author was erased)"
REPORT_EXAMPLES = """\
  booking problem report AUT-001 --text "fan is loud" --by staff@lab.example
  booking problem report AUT-001 --text "smell of burning" --urgency urgent --safety-stop \\
      --by staff@lab.example
"""
LIST_EXAMPLES = """\
  booking problem list                     open ones: safety stops first, then by urgency
  booking problem list --device AUT-001 --all
"""
TRIAGE_EXAMPLES = """\
  booking problem triage p-k3m9x2 --urgency low                    lifts a safety stop, too
  booking problem triage p-k3m9x2 --urgency urgent --safety-stop
"""
RESOLVE_EXAMPLES = """\
  booking problem resolve p-k3m9x2
  booking problem resolve p-k3m9x2 --text "fan replaced" --by staff@lab.example
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "problem", "problems of devices, and safety stops")
    parser = command(actions, "report", _report, "report a problem of a device", REPORT_EXAMPLES)
    parser.add_argument("device", metavar="DEVICE")
    text = "what is wrong; sealed under the account of --by"
    parser.add_argument("--text", metavar="TEXT", type=text_of, required=True, help=text)
    _add_urgency(parser, default="normal")
    parser = command(actions, "list", _list, "list problems", LIST_EXAMPLES)
    parser.add_argument("--device", metavar="ID", help="of this device alone")
    parser.add_argument("--all", action="store_true", help="those that were resolved as well")
    add_data(parser)
    about = "say how urgent a problem is, and set or lift its safety stop"
    parser = command(actions, "triage", _triage, about, TRIAGE_EXAMPLES)
    parser.add_argument("problem", metavar="ID", help="as `booking problem list` shows it")
    _add_urgency(parser, default=None)
    about = "close a problem; its safety stop ends with it"
    parser = command(actions, "resolve", _resolve, about, RESOLVE_EXAMPLES)
    parser.add_argument("problem", metavar="ID", help="as `booking problem list` shows it")
    text = "what was done; sealed under the account of --by"
    parser.add_argument("--text", metavar="TEXT", type=text_of, help=text)
    add_by(parser)
    add_data(parser)


def _add_urgency(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument("--urgency", choices=URGENCIES, default=default, required=default is None)
    parser.add_argument("--safety-stop", action="store_true", help=STOPS)
    add_by(parser)
    add_data(parser)


def _report(options: argparse.Namespace) -> int:
    problem_id = opaque_id("p")

    async def work(testbed: Testbed, _url: str) -> None:
        order = ReportProblem(
            by=await staff_named(testbed, options.by),
            device_id=options.device,
            problem_id=problem_id,
            text=await sealed_of(testbed, options, "--text", options.text),
            safety_stop=options.safety_stop,
            urgency=options.urgency,
        )
        await testbed.booking.do(order)

    with_testbed(options, work)
    say(f"{problem_id}  {options.device}  {options.urgency}")
    _say_stop(options)
    return 0


def _triage(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> str:
        order = TriageProblem(
            by=await staff_named(testbed, options.by),
            device_id=await _device_of(testbed, options.problem),
            problem_id=options.problem,
            urgency=options.urgency,
            safety_stop=options.safety_stop,
        )
        await testbed.booking.do(order)
        return order.device_id

    say(f"{options.problem}  {with_testbed(options, work)}  {options.urgency}")
    _say_stop(options)
    return 0


def _resolve(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> str:
        text = None
        if options.text is not None:
            text = await sealed_of(testbed, options, "--text", options.text)
        order = ResolveProblem(
            by=await staff_named(testbed, options.by),
            device_id=await _device_of(testbed, options.problem),
            problem_id=options.problem,
            text=text,
        )
        await testbed.booking.do(order)
        return order.device_id

    say(f"{options.problem}  {with_testbed(options, work)}  resolved")
    return 0


def _list(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[str]:
        await testbed.projector.catch_up()
        if options.device is not None:
            await device_named(testbed, options.device)
        found = await list_problems(
            testbed.database.app,
            device_id=options.device,
            open_only=not options.all,
            limit=MOST_LISTED,
        )
        people = await testbed.accounts.many({one.by for one in found})
        texts = [text for one in found for text in (one.text, one.resolution)]
        opened = iter(await testbed.seals.open_many(texts))
        return [line for one in found for line in _lines(one, people, next(opened), next(opened))]

    for line in with_testbed(options, work) or ["No problem is open."]:
        say(line)
    return 0


def _lines(
    one: Problem, people: Mapping[str, Account], text: str | None, resolution: str | None
) -> Iterator[str]:
    stop = "  SAFETY STOP" if one.safety_stop and one.resolved_at is None else ""
    reported = f"{shown(one.reported_at)} by {name_of(people, one.by)}"
    of_company = f" of {one.company_id}" if one.company_id else ""
    yield f"{one.problem_id}  {one.device_id}  {one.urgency}{stop}  {reported}{of_company}"
    yield f"    {text or ERASED}"
    if one.resolved_at is not None:
        yield f"    resolved {shown(one.resolved_at)}: {resolution or 'nothing was said of it'}"
    elif one.triaged_at is None:
        yield "    not looked at yet"


async def _device_of(testbed: Testbed, problem_id: str) -> str:
    """The device of a problem; of an unknown one none, which the rules refuse."""
    known = OpenProblem(problem_id)
    await Recall(LedgerSource(testbed.ledger, None))(known)
    return known.device_id or ""


def _say_stop(options: argparse.Namespace) -> None:
    if options.safety_stop:
        say(f"Safety stop: {STOPS}.")
