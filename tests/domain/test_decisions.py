"""Recalling facts: one moment for all of them, and the boundary that they declare."""

import pytest

from domain import events as e
from domain.actor import SYSTEM
from domain.agenda import Agenda
from domain.decisions import Recall
from domain.device import InHand, Service
from domain.handlers import HANDLERS
from domain.period import Period
from domain.quota import Quota
from domain.reservation import Reservation
from domain.standing import Standing
from domain.terms import Terms
from domain.words import WORDS
from tests.in_memory import matches
from tests.scenario import (
    AUT,
    ENE,
    KIM,
    MUDEUNG,
    NOW,
    cancel,
    company,
    device,
    given,
    nine,
    reserve,
    taken,
    ten,
)


async def test_later_recalls_read_the_moment_of_the_first() -> None:
    """What is recorded between two recalls is not seen by the second."""
    ledger = given(device(), company()).ledger
    recall = Recall(ledger)
    await recall(Terms(AUT))
    ledger.append([taken(nine, ten)])
    (agenda,) = await recall(Agenda(AUT, Period(nine, ten)))
    assert agenda.entries == {}
    assert recall.position == len(ledger.log) - 1


async def test_the_boundary_is_what_was_recalled() -> None:
    """What came too late for the decision is what the append will notice."""
    recall = Recall(given(device(), company()).ledger)
    await recall(Terms(AUT), Standing(MUDEUNG))
    await recall(Agenda(AUT, Period(nine, ten)))
    late = taken(nine, ten)
    assert any(matches(query, late) for query in recall.boundary)
    elsewhere = taken(nine, ten, device_id=ENE)
    assert not any(matches(query, elsewhere) for query in recall.boundary)


async def test_the_terms_version_is_remembered() -> None:
    """A decision knows at which position the terms that decided were set."""
    recall = Recall(given(device(), company()).ledger)
    assert recall.terms_version is None
    await recall(Terms(AUT), Standing(MUDEUNG))
    await recall(Service(AUT))
    assert recall.terms_version == 2


async def test_there_is_no_time_before_the_first_recall() -> None:
    """The time is the ledger's, so a rule that asks for it has to have read something."""
    recall = Recall(given().ledger)
    with pytest.raises(RuntimeError):
        _ = recall.now
    await recall(Service(AUT))
    assert recall.now == NOW


async def test_only_facts_can_be_recalled() -> None:
    """Anything else is a mistake of the programmer and says so at once."""
    with pytest.raises(TypeError):
        await Recall(given().ledger)("AUT-018")


@pytest.mark.parametrize(
    "fact",
    [
        Agenda(AUT, Period(nine, ten)),
        Quota(MUDEUNG, "automotive", Period(nine, ten)),
        Service(AUT),
        InHand(AUT),
        Standing(MUDEUNG),
        Terms(AUT),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_facts_refuse_what_they_do_not_know(fact: Agenda) -> None:
    """An event that a fact never asked for is a bug in its queries, not to be passed over."""
    with pytest.raises(TypeError):
        fact.when(e.PersonErased(account_id="kim"), 1)


def test_a_reservation_folds_every_event_about_itself() -> None:
    """Every stored event of a reservation is in the queries of the reservation."""
    (query,) = Reservation("r-1").queries
    ignored = {e.RequestRefused, e.NoShowSuspected, e.ReturnOverdue}
    ignored.add(e.OfferAccepted)  # the wish's end; the reservation's own event follows it
    about = {kind for kind in e.STORED.values() if "reservation_id" in kind.__struct_fields__}
    assert about - ignored == set(query.types)


def test_refusals_are_in_no_facts_queries() -> None:
    """What was refused is recorded and never decides anything."""
    refused = e.RequestRefused(
        command="ReserveDevice",
        device_id=AUT,
        company_id=MUDEUNG,
        reservation_id="r-2",
        period=Period(nine, ten),
        refusals=(e.Refusal(rule="quota", limit=1, actual=2),),
    )
    facts = (Agenda(AUT, Period(nine, ten)), Quota(MUDEUNG, "", Period(nine, ten)))
    queries = [query for fact in (*facts, Reservation("r-2")) for query in fact.queries]
    assert not any(matches(query, refused) for query in queries)


def test_commands_queue_on_what_they_name() -> None:
    """Commands about the same device, company or reservation wait for each other."""
    assert reserve(nine, ten).keys() == (
        "device:AUT-018",
        "company:mudeung",
        "reservation:r-2",
    )
    assert cancel().keys() == ("reservation:r-1",)


def test_every_command_says_who_gives_it() -> None:
    """No command comes from nobody, and loading comes from the system itself."""
    assert all("by" in command.__struct_fields__ for command in HANDLERS)
    assert not SYSTEM.of_company
    assert KIM.of_company


def test_every_refusal_has_words_in_both_languages() -> None:
    """Each rule speaks Korean and English, and both name the same values."""
    for rule, words in WORDS.items():
        assert set(words) == {"ko", "en"}, rule
        assert all(text.format(limit="L", actual="A") for text in words.values())
