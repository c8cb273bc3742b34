"""What a refusal asks for, as an option: where the words of a rule meet the command line."""

from __future__ import annotations

import argparse

from domain.rejected import Rejected, Violation

OPTIONS = {
    "qualification": ("usage_type", "--usage-type operated"),
    "operator": ("usage_type", "--usage-type operated"),
    "irb_number": ("irb", "--irb NUMBER"),
}
"""For a broken rule, what a command keeps the option as that helps, and how it is typed."""


def refusal(rejected: Rejected, options: argparse.Namespace) -> str:
    """All sentences of a refusal, with the options that the command has for them."""
    return "; ".join(
        hinted(one) if hasattr(options, OPTIONS.get(one.rule, ("",))[0]) else one.message("en")
        for one in rejected.violations
    )


def hinted(violation: Violation) -> str:
    """The sentence of a rule, and the option that helps, if there is one."""
    sentence = violation.message("en")
    return f"{sentence} ({OPTIONS[violation.rule][1]})" if violation.rule in OPTIONS else sentence
