"""Prefect flow: crawl every source that is due, in one run."""

from prefect import flow

from flows import jobs
from flows.terminal import clock_at, open_house


@flow(name="collect", log_prints=False)
def collect(at: str | None = None) -> dict[str, str]:
    """Status by source. `at` is an ISO time that stands for now (the demo's clock), else real time."""
    with open_house() as house:
        clock = clock_at(at)
        outcomes = jobs.collect(house, jobs.due(house, clock()), clock)
        return {outcome.source: outcome.status for outcome in outcomes}
