"""URLs: one spelling per page (RFC 3986 section 6.2, plus what trackers and sessions add).

The rules, all of them:

* scheme and host in lower case, default port, user name, password and fragment dropped, IDN host in its
  ASCII form (UTS 46); a dot at the end of the host is dropped; `www.` and the scheme stay, so that a canonical URL
  still opens (`mentions.identity` ignores both);
* dot segments resolved; percent escapes decoded where they need not be, in upper case where they must;
* `index.html`, `index.htm` and `index.php` at the end of the path dropped, and then a slash at the end,
  except the one of the root;
* campaign and session parameters dropped, the others sorted by name, equal names left in their order;
* an AMP page keeps its own URL unless only a parameter (`?amp`, `?amp=1`) tells it apart.
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

import idna

from mentions.errors import RejectedItem

MAX_LENGTH = 8_192
DEFAULT_PORTS = {"http": 80, "https": 443}
INDEX_PAGES = ("index.html", "index.htm", "index.php")

# Campaign parameters of Google, Meta, Microsoft, Yandex, TikTok, Twitter, Mailchimp, HubSpot, Marketo, Matomo,
# AT Internet (Piano) and others, and WordPress's link that only unfolds the reply form.
TRACKER = re.compile(
    r"(?:utm|mc|mtm|pk|at|hsa|itm|oly|piwik|vero)_.*|_ga|_gl|_hsenc|_hsmi|_openstat|dclid|fbclid|gbraid|gclid|gclsrc"
    r"|fb_(?:action_ids|action_types|ref|source)|hsctatracking|igsh|igshid|mkt_tok|msclkid|ncid|ref_src|ref_url"
    r"|replytocom|s_cid|spm|srsltid|ttclid|twclid|wbraid|wickedid|wt_mc|xtor|yclid"
)
SESSION = re.compile(r"aspsessionid\w*|cfid|cftoken|jsessionid|osc_?id|oscsid|phpsessid|sessid|session_?id|zenid")
# `s` and `sid` also carry identities ("story.php?sid=12"): only a value that looks like a session goes.
SESSION_VALUE = re.compile(r"[0-9a-f]{16,}|[0-9a-z,-]{26,}", re.IGNORECASE)
SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|%")
SAFE_PATH = "/%:@!$&'()*+,;=~"
SAFE_QUERY = SAFE_PATH + "?"
CREDENTIALS = re.compile(r"^([A-Za-z]+://)[^/?#]*@")
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
CONTROLS = re.compile(r"[\x00-\x20\x7f]")


def canonical_url(url: str) -> str:
    """The one spelling of a page's URL; RejectedItem `bad-url` if it is not an absolute http(s) URL.

    Idempotent. The result opens the page on ordinary servers, but `url` itself is the safer link.
    """
    return _canonical(url)


@lru_cache(maxsize=1_024)  # the comments of a page share its URL
def _canonical(url: str) -> str:
    parts = _split(url)
    path = _path(parts.path)
    query = _query(parts.query)
    return f"{parts.scheme}://{_authority(parts)}{path}" + (f"?{query}" if query else "")


def site_of(url: str) -> str:
    """The host without `www.`, with `:port` where it is not the scheme's own; RejectedItem `bad-url`."""
    return _authority(_split(url)).removeprefix("www.")


def without_credentials(url: str) -> str:
    """The URL as given, less a user name and password."""
    return CREDENTIALS.sub(r"\1", url.strip(), count=1)


def _split(url: str) -> SplitResult:
    text = url.strip()
    if not text or len(text) > MAX_LENGTH:
        raise RejectedItem("bad-url", f"expected 1 to {MAX_LENGTH} characters, found {len(text)}")
    try:
        # A browser drops tabs and line ends inside a URL and reads other controls as escapes; so do we.
        parts = urlsplit(CONTROLS.sub(lambda m: quote(m[0]), re.sub(r"[\t\r\n]", "", text)))
        _ = parts.port  # raises on a port that is no number
    except (ValueError, UnicodeError) as error:
        raise RejectedItem("bad-url", f"{text[:200]!r}: {error}") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise RejectedItem("bad-url", f"expected http:// or https:// and a host, found {text[:200]!r}")
    return parts


def _authority(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else _ascii_host(host)  # urlsplit has checked an IPv6 address
    return host if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"


def _ascii_host(host: str) -> str:
    try:
        plain = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise RejectedItem("bad-url", f"host {host[:100]!r}: {error}") from error
    if not HOST.fullmatch(plain) or ".." in plain:
        raise RejectedItem("bad-url", f"{host[:100]!r} is not a host name")
    return plain


def _path(path: str) -> str:
    plain = SESSION_IN_PATH.sub("", _escaped(path, SAFE_PATH))
    if "/." in plain:
        plain = _without_dots(plain)
    head, _, last = plain.rpartition("/")
    if last in INDEX_PAGES:
        plain = head
    return plain.rstrip("/") or "/"


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4, for a path that starts with a slash; the slash at its end does not matter here."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)


def _query(query: str) -> str:
    pairs = []
    for field in query.split("&"):
        name, equals, value = _escaped(field, SAFE_QUERY).replace("%20", "+").partition("=")
        if field and not _is_noise(name.lower(), value):
            pairs.append((name, equals + value))
    pairs.sort(key=lambda pair: pair[0])
    return "&".join(name + value for name, value in pairs)


def _is_noise(name: str, value: str) -> bool:
    if name == "amp":
        return value.lower() in ("", "1", "true")
    if name in ("s", "sid"):
        return SESSION_VALUE.fullmatch(value) is not None
    return bool(TRACKER.fullmatch(name) or SESSION.fullmatch(name))


def _escaped(text: str, safe: str) -> str:
    """Percent escapes in one spelling (RFC 3986 sections 6.2.2.1 and 6.2.2.2)."""
    if "%" in text:
        text = ESCAPE.sub(_escape, text)
    return quote(text, safe=safe, errors="replace")


def _escape(found: re.Match[str]) -> str:
    if not found[1]:
        return "%25"
    byte = int(found[1], 16)
    return chr(byte) if byte in UNRESERVED else f"%{found[1].upper()}"
