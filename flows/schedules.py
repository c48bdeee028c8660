"""The schedules of vigie.yaml as Prefect deployments, served from this process."""

from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import serve
from prefect.schedules import Cron, Interval

from config.models import Config
from config.types import show_duration
from flows.collect import collect
from flows.ingest import ingest
from flows.report import report
from flows.reporting import own_brands
from flows.upkeep import upkeep
from flows.watch import watch

# Steps of one round follow each other: crawl, then ingest, then watch.
AFTER_COLLECT, AFTER_INGEST = timedelta(minutes=2), timedelta(minutes=3)
ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)


def timetable(config: Config) -> list[str]:
    """What is done when, one line a job, for people."""
    times = config.vigie.schedules
    zones = ", ".join(sorted({zone for zone, _ in own_brands(config)}))
    crawls, looks = show_duration(times.collect), show_duration(times.watch)
    return [
        f"collect  every {crawls}: crawls the sources that are due",
        f"ingest   every {crawls}: understands and stores what was crawled",
        f"watch    every {looks}: looks for surges, sends what is due",
        f"report   {times.report} ({zones or 'no brand of ours'})",
        f"upkeep   {times.upkeep} ({config.vigie.timezone})",
    ]


def keep(config: Config) -> None:
    """Serve the flows until SIGINT or SIGTERM; the report once for each time zone that brands live in."""
    times, home_zone = config.vigie.schedules, config.vigie.timezone
    zones = sorted({zone for zone, _ in own_brands(config)})
    deployments: list[Any] = [  # Prefect's types say that these may be coroutines, which only an event loop makes them
        collect.to_deployment("collect", schedule=Interval(times.collect, anchor_date=ANCHOR)),
        ingest.to_deployment("ingest", schedule=Interval(times.collect, anchor_date=ANCHOR + AFTER_COLLECT)),
        watch.to_deployment("watch", schedule=Interval(times.watch, anchor_date=ANCHOR + AFTER_INGEST)),
        *(
            report.to_deployment(
                f"report-{zone.replace('/', '-').lower()}",
                schedule=Cron(times.report.cron, timezone=zone),
                parameters={"zone": zone},
            )
            for zone in zones
        ),
        upkeep.to_deployment("upkeep", schedule=Cron(times.upkeep.cron, timezone=home_zone)),
    ]
    serve(*deployments, pause_on_shutdown=False, print_starting_message=False)
