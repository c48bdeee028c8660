"""The plain-text twin: 78 columns, so that quoting it in a mail does not break its lines."""

from collections.abc import Iterator
from textwrap import wrap

from reports.page import Bar, Page, Quote, Section, Table

WIDTH = 78
BAR = 40


def plain(page: Page) -> str:
    """The page as text; only an address may be wider than 78 columns, since a broken one cannot be opened."""
    lines = [*_wrapped(page.title), *_wrapped(page.period), ""]
    for sentence in page.lead:
        lines += _wrapped(sentence)
    for words, url in page.links:
        lines += [*_wrapped(f"{words}{page.colon}".rstrip()), url]
    if page.figures:
        lines.append("")
    for figure in page.figures:
        details = f" ({', '.join(figure.details)})" if figure.details else ""
        lines += _wrapped(f"- {figure.label}{page.colon}{figure.value}{details}", "  ")
    for section in page.sections:
        lines += ["", *_section(section, page.colon)]
    lines += ["", "-- ", *_wrapped(page.footer)]
    return "\n".join(lines) + "\n"


def _section(section: Section, colon: str) -> Iterator[str]:
    yield section.heading.upper()
    yield "-" * len(section.heading)
    for bar in section.bars:
        yield _bar(bar)
    if section.table:
        yield from _table(section.table, colon)
    for number, quote in enumerate(section.quotes, 1):
        yield from _quote(quote, number)
    for line in section.lines:
        yield from _wrapped(line)
    if section.note:
        yield from _wrapped(f"({section.note})")


def _bar(bar: Bar) -> str:
    signs = "".join(
        sign * round(share * BAR / 100)
        for sign, share in (("-", bar.negative), (".", bar.neutral), ("+", bar.positive))
    )
    return f"{bar.label:<8} {bar.total:>6} {signs}".rstrip()


def _table(table: Table, colon: str) -> Iterator[str]:
    """Columns side by side where they fit, else one block a row."""
    rows = (table.head, *table.rows)
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.head))]
    if sum(widths) + 2 * (len(widths) - 1) <= WIDTH:
        for row in rows:
            first, *others = (
                cell.ljust(w) if n == 0 else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
            yield "  ".join((first, *others)).rstrip()
        return
    for row in table.rows:
        yield from _wrapped(row[0])
        for name, cell in zip(table.head[1:], row[1:], strict=True):
            yield from _wrapped(f"  {name}{colon}{cell}", "    ")


def _quote(quote: Quote, number: int) -> Iterator[str]:
    yield from _wrapped(f"{number}. {quote.text}", "   ")
    yield from _wrapped("   " + " · ".join((quote.facts, *quote.tags)), "   ")
    if quote.url:
        yield f"   {quote.url}"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]
