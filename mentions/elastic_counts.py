"""The count cube of the watch in Elasticsearch: columns of one brand, packed for `mentions.cells`."""

from mentions.cells import BITS, cells, whole_hours
from mentions.columns import HOUR, TO_YEAR_1
from mentions.elastic_reads import Reader
from mentions.elastic_where import among, between, every
from mentions.queries import CountRow, Counts

_COLUMNS = ("published_us", "first_seen_us", "sentiment_label", "source", "severity", "author_key", "id")


def counts(reader: Reader, query: Counts) -> list[CountRow]:
    """Cells by hour, source, arrival; see `mentions.cells`."""
    first, last = whole_hours(query.start, query.end)
    once = () if query.copies else (among("copy", [0]),)
    asked = every(among("brand", [query.brand]), *once, between("published_us", gte=first, lt=last))
    rows = sorted(reader.rows(asked, _COLUMNS), key=lambda row: (row[0], row[6]))
    packed = [
        ((published + TO_YEAR_1) // HOUR << BITS + 1) | ((seen + TO_YEAR_1) // HOUR << 1) | (label == "negative")
        for published, seen, label, *_ in rows
    ]
    return cells(packed, *([row[place] for row in rows] for place in (3, 4, 5)))
