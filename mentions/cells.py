"""The cells of the count cube, from columns that a store read: event hour by hour of arrival, per source.

The mentions of a large brand are tens of thousands of rows in almost as many cells: numpy groups them, and only the
few cells of more than two mentions are looked at one by one (benchmarks/store.py).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from mentions.columns import HOUR, TO_YEAR_1, micros, moment
from mentions.queries import CountRow

PER_AUTHOR = 3
# Hours since year 1 and the label travel as one integer, for columns cost more than arithmetic: 27 bits reach 9999.
BITS = 27
_row = partial(tuple.__new__, CountRow)  # what CountRow._make does, thrice as fast


def whole_hours(start: datetime, end: datetime) -> tuple[int, int]:
    """The event hours that begin in [start, end), as microseconds [first, last)."""
    first, last = (-(-micros(at) // HOUR) * HOUR for at in (start, end))
    return first, last


def cells(packed: list[int], sources: list[str], severities: list[float], authors: list[str | None]) -> list[CountRow]:
    """Cells by hour, source, arrival, from columns in the order of (published_at, id).

    `packed`: event hour and hour of first sight, both since year 1, BITS each, then 1 for a negative label. Of an
    author, the first three rows of a cell count; a row without one always counts.
    """
    if not packed:
        return []
    import numpy as np  # noqa: PLC0415 - only the watch asks for counts: other commands start without it

    names = sorted(set(sources))
    place = {name: number for number, name in enumerate(names)}
    source = np.array([place[name] for name in sources])
    bits = np.array(packed)
    event, negative = bits >> (BITS + 1), bits & 1
    arrived = np.maximum(event, (bits >> 1) & ((1 << BITS) - 1))
    order = np.lexsort((arrived, source, event))  # stable: rows of a cell stay in the order of the query
    event, source, arrived = event[order], source[order], arrived[order]
    changed = (event[1:] != event[:-1]) | (source[1:] != source[:-1]) | (arrived[1:] != arrived[:-1])
    starts = np.flatnonzero(np.append(True, changed))
    sizes = np.diff(starts, append=len(packed))
    numbers, negatives = sizes.tolist(), np.add.reduceat(negative[order], starts).tolist()
    sums = np.add.reduceat(np.array(severities)[order], starts).tolist()
    for cell in np.flatnonzero(sizes >= PER_AUTHOR).tolist():  # numpy adds three numbers in another order than Python
        kept = _first_of_authors(order[starts[cell] : starts[cell] + sizes[cell]].tolist(), authors)
        numbers[cell], negatives[cell] = len(kept), sum(packed[row] & 1 for row in kept)
        sums[cell] = sum(severities[row] for row in kept)
    hours = (_moments(hour[starts].tolist()) for hour in (event, arrived))
    columns = ([names[at] for at in source[starts].tolist()], *hours, numbers, negatives, sums)
    return list(map(_row, zip(*columns, strict=True)))


def _first_of_authors(rows: Sequence[int], authors: Sequence[str | None]) -> list[int]:
    """At most three rows of each known author, the first ones."""
    if len(rows) <= PER_AUTHOR:
        return list(rows)
    seen: Counter[str | None] = Counter()
    kept = []
    for row in rows:
        author = authors[row]
        seen[author] += 1
        if author is None or seen[author] <= PER_AUTHOR:
            kept.append(row)
    return kept


def _moments(hours: Sequence[int]) -> list[datetime]:
    """Starts of hours since year 1; each is made once, for most come often."""
    made = {hour: moment(hour * HOUR - TO_YEAR_1) for hour in set(hours)}
    return [made[hour] for hour in hours]
