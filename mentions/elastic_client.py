"""The connection to Elasticsearch, and every error of it told in one line that says what to do.

An error is either Transient (nothing was acknowledged, the same call may succeed later) or Stop (a person must act).
No line ever holds a password or a key: addresses are shown without them.
"""

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit, urlunsplit

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, SerializationError, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from mentions.elastic_packing import UNPACKS, QuickPacking
from mentions.errors import Stop, Transient

Client: TypeAlias = Elasticsearch  # so that flows can name it without importing the library
PORTS: Final = {"http": 80, "https": 443}
AGAIN: Final = {408, 425, 429, 500, 502, 503, 504}
LONGEST: Final = 300  # characters of the server's own words
MAJOR = re.compile(r"must be either version (\d+)")
SECRETS = re.compile(r"//[^/@\s]*@")
REASON: Final = "{reason}"  # where the server's own words go
REFUSED: Mapping[int, str] = {
    401: "refuses the credentials: check VIGIE_ELASTIC_API_KEY, or user:password@ in VIGIE_ELASTIC_URL",
    403: "does not allow this: give the user or key the missing privilege ({reason})",
    406: "is not Elasticsearch 9 (OpenSearch?): VIGIE_ELASTIC_URL must name an Elasticsearch 9",
}
# What no answer means: class of the error, signs in its text, fate, words after "Elasticsearch at ...".
UNANSWERED: Sequence[tuple[type[TransportError], str, type[Stop | Transient], str]] = (
    (ConnectionTimeout, "", Transient, "did not answer in time: it is busy or unreachable; try again"),
    (SerializationError, "", Stop, "answers what is not JSON: VIGIE_ELASTIC_URL must name an Elasticsearch 9"),
    (
        TlsError,
        "WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|record layer failure",
        Stop,
        "speaks http, not https: write http:// in VIGIE_ELASTIC_URL",
    ),
    (
        TlsError,
        "hostname mismatch|ip address mismatch|doesn't match",
        Stop,
        "has a certificate for another name: use that name in VIGIE_ELASTIC_URL",
    ),
    (TlsError, "expired", Stop, "has a certificate that has expired: renew it on the server"),
    (
        TlsError,
        "CERTIFICATE_VERIFY_FAILED",
        Stop,
        "has a certificate that nobody known signed: set VIGIE_ELASTIC_CA to the PEM file of its authority",
    ),
    (TlsError, "EOF|closed|reset", Transient, "closed the connection while it was being secured: try again"),
    (TlsError, "", Stop, "gives no secure connection: {cause}"),
    (NoConnection, r"\\x15\\x03|\x15\x03", Stop, "speaks https: write https:// in VIGIE_ELASTIC_URL"),
    (
        NoConnection,
        "not known|nodename nor servname|failed to resolve|name resolution",
        Transient,
        "has a name that no host has: check VIGIE_ELASTIC_URL and the network",
    ),
    (NoConnection, "refused", Transient, "is not there (connection refused): start it, or correct VIGIE_ELASTIC_URL"),
    (
        NoConnection,
        "disconnected|aborted|reset|BadStatusLine",
        Transient,
        "closed the connection without an answer: try again{https}",
    ),
    (NoConnection, "", Transient, "cannot be reached: {cause}"),
)


def connect(url: str, *, api_key: str | None = None, ca: Path | None = None, timeout: float = 60.0) -> Elasticsearch:
    """A client of one cluster; `user:password@` in the address is understood. Nothing is sent yet.

    `api_key` is what Kibana shows as encoded, or `id:key`. `ca` is the PEM file of the authority that signed the
    server's certificate. `timeout` is in seconds. The client never retries by itself: callers know what is safe.
    Raises Stop if the address, the key or the file cannot be used.
    """
    where = shown(url)
    try:
        parts = urlsplit(url)
        default = PORTS[parts.scheme]
        host, port = parts.hostname, parts.port or default
    except (ValueError, KeyError):
        raise Stop(f"VIGIE_ELASTIC_URL={where} is no address: write it like https://host:9200") from None
    if not host:
        raise Stop(f"VIGIE_ELASTIC_URL={where} names no host: write it like https://host:9200")
    if api_key and parts.username:
        raise Stop("VIGIE_ELASTIC_URL has a user and VIGIE_ELASTIC_API_KEY is set: keep one of them")
    user = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    bracketed = f"[{host}]" if ":" in host else host
    options: dict[str, Any] = {}
    if ca and parts.scheme == "https":
        _check_authority(ca)
        options["ca_certs"] = str(ca)
    try:
        return Elasticsearch(
            f"{parts.scheme}://{bracketed}:{port}{parts.path.rstrip('/')}",
            api_key=_key(api_key) if api_key else None,
            basic_auth=user,
            node_class=QuickPacking,
            headers=UNPACKS,
            request_timeout=timeout,
            max_retries=0,
            retry_on_timeout=False,
            **options,
        )
    except ValueError:  # its text may hold the password
        raise Stop(f"VIGIE_ELASTIC_URL={where} cannot be used: write it like https://host:9200") from None


def shown(url: str) -> str:
    """The address as messages show it: without user, password and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return SECRETS.sub("//", url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def address(client: Elasticsearch) -> str:
    """The address that this client was given, without credentials."""
    return shown(next(iter(client.transport.node_pool.all())).base_url)


@contextmanager
def in_words(url_shown: str) -> Iterator[None]:
    """Turn what the client raises into Transient or Stop, one line each; other exceptions pass."""
    where = f"Elasticsearch at {shown(url_shown)}"
    try:
        yield
    except UnsupportedProductError:
        raise Stop(
            f"{shown(url_shown)} is not Elasticsearch (OpenSearch, a proxy or another service answers): "
            "VIGIE_ELASTIC_URL must name an Elasticsearch 9"
        ) from None
    except ApiError as error:
        raise _of_answer(where, error) from None
    except TransportError as error:
        raise _of_transport(where, error) from None


def _check_authority(ca: Path) -> None:
    """Stop unless the file holds a certificate: the client would only notice at the first call, in its own words."""
    try:
        ssl.create_default_context(cafile=str(ca))
    except OSError as error:
        reason = "no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise Stop(
            f"VIGIE_ELASTIC_CA={ca} cannot be used ({reason}): "
            "give the PEM file of the authority that signed the server's certificate"
        ) from None


def _key(api_key: str) -> str | tuple[str, str]:
    if not re.fullmatch(r"[\x21-\x7e]+", api_key):
        raise Stop("VIGIE_ELASTIC_API_KEY has blanks or characters that no key has: copy it again")
    name, colon, key = api_key.partition(":")
    return (name, key) if colon else api_key


def _of_transport(where: str, error: TransportError) -> Stop | Transient:
    """What no answer means; the first row of UNANSWERED whose signs are seen says it."""
    cause = " ".join(
        str(part.message) if isinstance(part, TransportError) else str(part) for part in (error, *error.errors)
    )
    for kind, signs, fate, words in UNANSWERED:
        if isinstance(error, kind) and re.search(signs, cause, re.IGNORECASE):
            https = "" if "https://" in where else "; if it always does, it may want https:// in VIGIE_ELASTIC_URL"
            return fate(f"{where} {words.format(cause=_short(cause), https=https)}")
    return Stop(f"{where}: {_short(cause)}")


def _of_answer(where: str, error: ApiError) -> Stop | Transient:
    """What an answer above 299 means."""
    status, kind, reason = error.meta.status, _kind(error), _reason(error)
    if kind == "cluster_block_exception":
        return Transient(
            f"{where} takes no writes ({reason}): free disk space or remove the block; what waits is kept",
            retry_after=_retry_after(error),
        )
    if status in AGAIN:
        busy = "has too much to do" if status == 429 else "cannot answer now"  # noqa: PLR2004 - Too Many Requests
        return Transient(f"{where} {busy} ({status} {reason}): try again", retry_after=_retry_after(error))
    if kind == "media_type_header_exception" or "compatible-with=9" in reason:
        found = MAJOR.search(str(error.body))
        return Stop(
            f"{where}: this is Elasticsearch {found[1] if found else '8 or older'}, Vigie needs 9: upgrade the "
            "cluster, or let VIGIE_ELASTIC_URL name one that is newer (VIGIE_STORE=sqlite needs none)"
        )
    words = REFUSED.get(status, f"refuses the request ({status} {kind}): {REASON}")
    return Stop(f"{where} {words.replace(REASON, reason)}")


def _kind(error: ApiError) -> str:
    return str(_cause(error).get("type", error.message))[:80]


def _reason(error: ApiError) -> str:
    """The server's own words on one line, shortened."""
    cause = _cause(error)
    deeper = cause.get("caused_by")
    said = [str(part["reason"]) for part in (cause, deeper) if isinstance(part, Mapping) and part.get("reason")]
    return _short(": ".join(dict.fromkeys(said)) or str(error.message))


def _cause(error: ApiError) -> Mapping[str, Any]:
    body = error.body if isinstance(error.body, Mapping) else {}
    cause = body.get("error")
    return cause if isinstance(cause, Mapping) else {}


def _short(text: str) -> str:
    line = " ".join(SECRETS.sub("//", text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _retry_after(error: ApiError) -> float | None:
    try:
        seconds = float(error.meta.headers.get("retry-after") or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds <= 3600 else None  # noqa: PLR2004 - an hour: more is no hint
