"""The application as web servers load it: the factory `web.asgi:app`."""

from __future__ import annotations

from litestar import Litestar

from booking.config import ConfigurationError, Settings
from web.app import create_app


def app() -> Litestar:
    """Reads the settings from the environment, where `BOOKING_DATABASE_URL` has to be.

    `booking serve` puts the embedded database's URL there for its workers.
    """
    settings = Settings.from_environment()
    if settings.database_url is None:
        raise ConfigurationError("BOOKING_DATABASE_URL is not set; `booking serve` sets it.")
    return create_app(settings.database_url, settings)
