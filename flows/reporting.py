"""The weekly report as a job: build, write beside the data, hand to the outbox once, send."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from config.models import Brand, Config
from config.types import Zone
from flows.deeplinks import Pairs, week_links
from flows.jobs import Clock, run_id
from flows.projection import shown_after
from flows.wiring import House
from mentions.errors import WrongUsage
from state.lock import hold
from state.records import Delivery, Run

if TYPE_CHECKING:
    from reports.model import WeeklyReport

Language: TypeAlias = Literal["fr", "en"]
log = logging.getLogger(__name__)


def week_start(text: str | None) -> date | None:
    """The Monday of an ISO week such as 2026-W42; None for None; WrongUsage says what was expected."""
    if text is None:
        return None
    try:
        return date.fromisoformat(f"{text}-1")
    except ValueError:
        raise WrongUsage(f"'{text}': expected an ISO week such as 2026-W42") from None


def own_brands(config: Config) -> list[tuple[Zone, Brand]]:
    """The brands that get a report, each with its time zone."""
    return [(brand.timezone or config.vigie.timezone, brand) for brand in config.brands if brand.role == "own"]


def report(
    house: House, clock: Clock, monday: date | None, *, again: bool = False, zone: str | None = None
) -> tuple[list[Path], Counter[str]]:
    """Write each own brand's report of the week and send it to the channels of `report.tell`.

    With `zone`, only the brands of that time zone: their Monday morning comes at its own hour. Idempotent: a report
    that was handed to the outbox is not sent again, unless `again`. Returns the files written and the fates of the
    deliveries.
    """
    from alerts.dispatch import dispatch
    from reports.week import last_week

    with hold(house.home / "locks" / "report", "vigie report"), shown_after(house, clock):
        started = clock()
        key = run_id("report", started)
        house.state.runs.start(Run(id=key, kind="report", started_at=started))
        written: list[Path] = []
        for own_zone, brand in own_brands(house.config):
            if zone in {None, own_zone}:
                written += _one(house, brand, monday or last_week(started, own_zone.info), started, again=again)
        fates = dispatch(house.state.outbox, house.channels, clock())
        house.state.runs.finish(key, "ok", clock(), {"files": len(written), **fates})
        return written, fates


def _one(house: House, brand: Brand, monday: date, now: datetime, *, again: bool) -> list[Path]:
    from reports.render import render
    from reports.weekly import build

    year, week, _ = monday.isocalendar()
    subject = f"report:{brand.name}:{year}-W{week:02d}" + (f":{now:%Y%m%dT%H%M%S}" if again else "")
    if not again and house.state.outbox.list(subject=subject):
        log.info("report already handed over subject=%s", subject)
        return []
    since = now - timedelta(days=70)
    weekly = build(
        house.store,
        house.state.incidents.list(brand=brand.name),
        house.state.runs.list(since=since),
        house.config,
        brand.name,
        monday,
        as_of=now,
        verdicts=house.state.verdicts.list(brand=brand.name),
    )
    folder = house.home / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    default = house.config.vigie.report_language
    for language in sorted({default, *(language for _, language in _recipients(house, default))}):
        rendered = render(weekly, language, _links(house, weekly, language))
        for suffix, content in (("html", rendered.html), ("txt", rendered.text)):
            path = folder / f"{brand.name}-{year}-W{week:02d}.{language}.{suffix}"
            path.write_text(content, encoding="utf-8")
            written.append(path)
    house.state.outbox.add(list(_deliveries(house, weekly, subject, default, now)))
    return written


def _links(house: House, weekly: "WeeklyReport", language: Language) -> Pairs:
    return week_links(house.settings, weekly.brand, weekly.span.start, weekly.span.end, language)


def _recipients(house: House, default: Language) -> Iterator[tuple[str, Language]]:
    """Channel names of `report.tell` and the language each reads."""
    for name in house.config.vigie.report.tell:
        yield name, house.config.channels[name].language or default


def _deliveries(
    house: House, weekly: "WeeklyReport", subject: str, default: Language, now: datetime
) -> Iterator[Delivery]:
    from alerts.message import Message
    from alerts.outgoing import deliveries_to
    from reports.render import render

    for name, language in _recipients(house, default):
        links = _links(house, weekly, language)
        rendered = render(weekly, language, links)
        message = Message(
            subject=rendered.subject,
            headline=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            links=links,
            language=language,
        )
        yield from deliveries_to(
            name, house.config.channels[name], message, subject=subject, step="report", number=1, now=now
        )
