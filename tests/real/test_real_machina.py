"""A real django-machina forum, three lines of YAML: all posts with author, date and thread; then nothing twice."""

import shutil
from datetime import datetime

import pytest

from mentions.identity import content_hash
from tests.real import programs
from tests.spiders.loopback import Desk, source

pytestmark = pytest.mark.real("machina")


def unavailable() -> str | None:
    return programs.unavailable("machina")


@pytest.fixture(params=["en", "fr"])
def forum(tmp_path, request):
    work = programs.prepared("machina")
    folder = tmp_path / "forum"
    folder.mkdir()
    shutil.copy(work / "machina.sqlite3", folder)
    port = programs.free_port()
    command = [str(work / "v/bin/python"), "forum.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    env = {"WORK": str(folder), "UI_LANG": request.param}
    with programs.serving(
        command, port=port, cwd=programs.HERE / "machina", env=env, log=tmp_path / "log"
    ) as url:  # fmt: skip
        yield work, url


def test_all_posts_are_read_once(forum, tmp_path):
    work, url = forum
    desk = Desk(tmp_path)
    board = source("forum", "forum", url + "/")
    [first] = desk.crawl(board)
    items = desk.take()
    rows = programs.truth(work, "post")
    assert (first.status, len(items), len(rows)) == ("ok", 108, 108)
    assert sorted(facts(items)) == sorted(
        (content_hash(None, row["text"], None), row["login"], minute(datetime.fromisoformat(row["date"])), row["title"])
        for row in rows
    )
    assert len({item.thread_url for item in items}) == 12
    [second] = desk.crawl(board)
    assert (second.status, second.items, second.gone) == ("ok", 0, 0)
    assert second.responses <= 4  # the index and its three boards
    desk.close()


def facts(items):
    for item in items:
        yield content_hash(None, item.text, None), item.author, minute(item.published), item.thread_title


def minute(when: datetime) -> str:
    """machina shows no seconds."""
    return f"{when:%Y-%m-%dT%H:%M%z}"
