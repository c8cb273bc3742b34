"""Every view that there is."""

from __future__ import annotations

from projections import (
    calendar_fold,
    demand_fold,
    devices_fold,
    maintenance_fold,
    notices_fold,
    overrides_fold,
    statements_fold,
    usage_fold,
    waiting_fold,
)
from projections.view import View

VIEWS: tuple[View, ...] = (
    devices_fold.VIEW,
    calendar_fold.VIEW,
    usage_fold.VIEW,
    demand_fold.VIEW,
    maintenance_fold.VIEW,
    overrides_fold.VIEW,
    statements_fold.VIEW,
    waiting_fold.VIEW,
    notices_fold.VIEW,
)
