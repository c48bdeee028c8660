"""The embedded store and a spool in folders of their own; a scripted Elasticsearch and a writer to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_elastic import Hours, ScriptedElastic, bulk_writer, scripted_elastic

from mentions.elastic_bulk import BulkWriter
from mentions.spool import Spool
from mentions.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "mentions.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path)
    yield opened
    opened.close()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


@pytest.fixture
def elastic() -> Iterator[ScriptedElastic]:
    with scripted_elastic() as server:
        yield server


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def writer(elastic: ScriptedElastic, hours: Hours) -> Iterator[BulkWriter]:
    with bulk_writer(elastic, hours) as made:
        yield made
