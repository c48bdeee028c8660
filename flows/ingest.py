"""Prefect flow: understand and store what the spool holds."""

from prefect import flow

from flows import jobs
from flows.terminal import clock_at, open_house


@flow(name="ingest", retries=3, retry_delay_seconds=30)
def ingest(at: str | None = None) -> dict[str, int]:
    """Final words and their counts. `at` is an ISO time that stands for now, else real time."""
    with open_house() as house:
        return dict(jobs.ingest(house, clock_at(at)))
