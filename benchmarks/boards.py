"""The boards' questions to Elasticsearch, timed: every search of every panel, board by board.

Run: python benchmarks/boards.py --elastic URL [--prefix PREFIX] [--days N] [--rounds N]. First load what is asked:
python benchmarks/elastic.py --elastic URL --mentions 0 --load 1000000 --keep PREFIX. Searches go one after another, so
the sum is what one core needs; Kibana sends them together. Times are Elasticsearch's own (`took`, milliseconds): the
first round, and the median of the warm ones, each of which ends a millisecond later, so that no answer is one
remembered. The bar: the incident board's searches take at most 2 s together at 1,000,000 mentions, heap 512 MB.
"""

import argparse
import statistics
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dashboards.boards import boards
from dashboards.check import answered, newest
from dashboards.queries import searches
from dashboards.views import data_views
from mentions.elastic_client import Client, connect
from mentions.elastic_names import Names

BAR_MS = 2_000


def timed(client: Client, names: Names, end: datetime, days: int | None) -> dict[str, list[tuple[str, int]]]:
    """The milliseconds of each search of each board, by panel and part."""
    views = data_views(prefix=names.prefix)
    start = None if days is None else end - timedelta(days=days)
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for board in boards("en"):
        asked = searches(board.dashboard, views, now=end, start=start, end=None if start is None else end)
        for made in asked.values():
            for search in made:
                answer = answered(client, board, search)
                found[board.key].append((f"{search.panel} {search.part}", answer.took))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elastic", metavar="URL", required=True)
    parser.add_argument("--prefix", default="vigie")
    parser.add_argument("--days", type=int, help="a window for all boards; none: each as it opens")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    client, names = connect(given.elastic), Names(given.prefix)
    mentions, *_ = data_views(prefix=given.prefix)
    end, total = newest(client, mentions), client.count(index=names.mentions)["count"]
    cold, *warm = [timed(client, names, end + timedelta(milliseconds=n), given.days) for n in range(given.rounds + 1)]
    print(f"{total:,} mentions, windows of {f'{given.days} days' if given.days else 'the boards'}")
    print(f"{'board':<12} {'searches':>8} {'first ms':>9} {'warm ms':>8}  slowest")
    for key, parts in cold.items():
        sums = [sum(took for _, took in each[key]) for each in warm]
        together = zip(*(each[key] for each in warm), strict=True)
        medians = [(one[0][0], statistics.median(took for _, took in one)) for one in together]
        name, ms = max(medians, key=lambda one: one[1])
        first = sum(took for _, took in parts)
        print(f"{key:<12} {len(parts):>8} {first:>9,} {statistics.median(sums):>8,.0f}  {name} {ms:.0f}")
        if key == "incident":
            print(f"{'':<12} bar: {BAR_MS:,} ms together; first {'kept' if first <= BAR_MS else 'MISSED'}")


if __name__ == "__main__":
    main()
