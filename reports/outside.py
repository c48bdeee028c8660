"""Texts and addresses from outside, made fit to be shown: no direction marks, no controls, only web links."""

from urllib.parse import urlsplit

EXCERPT = 280  # characters of a mention that are shown
JOINERS = "\u200c\u200d"  # invisible, but words and emoji are made with them


def excerpt(text: str, length: int = EXCERPT) -> str:
    """One line of at most `length` characters, cut between words; invisible and direction marks taken out."""
    seen = (c if c.isprintable() or c.isspace() or c in JOINERS else "" for c in text)
    line = " ".join("".join(seen).split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > length // 2 else cut).rstrip(" ,;:.") + "…"


def safe_link(url: str | None) -> str | None:
    """The address if a click on it can only open a web page (no `javascript:`, no `data:`), else None."""
    try:
        return "".join(url.split()) if url and urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None
