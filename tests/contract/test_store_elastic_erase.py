"""The right to be forgotten on Elasticsearch: after an erasure no file of the node holds a byte of it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from contract_sample import NOW, mention
from elastic_node import started_node, unavailable  # noqa: F401 - asked by tests that need a real Elasticsearch

from mentions.elastic import ElasticStore
from mentions.elastic_client import connect
from mentions.elastic_names import Names
from mentions.filter import MentionFilter
from mentions.store import EraseRequest, Page

pytestmark = [pytest.mark.local, pytest.mark.real("elastic")]


def test_no_byte_of_an_erased_mention_is_left_on_disk() -> None:
    with started_node() as node:
        store = ElasticStore(connect(node.url), Names("vt-erase"))
        store.ensure_schema()
        store.upsert([mention(number) for number in range(50)], now=NOW)
        rows = [mention(100 + n, text=f"zzqtoken{n} hurts", author_key="zzqauthor", native_id="zzq") for n in range(5)]
        store.upsert(rows, now=NOW)
        store.upsert([replace(row, version=row.version + 1, text="zzqedited") for row in rows], now=NOW)
        store.mark_gone([rows[0].post_key], at=NOW + timedelta(hours=1))

        def holding() -> list[str]:
            found = []
            for path in (node.folder / "data").rglob("*"):
                with suppress(FileNotFoundError, IsADirectoryError):  # the server deletes files meanwhile
                    found += [path.name] * (b"zzq" in path.read_bytes())
            return found

        assert holding()
        assert store.erase(EraseRequest(author_key="zzqauthor")) == 5
        assert holding() == []
        assert store.search(MentionFilter(), Page()).total == 50
        assert store.erase(EraseRequest(author_key="zzqauthor")) == 0
        store.close()
