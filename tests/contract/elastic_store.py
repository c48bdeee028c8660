"""A store on the real Elasticsearch of the tests, under a prefix of its own, of which nothing stays."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from mentions.elastic import ElasticStore
from mentions.elastic_client import connect
from mentions.elastic_expunge import merge_deleted
from mentions.elastic_names import Names
from mentions.elastic_schema import partitions


@contextmanager
def without_waiting() -> Iterator[None]:
    """For one test: an erasure waits up to half a minute for the server before it rewrites the segments; not here.

    test_store_elastic_erase.py waits, and looks for the bytes.
    """
    with mock.patch("mentions.elastic_erase.forget", lambda client, index: merge_deleted(client, [index])):
        yield


@contextmanager
def elastic_store(url: str, dead_letters: Path | None = None, names: Names | None = None) -> Iterator[ElasticStore]:
    """An empty store; its template and partitions are deleted at the end."""
    names = names or Names(f"vt-{secrets.token_hex(4)}")
    store = ElasticStore(connect(url), names, dead_letters=dead_letters)
    store.ensure_schema()
    try:
        yield store
    finally:
        with connect(url) as client:
            for part in partitions(client, names):
                client.indices.delete(index=part.name)
            client.indices.delete_index_template(name=names.template)
        store.close()
