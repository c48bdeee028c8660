"""Incidents and runs of `state`, shown to the boards in two indices of their own."""

from dashboards.documents import INCIDENT_TYPES, RUN_TYPES

__all__ = ["INCIDENT_TYPES", "RUN_TYPES"]
