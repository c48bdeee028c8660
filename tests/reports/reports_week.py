"""The week in which Paris has 25 hours: whose report it is, and how it is made."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from config.models import Brand, Config, FeedSource, Vigie
from reports.weekly import build

MONDAY = date(2026, 10, 19)  # its Sunday, the 25th, has 25 hours in Paris
PARIS = ZoneInfo("Europe/Paris")
START, END = datetime(2026, 10, 18, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)


def source(name, every="1h", **changes):
    return FeedSource(name=name, kind="feed", url=f"https://{name}.example.org/feed", every=every, **changes)


CONFIG = Config(
    vigie=Vigie(timezone="Europe/Paris"),
    brands=(
        Brand(name="Mirabelle", match=("Mirabelle",)),
        Brand(name="Cerisaie", role="competitor", match=("Cerisaie",)),
        Brand(name="Sister", role="own", match=("Sister",)),
    ),
    sources=(source("blog"), source("forum", every="6h"), source("off", enabled=False)),
)


def mine(rows, start=START, end=END):
    return [row for row in rows if row.brand == "Mirabelle" and start <= row.published_at < end]


def report_of(store, incidents=(), runs=(), config=CONFIG, **options):
    return build(store, incidents, runs, config, "Mirabelle", MONDAY, **options)
