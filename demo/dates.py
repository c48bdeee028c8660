"""Dates as the four sites write them; they all stand in Paris."""

from datetime import datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
SHORT = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def iso(moment: datetime) -> str:
    """ISO 8601 with the offset of Paris, for machines."""
    return moment.astimezone(PARIS).isoformat(timespec="seconds")


def long_date(moment: datetime) -> str:
    """`20 octobre 2026`."""
    local = moment.astimezone(PARIS)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{day} {MONTHS[local.month - 1]} {local.year}"


def long_time(moment: datetime) -> str:
    """`20 octobre 2026 à 8 h 14`."""
    local = moment.astimezone(PARIS)
    return f"{long_date(moment)} à {local.hour} h {local.minute:02d}"


def forum_date(moment: datetime) -> str:
    """`mar. 20 oct. 2026 08:14`, as phpBB's French pack prints it."""
    local = moment.astimezone(PARIS)
    return f"{DAYS[local.weekday()]} {local.day} {SHORT[local.month - 1]} {local.year} {local:%H:%M}"


def rfc822(moment: datetime) -> str:
    """The date of RSS 2.0 (RFC 822 with four-digit years)."""
    return format_datetime(moment.astimezone(PARIS))
