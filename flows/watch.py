"""Prefect flow: judge every brand, then send what is due."""

from prefect import flow

from flows import jobs
from flows.terminal import clock_at, open_house


@flow(name="watch")
def watch(at: str | None = None) -> list[str]:
    """One line per change of an incident. `at` is an ISO time that stands for now, else real time."""
    with open_house() as house:
        return jobs.watch(house, clock_at(at))[0]
