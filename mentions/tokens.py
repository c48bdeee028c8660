"""The one tokeniser: what both stores index, what queries are read with, what near copies are measured on.

A token is one of
* a word or number: letters and digits in any script, case folded, accents folded (`é` e, `œ` oe, `ß` ss); decimal
  separators inside a number become a point (`4,5` is `4.5`);
* a handle `@name` or a tag `#name`, underscores included;
* an emoji, ZWJ sequences, flags and keycaps whole; skin tone and variation selectors are folded away;
* one Chinese or Japanese character, so that a phrase finds what no space separates.
Of ASCII it holds only `a-z 0-9 @ # _ .` (and `*` in a keycap), never a space, quote or hyphen, and it has at most 64
characters. An index needs only to split at U+0020, as mentions/sqlite_schema.py does and Elasticsearch's
`whitespace` tokeniser can.

French elisions and English endings are split (`l'équipe` is l equipe, `Acme's` is acme s, `they're` is they re), any
other apostrophe joins (`don't` is dont, `aujourd'hui` is aujourdhui). Of a URL only host and path are kept.
"""

import re
import unicodedata

MAX_TOKEN = 64

URL = re.compile(r"https?://(?:www\.)?([^\s?#]*)\S*", re.IGNORECASE)
MARKS = re.compile("[\u0300-\u036f]+")
# Before compatibility decomposition, which would turn the trade mark into "tm" and the acute into a space.
SPELLINGS = {
    **dict.fromkeys("’‘‛`´ʼʹ′＇ʻ", "'"),
    **dict.fromkeys("®©™℠\u00ad\u200b\u2060\ufeff\ufe0e\ufe0f🏻🏼🏽🏾🏿", ""),
    **dict.fromkeys("œŒ", "oe"),
    **dict.fromkeys("æÆ", "ae"),
    **dict.fromkeys("þÞ", "th"),
    "ŉ": "n",
    **dict(zip("øØłŁđĐðÐħĦı", "oollddddhhi", strict=True)),
}
SPELLED = re.compile(f"[{''.join(SPELLINGS)}]")  # three times as fast as str.translate
APOSTROPHE = re.compile("'")
LAST_WORD = re.compile(r"[^\W_]{1,7}$")
ELIDED = re.compile(r"[cdjlmnst]|(?:jus|lors|puis|quoi|quel|pres)?qu")
ENDING = re.compile(r"(?:s|re|ve|ll|d|m)(?![^\W_])")

PICTURE = (
    "[\u203c\u2049\u2194-\u21aa\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
IDEOGRAM = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
TOKEN = re.compile(
    rf"(?<![^\W_])[@#](?=\w*[^\W\d_])\w+"
    rf"|\d+(?:[.,]\d+)+(?![^\W_])"
    rf"|[^\W_{IDEOGRAM}]+(?:\u20e3)?"
    rf"|[{IDEOGRAM}]"
    rf"|[#*]\u20e3"
    rf"|[\U0001f1e6-\U0001f1ff]{{2}}"
    rf"|{PICTURE}(?:\u200d{PICTURE}){{0,6}}(?:[\U000e0020-\U000e007f]{{1,8}})?"
)


def tokens(text: str) -> tuple[str, ...]:
    """The tokens of a text, in its order; read again from their own line, they are the same."""
    if "://" in text:
        text = URL.sub(r" \1 ", text)
    found = TOKEN.findall(_folded(text))
    return tuple([token if token.isalpha() and len(token) <= MAX_TOKEN else _short(token) for token in found])


def search_text(*parts: str | None) -> str:
    """What a store indexes of these parts: their tokens, one space between."""
    return " ".join([" ".join(tokens(part)) for part in parts if part])


def _short(token: str) -> str:
    return token.replace(",", ".")[:MAX_TOKEN].rstrip(".\u200d")


def _folded(text: str) -> str:
    if text.isascii():
        text = text.lower()
    else:
        text = SPELLED.sub(lambda found: SPELLINGS[found[0]], text)
        text = MARKS.sub("", unicodedata.normalize("NFKD", text).casefold())
        text = unicodedata.normalize("NFC", text)
    return APOSTROPHE.sub(_apostrophe, text) if "'" in text else text


def _apostrophe(found: re.Match[str]) -> str:
    """What an apostrophe becomes: a border after an elision and before an English ending, else nothing in a word."""
    text, at = found.string, found.start()
    if not (text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()) or ENDING.match(text, at + 1):
        return " "
    word = LAST_WORD.search(text, max(0, at - 7), at)
    if word and ELIDED.fullmatch(word[0]) and not _continues(text, word.start()):
        return " "
    return ""


def _continues(text: str, start: int) -> bool:
    """Whether a word goes on at `start`, as the n of rock'n'roll does."""
    before = text[max(0, start - 2) : start]
    return before[-1:].isalnum() or (before[-1:] == "'" and before[:-1].isalnum())
