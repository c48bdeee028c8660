"""Prefect flow: retention."""

from prefect import flow

from flows import jobs
from flows.terminal import clock_at, open_house


@flow(name="upkeep")
def upkeep(at: str | None = None) -> dict[str, int]:
    """What was dropped. `at` is an ISO time that stands for now, else real time."""
    with open_house() as house:
        return dict(jobs.upkeep(house, clock_at(at)))
