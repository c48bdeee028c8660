"""The report as a mail: one HTML page that needs nothing else, and its plain-text twin."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.model import WeeklyReport
from reports.plain import plain
from reports.texts import Code
from reports.wording import lay_out
from reports.words import Language


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a mail needs; `subject` is one line."""

    subject: str
    html: str
    text: str


def _environment() -> Environment:
    templates = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(
        loader=templates, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


PAGES = _environment()


def render(report: WeeklyReport, language: Code, links: tuple[tuple[str, str], ...] = ()) -> Rendered:
    """The report in French or English; every text from outside is escaped, no address is loaded by itself.

    `links` are (words, URL) pairs in that language, to look further.
    """
    page = lay_out(report, Language(language, report.zone), links)
    html = PAGES.get_template("weekly.html.j2").render(page=page)
    return Rendered(page.subject, html, plain(page))
