"""`kill -9` in mid-crawl, of the child and of the parent: after a rerun nothing is lost and nothing is double."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from config.models import Vigie
from mentions.errors import Transient
from mentions.model import RawItem
from spiders.crawl import preview
from spiders.keys import item_key
from tests.spiders.loopback import CSS, FAST, Reply, entry, posts, rss, source

pytestmark = pytest.mark.local

ROOT = Path(__file__).resolve().parents[2]
PAGES = 12


class Trap:
    """A site of twelve pages whose page `at` waits until it is let go; `reached` says that it was asked for."""

    def __init__(self, site, at):
        self.reached, self.go = threading.Event(), threading.Event()
        for number in range(1, PAGES + 1):
            following = f"/{number + 1}" if number < PAGES else ""
            page = Reply(posts(*((number * 10 + n, f"message {number}-{n}") for n in range(3)), following=following))
            site.pages["/" if number == 1 else f"/{number}"] = self.held(page) if number == at else page
        self.source = source("c", "css", site.url + "/", **CSS)

    def held(self, page):
        def answer(_):
            self.reached.set()
            self.go.wait(30)
            return page

        return answer


def children_of(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(stat[1]) == pid and "spiders.child" in command:
            found.append(int(folder.name))
    return found


def whole(items) -> None:
    """Every message once, after what the intake does: one item per key."""
    texts = {item_key(item): item.text for item in items if isinstance(item, RawItem) and item.source == "c"}
    assert len(texts) == PAGES * 3
    assert len(set(texts.values())) == PAGES * 3


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")
@pytest.mark.parametrize("at", [1, 7, PAGES])
def test_a_killed_child_harms_nothing(make_site, desk, at):
    site, other = make_site(), make_site()
    other.pages["/"] = rss(entry(1))
    trap = Trap(site, at)

    def kill() -> None:
        for _ in range(2):  # in company, then alone
            trap.reached.wait(30)
            trap.reached.clear()
            for pid in children_of(os.getpid()):
                os.kill(pid, signal.SIGKILL)
        trap.go.set()

    killer = threading.Thread(target=kill)
    killer.start()
    first, second = desk.crawl(trap.source, source("f", "feed", other.url + "/"), workers=1)
    trap.go.set()
    killer.join()
    assert second.status == "ok"
    assert first.status in {"partial", "failed"}
    assert "died" in first.reason
    assert not desk.state.crawls.load("c").validators
    desk.crawl(trap.source)
    whole(desk.take())


PARENT = textwrap.dedent("""
    import sys
    from pathlib import Path
    from tests.spiders.loopback import CSS, Desk, source
    Desk(Path(sys.argv[1])).crawl(source("c", "css", sys.argv[2], **CSS))
""")


@pytest.mark.skipif(sys.platform != "linux", reason="the child is tied to its parent by prctl, and found in /proc")
@pytest.mark.parametrize("at", [2, 8])
def test_a_killed_parent_takes_its_child_along_and_loses_nothing(site, desk, at):
    trap = Trap(site, at)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(desk.home), site.url + "/"], cwd=ROOT)
    assert trap.reached.wait(30)
    [child] = children_of(parent.pid)
    parent.kill()
    parent.wait()
    until = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split()[2]:
        assert time.monotonic() < until, "the child lives on without its parent"
        time.sleep(0.02)  # no event tells of the death of somebody else's child
    trap.go.set()
    assert not desk.state.crawls.load("c").seen
    desk.spool.recover()
    desk.crawl(trap.source)
    whole(desk.take())


def test_an_interrupted_crawl_keeps_what_it_read_and_ends_its_child(site, desk):
    trap = Trap(site, 5)

    def interrupt() -> None:
        trap.reached.wait(30)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        desk.crawl(trap.source)
    thread.join()
    trap.go.set()
    assert children_of(os.getpid()) == []
    assert len([item for item in desk.take() if isinstance(item, RawItem)]) == 12
    [outcome] = desk.crawl(trap.source)
    assert outcome.status == "ok"
    texts = {item.text for item in desk.take()}
    assert {"message 5-0", "message 12-2"} <= texts


def test_a_child_that_overstays_is_ended_and_what_it_read_is_kept(site, desk):
    from dataclasses import replace

    trap = Trap(site, 4)
    slow = replace(FAST, budget=2, timeout=60, grace=-58)
    [outcome] = desk.crawl(trap.source, limits=slow)
    trap.go.set()
    assert (outcome.status, outcome.items) == ("partial", 9)
    assert len(desk.take()) == 9


def test_when_the_spool_cannot_seal_nothing_is_remembered(site, desk, monkeypatch):
    from mentions.errors import Stop
    from mentions.spool_file import SpoolWriter

    def full(self):
        raise Stop("the disk is full")

    site.pages["/"] = rss(entry(1))
    feed = source("f", "feed", site.url + "/")
    with monkeypatch.context() as patch:
        patch.setattr(SpoolWriter, "seal", full)
        with pytest.raises(Stop, match="disk is full"):
            desk.crawl(feed)
    assert desk.state.crawls.load("f").seen == {}
    desk.spool.recover()
    [outcome] = desk.crawl(feed)
    assert outcome.items == 1


def test_preview_streams_everything_once_and_remembers_nothing(site):
    trap = Trap(site, 6)
    items = preview(trap.source, vigie=Vigie(), limit=None, limits=FAST)
    first = next(items)  # comes while the site still holds page 6 back
    assert first.text == "message 1-0"
    trap.go.set()
    rest = list(items)
    whole([first, *rest])
    assert len(rest) == PAGES * 3 - 1


def test_preview_stops_at_its_limit_and_ends_the_child(site):
    trap = Trap(site, 6)
    assert len(list(preview(trap.source, vigie=Vigie(), limit=4, limits=FAST))) == 4
    trap.go.set()
    assert children_of(os.getpid()) == []


def test_preview_of_a_source_that_cannot_be_read_says_why(site):
    site.pages["/"] = Reply(status=403)
    with pytest.raises(Transient, match="f: HTTP 403"):
        list(preview(source("f", "feed", site.url + "/"), vigie=Vigie(), limit=None, limits=FAST))
