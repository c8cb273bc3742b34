"""Settings come from the environment, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from booking.config import ConfigurationError, Settings, markdown_table


def test_nothing_needs_to_be_set() -> None:
    """Without configuration it serves this machine alone, from the embedded database."""
    settings = Settings.from_environment({})
    assert settings.embedded
    assert settings.data == Path("data")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.allowed_hosts == ("127.0.0.1", "localhost", "::1")
    assert not settings.secure
    assert not settings.demo


def test_the_environment_is_read() -> None:
    """Each variable sets what the table says, and an empty one counts as missing."""
    settings = Settings.from_environment(
        {
            "BOOKING_DATABASE_URL": "postgresql://app@one,two/booking",
            "BOOKING_OWNER_URL": "postgresql://owner@one,two/booking",
            "BOOKING_PUBLIC_URL": "https://Booking.example.org/",
            "BOOKING_ALLOWED_HOSTS": "booking.lab, *.inner.example.org",
            "BOOKING_PORT": "",
            "BOOKING_DEMO": "yes",
        }
    )
    assert settings.database_url == "postgresql://app@one,two/booking"
    assert settings.owner_url == "postgresql://owner@one,two/booking"
    assert settings.public_url == "https://booking.example.org"
    assert settings.allowed_hosts[0] == "booking.example.org"
    assert settings.allowed_hosts[-2:] == ("booking.lab", "*.inner.example.org")
    assert settings.port == 8000
    assert settings.secure
    assert settings.demo
    assert not settings.embedded


def test_options_stand_above_the_environment() -> None:
    """An option of the command line wins; one that was not given leaves the variable."""
    environment = {"BOOKING_PORT": "9000", "BOOKING_HOST": "::"}
    settings = Settings.from_environment(environment, port=9100, host=None, data=Path("/srv/b"))
    assert settings.port == 9100
    assert settings.host == "::"
    assert settings.data == Path("/srv/b")
    assert settings.public_url == "http://[::1]:9100"


def test_the_owner_is_the_user_unless_told_apart() -> None:
    """With one URL the same user migrates."""
    url = "postgresql://app@one/booking"
    assert Settings.from_environment({"BOOKING_DATABASE_URL": url}).owner_url == url


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BOOKING_PORT", "0"),
        ("BOOKING_PORT", "65536"),
        ("BOOKING_PORT", "８０"),
        ("BOOKING_WORKERS", "-1"),
        ("BOOKING_DEMO", "maybe"),
        ("BOOKING_HOST", "a b"),
        ("BOOKING_ALLOWED_HOSTS", "https://booking.lab"),
        ("BOOKING_PUBLIC_URL", "booking.lab"),
        ("BOOKING_PUBLIC_URL", "https://booking.lab/path"),
        ("BOOKING_DATABASE_URL", "mysql://app:secret@one/booking"),
    ],
)
def test_a_wrong_value_is_named(variable: str, value: str) -> None:
    """The message names the variable and what it should be, and shows no password."""
    with pytest.raises(ConfigurationError, match=f"^{variable} should be ") as wrong:
        Settings.from_environment({variable: value})
    assert "secret" not in str(wrong.value)


def test_a_wrong_option_is_named_as_it_was_typed() -> None:
    """Who typed --port reads --port."""
    with pytest.raises(ConfigurationError, match=r"^--port should be a whole number"):
        Settings.from_environment({}, port=70000)


def test_an_owner_without_a_database_is_refused() -> None:
    """A URL that would have no effect is a mistake."""
    with pytest.raises(ConfigurationError, match="BOOKING_OWNER_URL"):
        Settings.from_environment({"BOOKING_OWNER_URL": "postgresql://owner@one/booking"})


def test_the_table_lists_every_setting() -> None:
    """The README's table is made from the settings themselves."""
    table = markdown_table()
    for name in Settings.__dataclass_fields__:
        assert f"| `BOOKING_{name.upper()}` |" in table
