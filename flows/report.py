"""Prefect flow: write and send the report of the last complete week."""

from prefect import flow

from flows import reporting
from flows.terminal import clock_at, open_house


@flow(name="report", retries=3, retry_delay_seconds=300)
def report(at: str | None = None, zone: str | None = None) -> list[str]:
    """The files written. `at` is an ISO time that stands for now, else real time; `zone`: its brands only."""
    with open_house() as house:
        return [str(path) for path in reporting.report(house, clock_at(at), None, zone=zone)[0]]
