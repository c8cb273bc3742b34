"""Reports that count refusals name every rule in words."""

from __future__ import annotations

from domain.rule_names import rule_name
from domain.words import WORDS


def test_every_rule_that_can_refuse_has_a_name() -> None:
    """A rule that somebody adds needs its name, or reports would show its identifier."""
    unnamed = [rule for rule in WORDS if rule_name(rule).en == rule or rule_name(rule).ko == rule]
    assert unnamed == []


def test_a_rule_of_an_earlier_release_is_shown_by_its_identifier() -> None:
    """What was refused once stays counted, whether or not the rule is still there."""
    assert rule_name("gone_rule").ko == "gone_rule"
