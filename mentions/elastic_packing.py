"""Requests to Elasticsearch packed quickly: the client's own way (gzip at level 9) takes longer than all the rest."""

import gzip
from typing import Any, Final

from elastic_transport import HttpHeaders, Urllib3HttpNode
from elastic_transport.client_utils import DEFAULT, DefaultType

LEVEL: Final = 1  # a seventh of the time of level 9 for mentions, a third more bytes
LEAST: Final = 1_024  # bytes; less is not worth it
NEAR: Final = {"127.0.0.1", "::1", "localhost"}  # packing for the same machine is lost time
UNPACKS: Final = {"accept-encoding": "gzip"}  # what the client is to send, so that answers come packed


class QuickPacking(Urllib3HttpNode):
    """A connection that packs by itself; its client is made without `http_compress`, with the headers UNPACKS."""

    def perform_request(  # the library names its answer in a private module
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> Any:
        """As the client's own; a large body for another machine is packed."""
        if body is not None and len(body) >= LEAST and self.config.host not in NEAR:
            body = gzip.compress(body, LEVEL)
            headers = HttpHeaders({**(headers or {}), "content-encoding": "gzip"})
        return super().perform_request(method, target, body, headers, request_timeout)
