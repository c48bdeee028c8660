"""What came of an import: Kibana answers 200 even where nothing was imported, and says in the body what failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.answers import short

REASONS: Mapping[str, str] = {
    "conflict": "an object with this identifier exists already",
    "ambiguous_conflict": "several objects could be meant: delete the copies in Stack Management > Saved Objects",
    "unsupported_type": "this Kibana does not know the type",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """Identifiers that are in, and the reason for each that is not."""

    done: tuple[str, ...]
    failed: Mapping[str, str]


def outcome(sent: Sequence[Mapping[str, Any]], answer: Mapping[str, Any]) -> Imported:
    """Read the answer of `_import` to these objects."""
    failed = {str(error.get("id")): _reason(error) for error in answer.get("errors") or ()}
    for result in answer.get("successResults") or ():
        other = result.get("destinationId")
        if other and other != result.get("id"):
            # Identifiers are unique across spaces: this one belongs to another, and links would miss the copy.
            failed[str(result["id"])] = (
                f"Kibana stored it as {other}, as another space holds this identifier: delete it there"
            )
    ids = [str(record["id"]) for record in sent]
    if not answer.get("success") and not failed:
        failed = dict.fromkeys(ids, f"Kibana says only that it failed: {short(answer)}")
    return Imported(tuple(name for name in ids if name not in failed), failed)


def _reason(error: Mapping[str, Any]) -> str:
    told = error.get("error")
    cause: Mapping[str, Any] = told if isinstance(told, Mapping) else {"message": told}
    if cause.get("type") == "missing_references":
        missing = ", ".join(f"{one.get('type')} {one.get('id')}" for one in cause.get("references") or ())
        return f"it refers to what is not in this space: {missing}"
    known = REASONS.get(str(cause.get("type")))
    return known or short(cause.get("message") or cause.get("type") or "no reason given")
