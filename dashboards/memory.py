"""What Vigie left in a space, so that any machine sees whether a board was changed by hand since. Pure.

The board itself cannot hold it, as writing it would change the board. It stands in the description of our tag: the
version of Kibana, then a word of eleven characters for each board, made of three digests: of its id, of what Kibana
stored, of what we had sent. One more word is that of tag and data views. Kibana's own pages accept descriptions of up
to 100 characters: six boards take 95.
"""

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias

NAME, STORED, SENT = 2, 5, 4  # characters of six bits: enough to notice a change, not to defend against one
BASE: Final = "base"  # in the place of a board's id: tag and data views
INTENDED: Final = "later"  # in the place of what is stored: about to be sent
DESCRIPTION = re.compile(rf"Vigie (\S+)((?: [\w-]{{{NAME + STORED + SENT}}})*)")
Word: TypeAlias = tuple[str, str, str]


def digest(value: object) -> str:
    """Characters that change with any part of a JSON value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()


def of_stored(record: Mapping[str, Any]) -> str:
    """The digest of a board as Kibana stores it: content and references, without its times and versions."""
    references = sorted(json.dumps(one, sort_keys=True) for one in record.get("references") or ())
    return digest([record.get("attributes"), references])


@dataclass(frozen=True, slots=True)
class Memory:
    """`version` is Kibana's when the words were made."""

    version: str = ""
    words: frozenset[Word] = frozenset()

    @classmethod
    def read(cls, tag: Mapping[str, Any] | None) -> Self:
        """From our tag as exported; empty if it is not there or somebody wrote another description."""
        description = str(((tag or {}).get("attributes") or {}).get("description") or "")
        found = DESCRIPTION.fullmatch(description)
        if found is None:
            return cls()
        words = ((word[:NAME], word[NAME:-SENT], word[-SENT:]) for word in found[2].split())
        return cls(found[1], frozenset(words))

    def description(self) -> str:
        """For the tag."""
        return " ".join(["Vigie", self.version, *sorted(map("".join, self.words))])

    def knows(self, name: str, stored: str, sent: str) -> bool:
        """True if Kibana stored this when we had sent that; `name` is a board's id or BASE."""
        return _word(name, stored, sent) in self.words

    def untouched(self, name: str, stored: str) -> bool:
        """True if this very content is what Kibana stored after a deployment of ours."""
        return any(_word(name, stored, sent) == (known, there, sent) for known, there, sent in self.words)

    def sent(self, name: str) -> frozenset[str]:
        """What was sent under this name, shortened."""
        return frozenset(sent for known, _, sent in self.words if known == digest(name)[:NAME])

    def intending(self, version: str, sent: Mapping[str, str]) -> "Memory":
        """With what is about to be sent; what was known stays, in case it does not come to that."""
        return Memory(version, self.words | {_word(name, INTENDED, each) for name, each in sent.items()})

    def after(self, version: str, done: Mapping[str, tuple[str, str]]) -> "Memory":
        """With what is stored and was sent of these, in the place of all that was known of them."""
        names = {digest(name)[:NAME] for name in done}
        kept = {word for word in self.words if word[0] not in names}
        return Memory(version, frozenset(kept | {_word(name, *pair) for name, pair in done.items()}))


def _word(name: str, stored: str, sent: str) -> Word:
    return digest(name)[:NAME], stored[:STORED], sent[:SENT]
