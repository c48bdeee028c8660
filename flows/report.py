"""Prefect flow: write and send the report of the last complete week."""

from prefect import flow

from flows import reporting
from flows.terminal import clock_at, open_house


@flow(name="report", retries=3, retry_delay_seconds=300)
def report(at: str | None = None) -> list[str]:
    """The files written. `at` is an ISO time that stands for now, else real time."""
    with open_house() as house:
        return [str(path) for path in reporting.report(house, clock_at(at), None)[0]]
