"""What Vigie left in a space, so that any machine sees whether a board was changed by hand since. Pure.

The board itself cannot hold it, as writing it would change the board. It stands in the description of our tag: the
version of Kibana, then for each board a digest of what Kibana stored and of what we had sent, five characters each; the
first pair is that of the data views.
Kibana's own pages accept descriptions of up to 100 characters: six boards take 88.
"""

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

LENGTH: Final = 5
BASE: Final = "views"  # in the place of the first digest: what was sent as data views
INTENDED: Final = "later"  # in the place of the first digest: a board about to be sent
DESCRIPTION = re.compile(rf"Vigie (\S+)((?: [\w-]{{{2 * LENGTH}}})*)")


def digest(value: object) -> str:
    """Five characters that change with any part of a JSON value: 30 bits, enough to notice, not to defend."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()[:LENGTH]


def of_stored(record: Mapping[str, Any]) -> str:
    """The digest of a board as Kibana stores it: content and references, without its times and versions."""
    references = sorted(json.dumps(one, sort_keys=True) for one in record.get("references") or ())
    return digest([record.get("attributes"), references])


@dataclass(frozen=True, slots=True)
class Memory:
    """`pairs` are digests (stored, sent), whatever the board; `version` is Kibana's when they were made."""

    version: str = ""
    pairs: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def read(cls, tag: Mapping[str, Any] | None) -> Self:
        """From our tag as exported; empty if it is not there or somebody wrote another description."""
        description = str(((tag or {}).get("attributes") or {}).get("description") or "")
        found = DESCRIPTION.fullmatch(description)
        if found is None:
            return cls()
        return cls(found[1], frozenset((pair[:LENGTH], pair[LENGTH:]) for pair in found[2].split()))

    def description(self) -> str:
        """For the tag."""
        return " ".join(["Vigie", self.version, *sorted(stored + sent for stored, sent in self.pairs)])

    def untouched(self, stored: str) -> bool:
        """True if this very content is what Kibana stored after a deployment of ours."""
        return any(stored == known for known, _ in self.pairs)

    def intended(self, sent: str) -> bool:
        """True if a deployment that did not come to its end was about to send this."""
        return (INTENDED, sent) in self.pairs
