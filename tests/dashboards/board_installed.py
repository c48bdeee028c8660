"""The demo's eight weeks on a real Elasticsearch, under a prefix of their own, and gone afterwards."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import board_sample
from elasticsearch import Elasticsearch

from dashboards.documents import INCIDENT_TYPES, RUN_TYPES, mapping
from mentions.elastic import ElasticStore
from mentions.elastic_client import connect
from mentions.elastic_names import Names
from mentions.elastic_schema import partitions


@dataclass(frozen=True)
class Installation:
    client: Elasticsearch
    names: Names


@contextmanager
def installed(url: str) -> Iterator[Installation]:
    client, names = connect(url), Names(f"vt-{secrets.token_hex(4)}")
    store = ElasticStore(client, names)
    store.ensure_schema()
    assert not store.upsert(board_sample.mentions(), now=board_sample.NOW).rejected
    for index, schema, types, documents in (
        (names.incidents, "incidents", INCIDENT_TYPES, board_sample.incidents()),
        (names.runs, "runs", RUN_TYPES, board_sample.runs()),
    ):
        client.indices.create(index=index, mappings=mapping(schema, types), settings={"number_of_replicas": 0})
        client.bulk(index=index, operations=[line for each in documents for line in ({"index": {}}, each)])
    client.indices.refresh(index=[names.mentions, names.incidents, names.runs])
    yield Installation(client, names)
    client.indices.delete(index=[names.incidents, names.runs, *(each.name for each in partitions(client, names))])
    client.indices.delete_index_template(name=names.template)
    client.close()
