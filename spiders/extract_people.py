"""Author names as shown: mail addresses, prefixes and punctuation of the page go, the name's own dots stay."""

import re

MAIL = re.compile(r"<?[^\s<>()@＠]{1,64}\s?(?:@|＠|\(at\)|\[at\])\s?[^\s<>()@＠]{1,200}>?", re.IGNORECASE)
BEFORE = re.compile(
    r"^(?:(?:written|posted|published|reviewed|created|started|asked|answered|review) by|by|par|"
    r"(?:publié|écrit|posté|rédigé|proposé|avis) (?:par|de)|author|auteur|autrice)\b\s*:?\s+(?=\S)",
    re.IGNORECASE,
)
AFTER = re.compile(r"\s*(?:\b(?:says?|said|wrote|writes|a dit|dit|a écrit|écrit)\s*[:.]?|[,;:|»·•])\s*$", re.IGNORECASE)
LONGEST = 100
NOBODY = frozenset(("", "admin:", "author", "auteur", "by", "par", "unknown", "none", "null"))


def clean_author(text: str | None) -> str | None:
    """The name of a person as a page shows it; None if what stands there is no name.

    `w.hartley@example.org (W. Hartley)` gives `W. Hartley`; a bare mail address gives None, for it must not be
    stored.
    """
    if not text or len(text) > 10 * LONGEST:
        return None
    name = " ".join(text.split())
    if MAIL.search(name):
        name = MAIL.sub(" ", name).strip().strip("()<>\"'").strip()
    name = AFTER.sub("", BEFORE.sub("", name, count=1)).strip()
    if name.startswith(("http://", "https://", "//")) or len(name) > LONGEST or name.casefold() in NOBODY:
        return None
    return name if any(char.isalnum() for char in name) else None
