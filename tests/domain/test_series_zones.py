"""A series is on the clock of a zone of the IANA database, and of nothing else."""

from __future__ import annotations

import pytest

from domain.series import zone_named


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Factory", "posix/Asia/Seoul", "Mars"])
def test_what_a_server_keeps_beside_the_zones_is_none(name: str) -> None:
    """The server's own zone and placeholders mean something else on every server."""
    with pytest.raises(ValueError, match="no such time zone"):
        zone_named(name)


@pytest.mark.parametrize("name", ["Asia/Seoul", "Europe/Berlin", "UTC"])
def test_a_zone_of_the_database_is_found(name: str) -> None:
    """Zones by area and city, and UTC."""
    assert zone_named(name).key == name
