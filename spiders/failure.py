"""What went wrong with a request, in one clause that a person understands."""

from http import HTTPStatus

from scrapy import exceptions as scrapy_errors
from scrapy.exceptions import IgnoreRequest

KNOWN: tuple[tuple[type[BaseException], str], ...] = (
    (scrapy_errors.CannotResolveHostError, "the name of the host cannot be resolved"),
    (scrapy_errors.DownloadConnectionRefusedError, "the site is down (connection refused)"),
    (scrapy_errors.DownloadTimeoutError, "no answer in time (timeout)"),
    (scrapy_errors.DownloadCancelledError, "the answer is too big, dropped"),
    (scrapy_errors.ResponseDataLossError, "the answer was cut short"),
    (scrapy_errors.UnsupportedURLSchemeError, "only http and https are fetched"),
    (scrapy_errors.NotSupported, "only http and https are fetched"),
)


def describe(error: BaseException) -> str:
    """One clause for `error`, whose text is kept only if it is ours."""
    for kind, words in KNOWN:
        if isinstance(error, kind):
            return words
    text = " ".join(str(part) for part in (*error.args, error.__cause__ or ""))
    if "DOWNLOAD_MAXSIZE" in text:
        return "the answer is too big, dropped"
    if "max redirections" in text.lower():
        return "redirects for ever (redirect loop)"
    if isinstance(error, IgnoreRequest):
        return str(error) or "refused"
    if any(word in text.lower() for word in ("ssl", "tls", "certificate")):
        return "its TLS certificate or handshake is not acceptable"
    return f"the connection failed ({type(error).__name__})"


def describe_status(status: int, location: str = "") -> str:
    """One clause for an HTTP status that is no success; `location` is where a redirect pointed."""
    if location and 300 <= status < 400:  # noqa: PLR2004 - HTTP
        return f"redirects to {location[:100]}, which is not followed"
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "error"
    return f"HTTP {status} {phrase}"
