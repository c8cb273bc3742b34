"""Every view that there is."""

from __future__ import annotations

from projections import calendar_fold, devices_fold, usage_fold
from projections.view import View

VIEWS: tuple[View, ...] = (devices_fold.VIEW, calendar_fold.VIEW, usage_fold.VIEW)
