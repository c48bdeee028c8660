"""One space of one Kibana: the few calls of a deployment, over kibana-py.

Every call is tried again on 429, 502, 503 and 504 only, with full jitter and as Retry-After asks; every error is one
line (dashboards.answers). Kibana's traps met here: a failed import answers 200, an export names what is missing in a
400, and the status page hides the version from strangers instead of refusing them.
"""

import json
import random as chance
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import unquote, urlsplit

from elastic_transport import ApiResponse
from kibana import ApiError, Kibana, NotFoundError

from dashboards.answers import Errand, credentials, fate, missing_privilege, shown
from dashboards.asking import PATIENCE, Asking, Patience
from dashboards.imported import Imported, outcome
from mentions.errors import Stop

OLDEST: Final = (9, 0)
BAD_REQUEST, FORBIDDEN, NOT_FOUND = 400, 403, 404
Record: TypeAlias = dict[str, Any]  # a saved object as exported
Key: TypeAlias = tuple[str, str]  # its type and id


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Of Kibana; compared by its numbers."""

    number: tuple[int, int]
    text: str

    def __str__(self) -> str:
        return self.text


class Space:
    """The calls, bound to one space. Close it, or use it in a `with`."""

    def __init__(
        self,
        kibana: Kibana,
        where: str,
        name: str,
        *,
        patience: Patience = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = chance.random,
    ) -> None:
        """`where` is the address for messages, `name` the identifier of the space; nothing is sent yet."""
        self.where, self.name = where, name
        self._kibana = kibana
        self._asking = Asking(where, name, patience, sleep, random)
        # kibana-py would look the space up once more for every call.
        self._in: dict[str, Any] = {"space_id": None if name == "default" else name, "validate_spaces": False}
        # ... which spells the same argument in two ways.
        self._in_objects = {"space_id": self._in["space_id"], "validate_space": False}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kibana.close()

    def version(self) -> Version:
        """Of the server. Stop if it is older than 9.0, is not Kibana or does not accept the credentials."""
        body = self._asking.body(Errand("tell its version", "space"), self._kibana.status.get_status)
        if not isinstance(body, Mapping) or "status" not in body:
            raise Stop(f"{self.where} answers, but not as Kibana: check VIGIE_KIBANA_URL and its base path")
        told = body.get("version")
        text = str(told.get("number", "")) if isinstance(told, Mapping) else ""
        numbers = text.split("-", maxsplit=1)[0].split(".")[:2]
        if not text:
            raise credentials(f"Kibana at {self.where}")
        if len(numbers) < 2 or not all(part.isdigit() for part in numbers):  # noqa: PLR2004 - major and minor
            raise Stop(f"Kibana at {self.where} has a version that says nothing: {text[:40]!r}")
        version = Version((int(numbers[0]), int(numbers[1])), text)
        if version.number < OLDEST:
            raise Stop(
                f"Kibana at {self.where} is {text}, Vigie's boards need 9.0 or newer: upgrade it with its Elasticsearch"
            )
        return version

    def must_exist(self) -> None:
        """Stop if there is no such space, with the names of those that the credentials can see."""
        if self.name == "default":
            return
        errand = Errand("see the space", "space")
        if self._asking.body(errand, lambda: self._kibana.spaces.get(id=self.name), absent=NotFoundError) is not None:
            return
        found = self._asking.body(Errand("list the spaces", "space"), self._kibana.spaces.get_all)
        names = sorted(str(space.get("id")) for space in found)
        near = get_close_matches(self.name, names, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
        raise Stop(f"Kibana at {self.where} has no space {self.name}; {hint} (make it in Stack Management > Spaces)")

    def board(self, board_id: str) -> Mapping[str, Any] | None:
        """What the Dashboards API says of a board, {id, data, meta, warnings}; None if it is not there."""
        return self._asking.body(  # type: ignore[no-any-return] # JSON
            Errand(f"read the board {board_id}", "dashboard"),
            lambda: self._kibana.dashboards.get(id=board_id, **self._in),
            absent=NotFoundError,
        )

    def put_board(self, board_id: str, body: Mapping[str, Any]) -> None:
        """Make the board, or replace it whole, through the Dashboards API (Kibana 9.4 and newer)."""
        self._asking.body(
            Errand(f"write the board {board_id}", "dashboard"),
            lambda: self._kibana.dashboards.update(id=board_id, **body, **self._in),
        )

    def export(self, keys: Sequence[Key], *, deep: bool = False) -> dict[Key, Record]:
        """The saved objects of these that exist, with all they refer to if `deep`."""
        wanted = [{"type": kind, "id": name} for kind, name in keys]
        errand = Errand("export boards", "export")
        while wanted:

            def call(objects: list[dict[str, str]] = wanted) -> ApiResponse[Any]:
                return self._kibana.saved_objects.export(
                    objects=objects, exclude_export_details=True, include_references_deep=deep, **self._in_objects
                )

            try:
                lines = self._asking.body(errand, call, pass_on=_names_objects)
            except ApiError as error:
                wanted = self._left(wanted, errand, error)
            else:
                if isinstance(lines, Mapping):
                    lines = [lines] if lines else []
                return {(line["type"], line["id"]): line for line in lines if "type" in line}
        return {}

    def _left(self, wanted: list[dict[str, str]], errand: Errand, error: ApiError) -> list[dict[str, str]]:
        """Those that an export did not find missing; what else it says is raised: nothing is lost in silence."""
        told = _unread(error)
        if forbidden := {kind for (kind, _), status in told.items() if status == FORBIDDEN}:
            raise missing_privilege(self.where, self.name, errand.words, sorted(forbidden)) from None
        left = [one for one in wanted if (one["type"], one["id"]) not in told]
        if len(left) == len(wanted) or set(told.values()) != {NOT_FOUND}:
            raise fate(self.where, self.name, errand, error) from None
        return left

    def load(self, records: Iterable[Mapping[str, Any]]) -> Imported:
        """Import saved objects, overwriting those with the same identifiers; what came of each."""
        lines = [dict(record) for record in records]
        # Bytes, since kibana-py writes a list as ASCII, and an import has a size limit.
        file = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        answer = self._asking.body(
            Errand("import boards", "export"),
            lambda: self._kibana.saved_objects.import_objects(file=file, overwrite=True, **self._in_objects),
        )
        return outcome(lines, answer)

    def rule(self, rule_id: str) -> Mapping[str, Any] | None:
        """An alerting rule; None if it is not there."""
        return self._asking.body(  # type: ignore[no-any-return] # JSON
            Errand(f"read the rule {rule_id}", "rule"),
            lambda: self._kibana.alerting.rule.get(id=rule_id, **self._in),
            absent=NotFoundError,
        )

    def make_rule(self, rule_id: str, body: Mapping[str, Any]) -> None:
        """Make an alerting rule under our identifier."""
        self._asking.body(
            Errand(f"make the rule {rule_id}", "rule"),
            lambda: self._kibana.alerting.rule.create(id=rule_id, **body, **self._in),
        )

    def change_rule(self, rule_id: str, body: Mapping[str, Any]) -> None:
        """Replace what a rule looks for and does; whether it is enabled stays."""
        self._asking.body(
            Errand(f"change the rule {rule_id}", "rule"),
            lambda: self._kibana.alerting.rule.update(id=rule_id, **body, **self._in),
        )

    def connector(self, connector_id: str) -> Mapping[str, Any] | None:
        """A connector; None if it is not there."""
        return self._asking.body(  # type: ignore[no-any-return] # JSON
            Errand(f"read the connector {connector_id}", "rule"),
            lambda: self._kibana.actions.get(id=connector_id, **self._in_objects),
            absent=NotFoundError,
        )

    def make_connector(self, connector_id: str, name: str, kind: str) -> None:
        """Make a connector without settings or secrets under our identifier."""
        self._asking.body(
            Errand(f"make the connector {connector_id}", "rule"),
            lambda: self._kibana.actions.create(name=name, connector_type_id=kind, id=connector_id, **self._in_objects),
        )


def connect(
    url: str,
    *,
    space: str = "default",
    api_key: str | None = None,
    ca: Path | None = None,
    timeout: float = 60.0,
    patience: Patience = PATIENCE,
) -> Space:
    """One space of the Kibana at `url` (a base path is fine; `user:password@` is understood). Nothing is sent yet.

    `api_key` is what Kibana shows as encoded, or `id:key`; `ca` is the PEM file of the authority that signed the
    server's certificate; `timeout` is of one call, in seconds. Raises Stop if one of them cannot be used.
    """
    where = shown(url)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        raise Stop(f"VIGIE_KIBANA_URL={where} is no address: write it like https://kibana.example.org:5601")
    if api_key and parts.username:
        raise Stop("VIGIE_KIBANA_URL has a user and VIGIE_KIBANA_API_KEY is set: keep one of them")
    node: dict[str, Any] = {
        "scheme": parts.scheme,
        "host": host,
        "port": port or (443 if parts.scheme == "https" else 80),
        "path_prefix": parts.path.rstrip("/"),
    }
    if ca and parts.scheme == "https":
        _check_authority(ca)
        node["ca_certs"] = str(ca)
    key, colon, secret = (api_key or "").partition(":")
    kibana = Kibana(
        [node],
        api_key=(key, secret) if colon else api_key,
        basic_auth=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
        request_timeout=timeout,
        max_retries=0,
        retry_on_status=[],
    )
    return Space(kibana, where, space, patience=patience)


def _check_authority(ca: Path) -> None:
    """Stop unless the file holds a certificate: the client would only notice at the first call, in its own words."""
    try:
        ssl.create_default_context(cafile=str(ca))
    except OSError as error:
        reason = "no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise Stop(f"VIGIE_KIBANA_CA={ca} cannot be used ({reason}): give the PEM file of the authority") from None


def _names_objects(error: ApiError) -> bool:
    return error.status_code == BAD_REQUEST and bool(_unread(error))


def _unread(error: ApiError) -> dict[Key, int]:
    """The objects that an export could not read, with the status of each."""
    attributes = error.body.get("attributes") if isinstance(error.body, Mapping) else None
    objects = attributes.get("objects") or () if isinstance(attributes, Mapping) else ()
    return {
        (str(one.get("type")), str(one.get("id"))): int(one["error"].get("statusCode", 0))
        for one in objects
        if isinstance(one.get("error"), Mapping)
    }
