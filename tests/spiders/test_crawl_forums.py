"""Second crawls of a forum: threads that moved, posts taken out, edits, where a limit stopped it."""

from datetime import timedelta

import pytest

from mentions.model import Gone
from tests.spiders.loopback import Reply, source

pytestmark = pytest.mark.local


def board(site, threads):
    """A phpBB-like forum: threads is {number: [page, page]}, a page being [(post number, text)]."""
    rows = "".join(
        f'<li class=row><a class=topictitle href="/viewtopic.php?t={number}">Fil {number}</a>'
        f"<dd class=posts>{sum(map(len, pages)) - 1}</dd></li>"
        for number, pages in threads.items()
    )
    site.pages["/"] = Reply(
        f'<html lang=fr><body id=phpbb><ul class="topiclist topics">{rows}</ul></body></html>'.encode()
    )
    for number, pages in threads.items():
        for index, page in enumerate(pages):
            path = f"/viewtopic.php?t={number}" + (f"&start={2 * index}" if index else "")
            body = "".join(
                f'<div id="p{post}" class=post><div class=postbody><p class=author>par <strong class=username>Maëva B.</strong>'
                f'<time datetime="2026-02-05T10:{post % 60:02d}:00+00:00"></time></p><div class=content>{text}</div></div></div>'
                for post, text in page
            )
            after = f'<div class=pagination><a rel=next href="/viewtopic.php?t={number}&amp;start={2 * index + 2}">»</a></div>'
            more = after if index + 1 < len(pages) else ""
            site.pages[path] = Reply(
                f"<html lang=fr><body id=phpbb><h2 class=topic-title><a>Fil {number}</a></h2>{body}{more}</body></html>".encode()
            )


def test_of_a_forum_only_threads_that_moved_are_read_again_from_their_last_page(site, desk):
    threads = {1: [[(11, "Velmora livre mal"), (12, "pareil ici")], [(13, "réglé")]], 2: [[(21, "et Nordane ?")]]}
    board(site, threads)
    forum = source("m", "forum", site.url + "/")
    [first] = desk.crawl(forum)
    assert (first.status, first.items) == ("ok", 4)
    [second] = desk.crawl(forum)
    assert (second.items, second.responses) == (0, 1)
    desk.take()
    site.log.clear()
    threads[1][1].append((14, "encore en panne"))
    board(site, threads)
    desk.crawl(forum)
    assert [item.text for item in desk.take()] == ["encore en panne"]
    assert site.paths() == ["/", "/viewtopic.php?t=1&start=2"]


def test_a_post_taken_out_of_a_thread_is_gone_and_its_thread_stays(site, desk):
    threads = {
        1: [[(11, "Velmora livre mal"), (12, "pareil ici")], [(13, "réglé")]],
        2: [[(21, "et Nordane ?"), (22, "bien")]],
    }
    board(site, threads)
    forum = source("m", "forum", site.url + "/")
    desk.crawl(forum)
    desk.take()
    del threads[2][0][1]
    board(site, threads)
    [outcome] = desk.crawl(forum)
    assert (outcome.items, outcome.gone) == (0, 1)
    [gone] = desk.take()
    assert gone.native_id == "22"
    [again] = desk.crawl(forum)
    assert (again.items, again.gone) == (0, 0)


def test_a_post_taken_out_of_an_earlier_page_is_found_though_only_the_last_page_is_read(site, desk):
    """Its removal shifts the later posts: the last page begins with another one than last time."""
    pages = [[(11, "un"), (12, "deux")], [(13, "trois"), (14, "quatre")], [(15, "cinq")]]
    board(site, {1: pages})
    forum = source("m", "forum", site.url + "/")
    desk.crawl(forum)
    desk.take()
    board(site, {1: [[(11, "un"), (13, "trois")], [(14, "quatre"), (15, "cinq")], [(16, "six"), (17, "sept")]]})
    [outcome] = desk.crawl(forum)
    assert (outcome.items, outcome.gone) == (2, 1)
    assert [item.native_id for item in desk.take() if isinstance(item, Gone)] == ["12"]


def test_a_thread_that_moves_is_read_whole_once_a_day_for_edits(site, desk):
    threads = {1: [[(11, "un"), (12, "deux")], [(13, "trois")]]}
    board(site, threads)
    forum = source("m", "forum", site.url + "/")
    desk.crawl(forum)
    desk.take()
    threads[1][0][0] = (11, "un, corrigé")
    threads[1][1].append((14, "quatre"))
    board(site, threads)
    desk.now += timedelta(days=1)
    desk.crawl(forum)
    assert {item.text for item in desk.take()} == {"un, corrigé", "quatre"}


def test_a_forum_reads_on_where_max_pages_stopped_it(site, desk):
    board(site, {number: [[(number * 10, f"avis {number}")]] for number in range(1, 8)})
    forum = source("m", "forum", site.url + "/", max_pages=4)
    found = [outcome.items for _ in range(4) for outcome in desk.crawl(forum)]
    assert found == [3, 3, 1, 0]
