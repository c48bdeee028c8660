"""ISO weeks in a time zone: Monday 00:00 to Monday 00:00 local, 167 or 169 hours when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reports.model import Span


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def last_week(now: datetime, zone: ZoneInfo) -> date:
    """The Monday of the last ISO week that is over."""
    today = now.astimezone(zone).date()
    return today - timedelta(days=today.weekday() + 7)


def week_of(monday: date, zone: ZoneInfo, as_of: datetime | None = None) -> Span:
    """The week that starts on `monday`, cut at `as_of` while it is running. ValueError if it is no Monday."""
    if monday.weekday() != 0:
        raise ValueError(f"an ISO week starts on a Monday; {monday:%Y-%m-%d} is a {monday:%A}")
    start, end = midnight(monday, zone), midnight(monday + timedelta(days=7), zone)
    until = end if as_of is None else max(start, min(end, as_of.astimezone(UTC)))
    days = tuple(monday + timedelta(days=n) for n in range(7))
    return Span(
        start=start,
        end=until,
        days=tuple(day for day in days if midnight(day, zone) < until),
        whole=until == end,
    )


def week_before(span: Span, zone: ZoneInfo) -> Span:
    """The same part of the week before: up to the same local weekday and time."""
    monday = span.start.astimezone(zone).date() - timedelta(days=7)
    local_end = span.end.astimezone(zone).replace(tzinfo=None) - timedelta(days=7)
    return week_of(monday, zone, local_end.replace(tzinfo=zone).astimezone(UTC))
