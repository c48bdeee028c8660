"""An empty memory in a file of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from state.database import State


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with State(f"sqlite:///{tmp_path}/state.db") as opened:
        yield opened
