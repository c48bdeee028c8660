"""Fixtures of every room, and the rule of real components: skipped with a reason, or required."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.append(str(Path(__file__).parent / "real"))  # what starts real programs, for the tests of every room

# Every run draws other examples: few each time, many over the days. `--hypothesis-profile=thorough` looks longer.
# No clock decides: these machines are shared, and a stall of half a second is no defect.
CLOCKLESS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("brisk", max_examples=20, **CLOCKLESS)
settings.register_profile("thorough", max_examples=1000, **CLOCKLESS)
settings.load_profile("brisk")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first, else in the order drawn: two workers then end together."""
    slow = {item.path for item in items if item.get_closest_marker("slow") or "real" in item.path.parts}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What collection loaded stays to the end: the collector need not look through it after every test."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked `real("wordpress")` asks its module's `available()`; VIGIE_REQUIRE forbids the skip."""
    mark = item.get_closest_marker("real")
    if mark is None:
        return
    component = mark.args[0]
    reason = item.module.unavailable()
    if reason is None:
        return
    if component in os.environ.get("VIGIE_REQUIRE", "").split(","):
        pytest.fail(f"{component} is required here (VIGIE_REQUIRE) but unavailable: {reason}")
    pytest.skip(f"{component}: {reason}")


@pytest.fixture(scope="session")
def elastic_url() -> Iterator[str]:
    """The address of a real Elasticsearch: VIGIE_TEST_ELASTIC_URL, else one node for the whole session."""
    from elastic_node import started_node

    given = os.environ.get("VIGIE_TEST_ELASTIC_URL")
    if given:
        yield given
        return
    with started_node() as node:
        yield node.url
