"""A real django-oscar shop with schema.org reviews, from its catalogue: all that the markup carries."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from mentions.identity import content_hash
from tests.real import programs
from tests.spiders.loopback import Desk, source

pytestmark = pytest.mark.real("oscar")

SHOWN = 5  # newest reviews in the markup of a product


def unavailable() -> str | None:
    return programs.unavailable("oscar")


@pytest.fixture(params=["right", "wrong"])
def shop(tmp_path, request):
    """The shop's sitemap names the host that its database says: ours, or the one of a forgotten setting."""
    work, port, folder = programs.prepared("oscar"), programs.free_port(), tmp_path / "shop"
    folder.mkdir()
    shutil.copy(work / "oscar.sqlite3", folder)
    with closing(sqlite3.connect(folder / "oscar.sqlite3")) as database, database:
        host = f"127.0.0.1:{port}" if request.param == "right" else "example.com"
        database.execute("UPDATE django_site SET domain = ?", (host,))
    command = [str(work / "v/bin/python"), "shop.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    env = {"WORK": str(folder), "OSCAR_JSONLD": "1"}
    with programs.serving(
        command, port=port, cwd=programs.HERE / "oscar", env=env, log=tmp_path / "log"
    ) as url:  # fmt: skip
        yield work, url


def test_the_reviews_of_the_markup_are_read_once(shop, tmp_path):
    work, url = shop
    desk = Desk(tmp_path)
    catalogue = source("shop", "reviews", url + "/catalogue/")
    [first] = desk.crawl(catalogue)
    items = desk.take()
    by_product: dict[str, list[dict]] = {}
    for row in programs.truth(work, "review"):
        by_product.setdefault(row["product"], []).append(row)
    rows = [row for rows in by_product.values() for row in sorted(rows, key=lambda row: row["date"])[-SHOWN:]]
    assert (first.status, len(items), len(rows)) == ("ok", 30, 30), first
    assert sorted(
        (
            item.product,
            item.author,
            item.published,
            item.rating.value,
            item.rating.best,
            content_hash(None, item.text, None),
        )
        for item in items
    ) == sorted(
        (
            row["product"],
            row["author"],
            datetime.fromisoformat(row["date"]),
            row["rating"],
            5,
            content_hash(None, row["text"], None),
        )
        for row in rows
    )
    [second] = desk.crawl(catalogue)
    assert (second.status, second.items) == ("ok", 0)
    desk.close()
