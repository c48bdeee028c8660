"""Bytes to text: what the server declares is often wrong, so the bytes have the last word.

Measured trap (docs/adr/0005): a cp1252 page declared as UTF-8 turns every accented letter into U+FFFD without
any warning; the other way round it becomes mojibake without a single U+FFFD.
"""

import codecs
import re
import zlib

import charset_normalizer
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

from mentions.errors import RejectedItem

BINARY = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"RIFF",
    b"\x7fELF",
    b"OggS",
    b"ID3",
)
GZIP = b"\x1f\x8b"
INFLATED = 16 * 1024 * 1024  # bytes: more than any sitemap or feed worth reading
BOMS = ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]")
REFERENCE = re.compile(
    r"&#(?:0{0,6}(?:[0-8]|1[1245-9]|2\d|3[01])(?!\d)|[xX]0{0,6}(?:[0-8bBeEfF]|1[\da-fA-F])(?![\da-fA-F]));?"
)  # no XML
LOST = 0.001  # share of U+FFFD above which the declared charset is not believed
SAMPLE = 65_536  # bytes: enough to tell a charset, cheap to look at
STATEFUL = ("iso-2022", "iso2022", "hz", "utf-16", "utf-32")  # ASCII-looking bytes that are not UTF-8
WESTERN = re.compile(r"(?:cp12\d\d|iso8859_\d+|latin_1|mac_\w+|cp437|cp8\d\d|hp_roman8)$")


def decode(body: bytes, *, charset: str | None = None, content_type: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text of a body and notes for people; RejectedItem("unreadable") if it is empty or binary."""
    if body.startswith(GZIP):
        body = inflate(body)
    if not body.strip(b"\0 \t\r\n"):
        raise RejectedItem("unreadable", "the body is empty")
    if body.startswith(BINARY):
        raise RejectedItem("unreadable", "the body is a binary file, not a page")
    for bom, name in BOMS:
        if body.startswith(bom):
            return usable(body[len(bom) :].decode(name, "replace")), ()
    declared = declared_charset(body, charset, content_type)
    if declared is None or not declared.startswith(STATEFUL):
        text = as_utf8(body)
        if text is not None:
            wrong = declared is not None and declared != "utf-8" and not text.isascii()
            return usable(text), (f"declared {declared}, read as utf-8",) if wrong else ()
    text = body.decode(declared, "replace") if declared else ""
    if declared and text.count("\ufffd") <= LOST * len(text):
        return usable(text), ()
    guessed = guess(body)
    return usable(body.decode(guessed, "replace")), (f"declared {declared or 'nothing'}, read as {guessed}",)


def inflate(body: bytes) -> bytes:
    """The content of a gzip file (`sitemap.xml.gz`); RejectedItem("unreadable") if it is damaged or a bomb."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        content = inflater.decompress(body, INFLATED)
    except zlib.error as error:
        raise RejectedItem("unreadable", f"the body is a damaged gzip file: {error}") from error
    if not inflater.eof:
        raise RejectedItem("unreadable", f"the body is a gzip file cut short or larger than {INFLATED} bytes")
    return content


def declared_charset(body: bytes, charset: str | None, content_type: str | None) -> str | None:
    """What header or meta say, as a Python codec name (latin-1 means cp1252 on the web: WHATWG Encoding)."""
    for name in (charset, http_content_type_encoding(content_type), html_body_declared_encoding(body[:4096])):
        resolved = resolve_encoding(name) if name else None
        if resolved and resolved != "utf-7":  # utf-7 smuggles markup past filters; no page needs it
            return str(resolved)
    return None


def as_utf8(body: bytes) -> str | None:
    """UTF-8 text, if the bytes are that but for a few damaged places; None otherwise."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    foreign = sum(1 for char in text[:SAMPLE] if char > "\x7f" and char != "\ufffd")
    return text if lost <= LOST * len(text) and foreign > 10 * lost else None


def guess(body: bytes) -> str:
    """The likeliest codec of bytes that are not what they claim; cp1252 among Western look-alikes."""
    middle = max(0, len(body) // 2 - SAMPLE // 2)
    best = charset_normalizer.from_bytes(body[middle : middle + SAMPLE]).best()
    name = best.encoding if best else "cp1252"
    return "cp1252" if WESTERN.fullmatch(name) and not name.startswith(("cp1251", "iso8859_5", "cp866")) else name


def usable(text: str) -> str:
    """The text without control characters; RejectedItem when it is mostly that."""
    sample = text[:SAMPLE]
    if len(CONTROL.findall(sample)) > 0.1 * len(sample):
        raise RejectedItem("unreadable", "the body is binary data, not text")
    text = REFERENCE.sub("", CONTROL.sub("", text))
    if not text.strip():
        raise RejectedItem("unreadable", "the body is empty")
    return text
