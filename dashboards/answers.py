"""What Kibana's answers mean: every error of a call becomes Stop or Transient, one line that says what to do.

No line ever holds a password or a key: addresses are shown without them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from elastic_transport import TransportError
from kibana import ApiError, ConnectionTimeout, KibanaException, SerializationError, SSLError

from mentions.errors import Stop, Transient

AGAIN: Final = frozenset({429, 502, 503, 504})  # nothing was done, or doing it twice does no harm
LONGEST: Final = 300  # characters of Kibana's own words
SECRETS = re.compile(r"//[^/@\s]*@")
TYPE = re.compile(r"\b(dashboard|index-pattern|tag|search|lens)\b")
# Names of features as Kibana shows them where a role is edited.
PRIVILEGES: Final[Mapping[str, str]] = {
    "dashboard": "Analytics > Dashboard: All",
    "index-pattern": "Management > Data View Management: All",
    "search": "Analytics > Discover: All",
    "tag": "Management > Tag Management: All",
    "export": "Management > Saved Objects Management: All",
    "rule": "Management > Stack Rules: All, and Actions and Connectors: All",
    "space": "any feature in this space",
}
# What no answer means: class of the error, signs in its text, fate, words after "Kibana at ...".
UNANSWERED: Sequence[tuple[type[KibanaException], str, type[Stop | Transient], str]] = (
    (ConnectionTimeout, "", Transient, "did not answer in time: it is busy or unreachable; try again"),
    (
        SerializationError,
        "",
        Stop,
        "answers what is not JSON, so it is something else: VIGIE_KIBANA_URL must name Kibana, with its base path",
    ),
    (
        SSLError,
        "WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|record layer failure",
        Stop,
        "speaks http, not https: write http:// in VIGIE_KIBANA_URL",
    ),
    (
        SSLError,
        "hostname mismatch|ip address mismatch|doesn't match",
        Stop,
        "has a certificate for another name: use that name in VIGIE_KIBANA_URL",
    ),
    (SSLError, "expired", Stop, "has a certificate that has expired: renew it on the server"),
    (
        SSLError,
        "CERTIFICATE_VERIFY_FAILED",
        Stop,
        "has a certificate that nobody known signed: set VIGIE_KIBANA_CA to the PEM file of its authority",
    ),
    (SSLError, "EOF|closed|reset", Transient, "closed the connection while it was being secured: try again"),
    (SSLError, "", Stop, "gives no secure connection: {cause}"),
    (
        KibanaException,
        "not known|nodename nor servname|failed to resolve|name resolution",
        Transient,
        "has a name that no host has: check VIGIE_KIBANA_URL and the network",
    ),
    (KibanaException, "refused", Transient, "is not there (connection refused): start it, or correct VIGIE_KIBANA_URL"),
    (
        KibanaException,
        "disconnected|aborted|reset|BadStatusLine",
        Transient,
        "closed the connection without an answer: try again; if it always does, write https:// in VIGIE_KIBANA_URL",
    ),
    (KibanaException, "", Transient, "cannot be reached: {cause}"),
)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a call is for: `words` follow "may not" and "could not", `needs` is a key of PRIVILEGES."""

    words: str
    needs: str


def shown(url: str) -> str:
    """The address as messages show it: without user, password and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return SECRETS.sub("//", url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def fate(where: str, space: str, errand: Errand, error: KibanaException) -> Stop | Transient:
    """What an error of the client means; `where` is the address as shown."""
    who = f"Kibana at {where}"
    if not isinstance(error, ApiError):
        return _unanswered(who, error)
    if error.meta.headers.get("x-elastic-product"):
        return Stop(f"{where} is Elasticsearch, not Kibana: VIGIE_KIBANA_URL must name Kibana (its port is often 5601)")
    status = error.status_code
    if status in AGAIN:
        busy = "has too much to do" if status == 429 else "is not ready"  # noqa: PLR2004 - Too Many Requests
        return Transient(f"{who} {busy} ({status} {said(error)}): try again", retry_after=None)
    if not isinstance(error.body, Mapping):
        return foreign(where, status, error.body)
    return _refused(who, space, errand, error)


def foreign(where: str, status: int, body: object) -> Stop:
    """Something answered that is not Kibana: a proxy, a login page, another program."""
    title = _title(body)
    page = f"a page “{title}”" if title else "what is no JSON"
    return Stop(
        f"{where} answers {status} with {page}: a proxy or login stands before Kibana, or VIGIE_KIBANA_URL lacks "
        "the base path; give an address that reaches Kibana itself"
    )


def _title(body: object) -> str:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return short(title[1], 60) if title else ""


def missing_privilege(where: str, space: str, words: str, types: Sequence[str]) -> Stop:
    """403 in words: `types` are keys of PRIVILEGES."""
    needed = "; ".join(PRIVILEGES.get(kind, kind) for kind in types)
    return Stop(
        f"Kibana at {where}: the credentials may not {words} in the space {space} (403); "
        f"give their role the Kibana privilege {needed}"
    )


def retry_after(error: ApiError, now: datetime | None = None) -> float | None:
    """Seconds that the answer asks to wait (a number or a date, RFC 9110), None if it says nothing readable."""
    value = (error.meta.headers.get("retry-after") or "").strip()
    if value.isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds()) if when.tzinfo else None


def said(error: ApiError) -> str:
    """Kibana's own words on one line, or those of what stands before it."""
    body: Any = error.body
    if not isinstance(body, Mapping):
        return _title(body) or short(re.sub(r"<[^>]*>", " ", str(body)), 60)
    message = body.get("message") or body.get("error")
    return short(message if isinstance(message, str) else error.message)


def short(text: object, longest: int = LONGEST) -> str:
    """On one line, without secrets, cut."""
    line = " ".join(SECRETS.sub("//", str(text)).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _unanswered(who: str, error: KibanaException) -> Stop | Transient:
    cause = _cause(error)
    for kind, signs, fated, words in UNANSWERED:
        if isinstance(error, kind) and re.search(signs, cause, re.IGNORECASE):
            return fated(f"{who} {words.format(cause=short(cause))}")
    return Stop(f"{who}: {short(cause)}")


def _cause(error: KibanaException) -> str:
    """kibana-py says "Connection error"; why stands in the message of what it was raised from."""
    source = error.__cause__
    return str(source.message if isinstance(source, TransportError) else source or error)


def _refused(who: str, space: str, errand: Errand, error: ApiError) -> Stop | Transient:
    status, words = error.status_code, said(error)
    if status == 401:  # noqa: PLR2004 - Unauthorized
        return credentials(who)
    if status == 403:  # noqa: PLR2004 - Forbidden
        named = sorted(set(TYPE.findall(words)) & set(PRIVILEGES))
        return missing_privilege(who.removeprefix("Kibana at "), space, errand.words, named or [errand.needs])
    if status == 409:  # noqa: PLR2004 - Conflict
        return Transient(f"{who} could not {errand.words}: another writes it at this moment (409 {words}); try again")
    if status >= 500:  # noqa: PLR2004 - server errors
        return Transient(f"{who} failed to {errand.words} ({status} {words}): see its log, then try again")
    return Stop(f"{who} refuses to {errand.words} ({status}): {words}")


def credentials(who: str) -> Stop:
    """401, and the status that Kibana shows to strangers."""
    return Stop(
        f"{who} does not accept the credentials (401): set VIGIE_KIBANA_API_KEY, or user:password@ in VIGIE_KIBANA_URL"
    )
