"""Deep links into Kibana: a board or Discover, on a brand and an absolute window, in the plain hash form.

Kibana reads its state from the hash in rison. Filter pills work on every version; controls cannot be preset in one way
(four encodings between 8.16 and 9.4), and a window such as `now-6h` would mean another one when the mail is read.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

MARGIN: Final = timedelta(hours=1)  # what led to the incident, and what came after, are in sight
LONGEST: Final = 3000  # characters; Slack refuses a button whose address is longer
BARE = re.compile(r"[A-Za-z_./~][-A-Za-z0-9_./~]*")

Pill = tuple[str, str]  # field, value


def board_url(
    base: str,
    *,
    space: str = "default",
    board_id: str,
    data_view_id: str,
    brand: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    filters: Sequence[Pill] = (),
) -> str:
    """The address of a board: `base` is where people reach Kibana (a path is fine), `filters` are (field, value).

    Times are aware; an hour is added on both sides; without a window the board opens on its own. Pills replace those
    that it was saved with; what would make the address longer than LONGEST is left off, the brand last of all.
    ValueError: a base that is no plain http(s) address, one time without the other or naive, an end before its start.
    """
    address = f"{_app(base, space)}/dashboards#/view/{quote(board_id, safe='')}?_g={_global(start, end)}&_a="
    return _shortened(address, {"query": NO_QUERY}, _pills(data_view_id, brand, filters))


def discover_url(  # noqa: PLR0913 - a link is made of these
    base: str,
    *,
    space: str = "default",
    data_view_id: str,
    brand: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    filters: Sequence[Pill] = (),
    columns: Sequence[str] = (),
    sort: Sequence[tuple[str, str]] = (("published_at", "desc"),),
) -> str:
    """The address of Discover on a data view, as `board_url`; `sort` is (field, `asc` or `desc`)."""
    address = f"{_app(base, space)}/discover#/?_g={_global(start, end)}&_a="
    state = {
        "columns": list(columns),
        "dataSource": {"dataViewId": data_view_id, "type": "dataView"},
        "query": NO_QUERY,
        "sort": [list(pair) for pair in sort],
    }
    return _shortened(address, state, _pills(data_view_id, brand, filters))


NO_QUERY: Final[Mapping[str, str]] = {"language": "kuery", "query": ""}


def rison(value: object) -> str:
    """JSON-like values in rison (Kibana's URL notation): ValueError for numbers and types that JSON has not."""
    match value:
        case None | bool():
            return {None: "!n", True: "!t", False: "!f"}[value]
        case str():
            return value if BARE.fullmatch(value) else f"'{value.replace('!', '!!').replace(chr(39), '!' + chr(39))}'"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return repr(value).replace("e+", "e")
        case Mapping():
            return f"({','.join(f'{rison(_key(key))}:{rison(item)}' for key, item in value.items())})"
        case list() | tuple():
            return f"!({','.join(map(rison, value))})"
    raise ValueError(f"a {type(value).__name__} such as {value!r:.60} has no form in a link")


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise ValueError(f"keys in a link are strings, not {key!r:.60}")


def _app(base: str, space: str) -> str:
    if "@" in base:
        raise ValueError("Kibana's public address goes into mails: leave user and password out of it")
    parts = urlsplit(base.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(
            f"Kibana's public address {base!r} is no http(s) address: write it as https://kibana.example.org"
        )
    if parts.query or parts.fragment:
        raise ValueError(f"Kibana's public address {base!r} ends with a query or fragment: leave it out")
    prefix = "" if space in {"", "default"} else f"/s/{quote(space, safe='')}"
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{prefix}/app"


def _global(start: datetime | None, end: datetime | None) -> str:
    state: dict[str, Any] = {"filters": []}
    if start is not None and end is not None:
        if end < start:
            raise ValueError(f"a window cannot end ({end}) before it starts ({start})")
        state["time"] = {"from": _instant(start - MARGIN), "to": _instant(end + MARGIN)}
    elif start is not end:
        raise ValueError("a window has a start and an end, or neither")
    return _encoded(state)


def _instant(time: datetime) -> str:
    if time.tzinfo is None:
        raise ValueError(f"{time} has no time zone")
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _pills(data_view_id: str, brand: str | None, filters: Iterable[Pill]) -> list[dict[str, Any]]:
    """Brand first: it is the last to go when the address is too long."""
    pairs = [*([] if brand is None else [("brand", brand)]), *filters]
    return [_pill(data_view_id, field, value) for field, value in pairs]


def _pill(data_view_id: str, field: str, value: str) -> dict[str, Any]:
    return {
        "$state": {"store": "appState"},
        "meta": {
            "alias": None,
            "disabled": False,
            "field": field,
            "index": data_view_id,
            "key": field,
            "negate": False,
            "params": {"query": value},
            "type": "phrase",
        },
        "query": {"match_phrase": {field: value}},
    }


def _shortened(address: str, state: Mapping[str, Any], pills: list[dict[str, Any]]) -> str:
    """With as many pills as fit. Without any, no `filters`: an empty list removes what the board was saved with."""
    for count in range(len(pills), 0, -1):
        full = address + _encoded({"filters": pills[:count], **state})
        if len(full) <= LONGEST:
            return full
    return address + _encoded(state)


def _encoded(state: Mapping[str, Any]) -> str:
    # Chat programs and mail clients cut addresses at ' ( ) and !: everything is encoded. A lone surrogate becomes "?".
    return quote(rison(state), safe="", errors="replace")
