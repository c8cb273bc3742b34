"""A page that looks back: its links keep the time looked back to, and nothing on it acts.

This is done once, to what was rendered, so that no template can forget it. In what our templates
render, a double quote ends an attribute: those in values are escaped.
"""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

OF_TODAY = ("/static/", "/calendar", "/sign-in", "/bundles?")
"""Addresses that know no past: files, subscriptions, and forms that begin something new."""
KEPT_FORMS = ("/language", "/sign-out")
"""Forms of the frame, which change nothing of the laboratory."""


def looking_back(content: str, asked: str) -> str:
    """The page with `as_of` in all links and searches of ours and without forms that act.

    A link with `data-now` leads back to the present, and stays as it is.
    """
    content = _ACTING.sub("", content)
    content = _LINK.sub(lambda found: f'{found[1]}{_kept(found[2], asked)}"', content)
    hidden = f'<input type="hidden" name="as_of" value="{escape(asked)}">'
    return _SEARCH.sub(lambda found: found[0] + hidden, content)


def without_as_of(address: str) -> str:
    """The address of the same page as of now."""
    return without("as_of", address)


def without(name: str, address: str) -> str:
    """An address without one of its parameters."""
    path, _, query = address.partition("?")
    rest = [one for one in parse_qsl(query, keep_blank_values=True) if one[0] != name]
    return f"{path}?{urlencode(rest)}" if rest else path


def _kept(written: str, asked: str) -> str:
    address = unescape(written)
    if not address.startswith(("/", "?")) or address.startswith(OF_TODAY):
        return written
    parts = urlsplit(address)
    rest = [one for one in parse_qsl(parts.query, keep_blank_values=True) if one[0] != "as_of"]
    query = urlencode([*rest, ("as_of", asked)])
    return escape(parts._replace(query=query).geturl())


_LINK = re.compile(r'(<a\b(?![^>]*\bdata-now\b)[^>]*?\bhref=")([^"]*)"')
_SEARCH = re.compile(r'<form\b(?![^>]*\bmethod="post")[^>]*>')
_ACTING = re.compile(
    r'<form\b(?=[^>]*\bmethod="post")(?![^>]*\baction="(?:'
    + "|".join(KEPT_FORMS)
    + r')")[^>]*>.*?</form>',
    re.DOTALL,
)
