"""Stub servers for the tests of deployment."""

from collections.abc import Iterator

import pytest
from stub_kibana import StubKibana, serving


@pytest.fixture
def kibana() -> Iterator[StubKibana]:
    with serving(StubKibana()) as stub:
        yield stub
