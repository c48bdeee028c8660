"""Fixtures of every room, and the rule of real components: skipped with a reason, or required."""

import os

import pytest


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
