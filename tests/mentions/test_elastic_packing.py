"""Large requests to another machine are packed, those to our own are not."""

import gzip

import pytest
from elastic_transport import NodeConfig, Urllib3HttpNode

from mentions.elastic_packing import QuickPacking


@pytest.mark.parametrize(
    ("host", "size", "packed"),
    [("search.example.org", 5_000, True), ("search.example.org", 50, False), ("127.0.0.1", 5_000, False)],
)
def test_packing(monkeypatch: pytest.MonkeyPatch, host: str, size: int, packed: bool) -> None:
    sent = []
    monkeypatch.setattr(Urllib3HttpNode, "perform_request", lambda _, *arguments: sent.append(arguments))
    QuickPacking(NodeConfig("http", host, 9200)).perform_request("PUT", "/_bulk", b"x" * size)
    ((_, _, body, headers, _),) = sent
    assert (gzip.decompress(body) if packed else body) == b"x" * size
    assert ((headers or {}).get("content-encoding") == "gzip") == packed
