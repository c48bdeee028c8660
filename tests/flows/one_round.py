"""Child process of the kill tests: one round of crawl, ingest and watch at a fixed moment (VIGIE_* say where)."""

import sys

from flows import jobs
from flows.terminal import clock_at, open_house


def main() -> None:
    clock = clock_at(sys.argv[1])
    with open_house() as house:
        jobs.collect(house, jobs.due(house, clock()), clock)
        jobs.ingest(house, clock)
        jobs.watch(house, clock)


if __name__ == "__main__":
    main()
