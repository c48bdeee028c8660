"""The text as the shipped model reads it, in training and at run time alike."""

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

TARGET, USER, LINK = "[T]", "@user", "[url]"
OTHER = "[MASK]"  # a brand that is not meant: the token of the masked-language run, which no text uses otherwise
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
SURROGATES = re.compile("[\ud800-\udfff]")
URL = re.compile(r"(?:https?://|www\.)\S+|\bhttps?\b:?|\{link\}|\[URL\]", re.IGNORECASE)
HANDLE = re.compile(r"(?<![\w.])(?:@\w+)+|\[USER\]")
LONG_RUN = re.compile(r"(.)\1{3,}")
FORGED = re.compile(r"\[(T|MASK|CLS|SEP|PAD|UNK)\]")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
CURLY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " "})


@lru_cache(maxsize=4096)
def _spelt(target: str) -> str:
    """A pattern of where a name stands: as a word of its own, behind @ or # too, glued there if of several words."""
    name = unicodedata.normalize("NFC", html.unescape(target)).translate(CURLY).strip().lstrip("@#")
    letters = re.findall(r"\w+", name)
    if not letters:
        return ""
    forms = [r"\s+".join(map(re.escape, name.split())), r"[@#]" + "_?".join(map(re.escape, letters))]
    return rf"[@#]?(?:{'|'.join(forms)})"


@lru_cache(maxsize=4096)
def _brands(target: str, others: tuple[str, ...]) -> re.Pattern[str] | None:
    """Where the brands stand, the target as the group `target`; of two names at one place the longer is meant."""
    if not (meant := _spelt(target)):
        return None
    forms = {spelt: spelt for name in others if (spelt := _spelt(name)).casefold() != meant.casefold() and spelt}
    forms[meant] = f"(?P<target>{meant})"
    longest = sorted(forms, key=lambda spelt: (-len(spelt), spelt))
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms[spelt] for spelt in longest)})(?!\w)", re.IGNORECASE)


def prepare(text: str, target: str | None, others: Iterable[str] = ()) -> str:
    r"""One line: entities and `\u` escapes resolved, NFC, users and links as markers, runs of a sign cut to three.

    `target` is a brand as it stands in the text; every place where it does becomes `[T]`. `others` are brands that
    are not meant; where the target stands, they become OTHER. The same text and brands always give the same line; a
    text that spells a marker itself cannot forge it.
    """
    text = html.unescape(text)
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = SURROGATES.sub(" ", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    text = CONTROLS.sub(" ", unicodedata.normalize("NFC", text)).translate(CURLY)
    text = FORGED.sub(r"(\1)", text)
    if target and (brands := _brands(target, tuple(others))) and any(m["target"] for m in brands.finditer(text)):
        text = brands.sub(lambda found: f" {TARGET if found['target'] else OTHER} ", text)
    text = HANDLE.sub(f" {USER} ", URL.sub(f" {LINK} ", text))
    return " ".join(LONG_RUN.sub(r"\1\1\1", text).split())
