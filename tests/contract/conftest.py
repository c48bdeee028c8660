"""The engines that must agree."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from contract_sample import fill, mentions
from elastic_store import elastic_store, without_waiting
from memory import MemoryStore

from mentions.sqlite import SqliteStore
from mentions.store import MentionStore

ENGINES: dict[str, Callable[[Path, pytest.FixtureRequest], AbstractContextManager[MentionStore]]] = {
    "memory": lambda folder, request: closing(MemoryStore()),
    "sqlite": lambda folder, request: closing(SqliteStore(folder / "mentions.db")),
    "elastic": lambda folder, request: elastic_store(request.getfixturevalue("elastic_url"), folder / "dead"),
}
REAL = {"elastic": pytest.mark.real("elastic")}
ROWS = [pytest.param(name, marks=REAL.get(name, ())) for name in ENGINES]


@pytest.fixture(params=ROWS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MentionStore]:
    """An empty store of each engine."""
    with ENGINES[request.param](tmp_path, request) as opened, without_waiting():
        yield opened


@pytest.fixture(scope="session")
def reference() -> MemoryStore:
    """The sample in memory."""
    filled = MemoryStore()
    fill(filled, mentions())
    return filled


@pytest.fixture(scope="session", params=ROWS[1:])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MentionStore]:
    """The sample in each real engine, to be read only."""
    with ENGINES[request.param](tmp_path_factory.mktemp("contract"), request) as opened:
        fill(opened, mentions())
        yield opened
