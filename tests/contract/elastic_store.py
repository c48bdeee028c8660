"""A store on the real Elasticsearch of the tests, under a prefix of its own, of which nothing stays.

An erasure waits up to half a minute for the server before it rewrites the segments; here it does not wait, but
test_store_elastic_erase.py does, and looks for the bytes.
"""

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
def elastic_store(url: str, dead_letters: Path | None = None, names: Names | None = None) -> Iterator[ElasticStore]:
    """An empty store; its template and partitions are deleted at the end."""
    names = names or Names(f"vt-{secrets.token_hex(4)}")
    store = ElasticStore(connect(url), names, dead_letters=dead_letters)
    store.ensure_schema()
    try:
        with mock.patch("mentions.elastic_erase.forget", lambda client, index: merge_deleted(client, [index])):
            yield store
    finally:
        with connect(url) as client:
            for part in partitions(client, names):
                client.indices.delete(index=part.name)
            client.indices.delete_index_template(name=names.template)
        store.close()
