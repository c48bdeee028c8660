"""Text as people wrote it: repaired, normalised, its paragraphs kept. `tokens` lives in `mentions.tokens`.

Encoding is repaired by ftfy (Speer 2019, doi 10.5281/zenodo.2591652), asked only where a line holds the traces
of UTF-8 read as cp1252 or Latin-1; its own heuristic then decides, so that good French is left alone.
"""

import re
import unicodedata

from ftfy import TextFixerConfig, fix_encoding
from ftfy.fixes import fix_c1_controls, fix_surrogates, unescape_html

from mentions.tokens import search_text, tokens

__all__ = ["clean_line", "clean_text", "search_text", "tokens"]

# Bytes 80 to BF as Latin-1 and cp1252 show them: what follows the lead byte of a UTF-8 sequence.
TAIL = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
MOJIBAKE = re.compile(f"[\u00c2-\u00df]{TAIL}|[\u00e0-\u00ef]{TAIL}{{2}}|[\u00f0-\u00f4]{TAIL}{{3}}|Ã ")
C1_CONTROLS = re.compile("[\u0080-\u009f]")
SURROGATES = re.compile("[\ud800-\udfff]")
AMPERSANDS = re.compile(r"&(?:(?:amp|AMP|#0{0,4}38|#[xX]0{0,4}26);)+(?=[#0-9A-Za-z]{1,24};)")
ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,24};")

# C0 and C1 controls but tab and line feed, soft hyphen, zero width, bidirectional and annotation controls,
# unassigned for ever. The joiners U+200C and U+200D are kept where a script or an emoji needs them.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
JOINERS = re.compile("([\u200c\u200d])[\u200c\u200d]+")
IDLE_JOINER = re.compile("(?:(?<=[\\s!-\u024f])|^)[\u200c\u200d]|[\u200c\u200d](?=[\\s!-\u024f]|$)")
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
SPACES = re.compile("[ \t\x1f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
BLANKS = re.compile(r" ?\n ?")
GAPS = re.compile(r"\n{3,}")

REPAIR = TextFixerConfig(unescape_html=False)
MAX_ROUNDS = 8


def clean_text(text: str) -> str:
    """Repaired (entities, mojibake), NFC, without invisible characters; lines trimmed, one blank line at most.

    Idempotent on any text that nests its damage fewer than eight times. Never touches wording or punctuation.
    """
    for _ in range(MAX_ROUNDS):
        cleaned = _once(text)
        if cleaned == text or not ("&" in cleaned or MOJIBAKE.search(cleaned)):
            return cleaned
        text = cleaned
    return text


def clean_line(text: str) -> str:
    """The same on one line, for titles and names."""
    return clean_text(text).replace("\n\n", "\n").replace("\n", " ")


def _once(text: str) -> str:
    if "&" in text and ENTITY.search(text):
        text = unescape_html(AMPERSANDS.sub("&", text))
    if not text.isascii():
        text = _repaired(text)
    return unicodedata.normalize("NFC", _spaced(text).strip(" \n"))


def _repaired(text: str) -> str:
    if SURROGATES.search(text):
        text = fix_surrogates(text)
    if MOJIBAKE.search(text):
        lines = [fix_encoding(line, REPAIR) if MOJIBAKE.search(line) else line for line in text.split("\n")]
        text = "\n".join(lines)
    return fix_c1_controls(text) if C1_CONTROLS.search(text) else text


def _spaced(text: str) -> str:
    if text.isprintable():  # then U+0020 is its only space, and nothing in it is invisible
        return " ".join(text.split()) if "  " in text else text
    text = INVISIBLE.sub("", LINE_ENDS.sub("\n", text))
    if "\u200d" in text or "\u200c" in text:
        text = IDLE_JOINER.sub("", JOINERS.sub(r"\1", text))
    return GAPS.sub("\n\n", BLANKS.sub("\n", SPACES.sub(" ", text)))
