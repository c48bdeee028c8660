"""Which page of what a URL is: page numbers in paths and queries, fragments that name a comment or post."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

PAGED_PATH = re.compile(r"/(?:comment-page|page)[-/](\d{1,6})(?=/?$)")
PAGED_QUERY = frozenset(("page", "paged", "start", "cpage", "replytocom", "pg", "offset", "st", "post"))
PASSING = frozenset(("sid", "phpsessid", "s", "hilit", "view", "sort", "sk", "sd"))  # sessions and views of a thread

SESSION = re.compile(r"([?&])(?:sid|s|phpsessid)=[0-9a-f]{26,40}(?:&|(?=#|$))", re.IGNORECASE)


def without_session(url: str) -> str:
    """The address without the session that phpBB and others put into every link for readers without cookies."""
    if not SESSION.search(url):
        return url
    return re.sub(r"[?&]+(?=#|$)", "", SESSION.sub(r"\1", url))


def first_page(url: str) -> str:
    """The address of the first page of an article's comments, a thread or a list; no fragment."""
    parts = urlsplit(url)
    path = PAGED_PATH.sub("", parts.path)
    if path != parts.path:  # `page-2` was a child: its parent is a folder
        path = path.rstrip("/") + "/"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name.lower() not in PAGED_QUERY | PASSING]
    if path.endswith("/viewtopic.php") and dict(kept).get("t"):  # phpBB also names the board, but not always
        kept = [(name, value) for name, value in kept if name == "t"]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc, path or "/", query, ""))


def offset_of(url: str) -> int | None:
    """How many posts stand before this page, when the URL tells (`start=20`); 0 for the first page."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if query.get("start", "").isdigit():
        return int(query["start"][:9])
    page = query.get("page") or query.get("paged") or query.get("cpage") or ""
    found = PAGED_PATH.search(parts.path)
    number = found[1] if found else page
    if number and number != "1":
        return None
    return None if {"post", "p", "pid"} & query.keys() and "t" not in query else 0


def comment_number(url: str | None) -> str | None:
    """`12` of `.../#comment-12`, `#c12`, `#post-12`; None if the fragment names no comment."""
    fragment = (url or "").partition("#")[2]
    found = re.fullmatch(
        r"(?:li-|div-)?(?:comment|c|post|p|reply|r|review|avis|reponse|msg|answer)?[-_]?(\d{1,18})",
        fragment,
        re.IGNORECASE,
    )
    return found[1] if found else None


def same_site(one: str, other: str) -> bool:
    """The same host and port, `www.` aside."""
    hosts = [urlsplit(url).netloc.lower().removeprefix("www.") for url in (one, other)]
    return hosts[0] == hosts[1]
