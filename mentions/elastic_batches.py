"""Actions as the lines of a bulk request, cut into batches: each serialised once, no id twice in a batch."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from mentions.model import Mention

Kind: TypeAlias = Literal["index", "update", "delete"]
CONFLICTS: Final = 3  # how often the server itself repeats a merge that another write overtook

_quoted = json.encoder.encode_basestring_ascii
_dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_dumps_ascii = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Action:
    """One write. `body`: the document (index) or the fields to merge (update), as values or as JSON bytes.

    `version` (index, delete): written only if strictly greater than the stored one. `mention` is what a dead
    letter keeps; without it a refused action is only reported.
    """

    kind: Kind
    index: str
    id: str
    body: Mapping[str, Any] | bytes | None = None
    version: int | None = None
    mention: Mention | None = None


@dataclass(slots=True)
class Item:
    """An action on its way: its lines of the request, line ends included, empty if it cannot be sent.

    `refusals` counts the answers that blamed the server (500): they may blame the document in truth.
    """

    kind: Kind
    index: str
    id: str
    versioned: bool
    lines: bytes
    mention: Mention | None
    refusals: int = 0


@dataclass(slots=True)
class Batch:
    """What goes into one request; `unfit` are documents that no request can carry, with the reason."""

    items: list[Item] = field(default_factory=list)
    unfit: list[tuple[Item, str]] = field(default_factory=list)
    size: int = 0
    keys: set[tuple[str, str]] = field(default_factory=set)

    def add(self, item: Item) -> None:
        """Append an item."""
        self.items.append(item)
        self.size += len(item.lines)
        self.keys.add((item.index, item.id))


def cut(actions: Iterable[Action], *, size: int, count: int, largest: int) -> Iterator[Batch]:
    """Batches of at most `count` actions and `size` bytes; a document beyond `largest` bytes is unfit.

    Actions are pulled one batch at a time. An id that comes twice begins a new batch, so that the second action
    cannot overtake the first. A document beyond `size` travels alone.
    """
    batch = Batch()
    for action in actions:
        item, reason = item_of(action, largest)
        full = len(batch.items) >= count or (batch.items and batch.size + len(item.lines) > size)
        if full or len(batch.unfit) >= count or (item.index, item.id) in batch.keys:
            yield batch
            batch = Batch()
        if reason:
            batch.unfit.append((item, reason))
        else:
            batch.add(item)
    if batch.items or batch.unfit:
        yield batch


def item_of(action: Action, largest: int) -> tuple[Item, str | None]:
    """The action serialised, or an item without lines and the reason why it cannot be sent."""
    item = Item(action.kind, action.index, action.id, action.version is not None, b"", action.mention)
    try:
        item.lines = _lines(action)
    except ValueError as error:
        return item, f"cannot be written as JSON: {error}"
    if len(item.lines) > largest:
        reason = f"the document has {len(item.lines):,} bytes, more than {largest:,}"
        item.lines = b""
        return item, reason
    return item, None


def _lines(action: Action) -> bytes:
    head = _head(action)
    if action.kind == "delete":
        return head
    if action.body is None:
        raise TypeError(f"an action of kind {action.kind} has a body")
    # A line end between two tokens is only a blank in JSON, but would end the line of the bulk request.
    body = action.body.replace(b"\n", b" ") if isinstance(action.body, bytes) else _json(action.body)
    return b'%s{"doc":%s}\n' % (head, body) if action.kind == "update" else b"%s%s\n" % (head, body)


def _head(action: Action) -> bytes:
    """The first line, written by hand: it costs a fifth of the encoder's time, for every action."""
    rest = ""
    if action.version is not None:
        if action.kind == "update":
            raise TypeError("an update has no version: the server refuses it")
        rest = f',"version":{action.version:d},"version_type":"external"'
    elif action.kind == "update":
        rest = f',"retry_on_conflict":{CONFLICTS}'
    return f'{{"{action.kind}":{{"_index":{_quoted(action.index)},"_id":{_quoted(action.id)}{rest}}}}}\n'.encode()


def _json(value: Mapping[str, Any]) -> bytes:
    try:
        return _dumps(value).encode()
    except UnicodeEncodeError:  # half a surrogate pair cannot be written as UTF-8, but as an escape
        return _dumps_ascii(value).encode()
