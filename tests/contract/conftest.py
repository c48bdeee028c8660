"""The engines that must agree; Elasticsearch joins by a row in ENGINES."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from contract_sample import fill, mentions
from memory import MemoryStore

from mentions.sqlite import SqliteStore
from mentions.store import MentionStore

ENGINES: dict[str, Callable[[Path], MentionStore]] = {
    "memory": lambda folder: MemoryStore(),
    "sqlite": lambda folder: SqliteStore(folder / "mentions.db"),
}


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MentionStore]:
    """An empty store of each engine."""
    opened = ENGINES[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def reference() -> MemoryStore:
    """The sample in memory."""
    filled = MemoryStore()
    fill(filled, mentions())
    return filled


@pytest.fixture(scope="session", params=[name for name in ENGINES if name != "memory"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MentionStore]:
    """The sample in each real engine, to be read only."""
    opened = ENGINES[request.param](tmp_path_factory.mktemp("contract"))
    fill(opened, mentions())
    yield opened
    opened.close()
