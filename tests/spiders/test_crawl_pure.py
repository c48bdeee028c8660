"""What the crawl decides without any network: the guard, manners, verdicts, batches, settings, the spec."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.crawl import batches
from spiders.failure import describe, describe_status
from spiders.politeness import forbids_archive, pause_after, retry_after
from spiders.safety import Blocked, Guard, address_of, is_public
from spiders.settings import delay_of, source_settings, user_agent
from spiders.spec import Limits, Spec, Task, dump_spec, load_spec
from spiders.spider import excerpt
from spiders.verdict import Facts, complete, judge
from spiders.walk_sitemap import chosen
from state.memory import Seen, SourceMemory, Validator
from tests.spiders.loopback import CSS, source

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPEN = Guard("https://blog.example/", allow_private=False)
HOME = Guard("http://127.0.0.1:8101/", allow_private=True, others=frozenset({"intranet", "127.0.0.1"}))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://blog.example/",
        "data:text/html,hello",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1%25eth0]/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.168.0.1/",
        "http://224.0.0.1/",
        "http://localhost/",
        "http://admin.localhost/",
        "http://LOCALHOST/",
        "https://blog.example:22/",
        "http://",
        "http://blog.example:99999/",
    ],
)
def test_the_guard_refuses(url):
    with pytest.raises(Blocked):
        OPEN.check(url)


@pytest.mark.parametrize(
    "url", ["https://blog.example/a", "http://93.184.216.34/", "https://other.example:8443/", "http://[2606:2800::1]/"]
)
def test_the_guard_lets_the_open_internet_through(url):
    OPEN.check(url)


def test_allow_private_opens_one_host_and_port_and_not_those_of_neighbours():
    HOME.check("http://127.0.0.1:8101/page")
    for url in ("http://127.0.0.1:8102/", "http://127.0.0.2:8101/", "http://intranet/", "http://localhost:8101/"):
        with pytest.raises(Blocked):
            HOME.check(url)


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_an_address_is_judged_alike_in_every_notation(number):
    plain = address_of(".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0)))
    assert plain == address_of(str(number)) == address_of(hex(number))
    mapped = address_of(f"::ffff:{number >> 16:x}:{number & 0xFFFF:x}")
    assert is_public(plain) == is_public(mapped)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 3 ", 3.0),
        ("Mon, 02 Mar 2026 09:01:00 GMT", 60.0),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value, seconds):
    assert retry_after(value, NOW) == seconds


def test_each_refusal_costs_a_longer_rest():
    assert [pause_after(strikes) for strikes in range(4)] == [timedelta(hours=hours) for hours in (1, 6, 24, 24)]


@pytest.mark.parametrize(
    ("headers", "body", "forbidden"),
    [
        ({"x-robots-tag": "noindex, noarchive"}, b"", True),
        ({"x-robots-tag": "none"}, b"", True),
        ({"x-robots-tag": "noindex"}, b"", False),
        ({}, b'<html><meta name="robots" content="noindex,noarchive">', True),
        ({}, b"<META NAME=robots CONTENT='NOARCHIVE'>", True),
        ({}, b'<meta name="robots" content="index, follow"><p>noarchive', False),
        ({}, b'<meta name="description" content="noarchive explained">', False),
    ],
)
def test_pages_may_forbid_archives(headers, body, forbidden):
    assert forbids_archive(headers, body) is forbidden


def test_an_excerpt_ends_at_a_word():
    assert excerpt("court") == "court"
    assert excerpt("mot " * 200).endswith("mot …")
    assert len(excerpt("x" * 5000)) <= 302


@pytest.mark.parametrize(
    ("facts", "status", "whole", "words"),
    [
        (Facts(finish="finished", good=3), "ok", True, None),
        (Facts(finish="finished", good=0), "ok", True, None),
        (Facts(finish="finished", good=3, notes=["a note"]), "ok", True, "a note"),
        (Facts(finish="finished", good=3, cut=500), "ok", False, "max_pages"),
        (
            Facts(finish="finished", good=3, losses=[("u", "HTTP 500"), ("v", "timeout")]),
            "partial",
            False,
            "u and 1 more",
        ),
        (Facts(finish="finished", good=0, losses=[("u", "HTTP 500")]), "failed", False, "u: HTTP 500"),
        (Facts(finish="finished", good=3, fatal="down", halted="x"), "failed", False, "down"),
        (Facts(finish="finished", good=3, halted="refused"), "partial", False, "refused"),
        (Facts(finish="finished", good=3, errors=2), "partial", False, "error of ours"),
        (Facts(finish="closespider_timeout", good=3), "partial", False, "too long"),
        (Facts(finish="memusage_exceeded", good=0), "failed", False, "memory"),
        (Facts(finish="whatever", good=3), "partial", False, "whatever"),
    ],
)
def test_verdicts_come_from_what_happened(facts, status, whole, words):
    found, clause = judge(facts)
    assert (found, complete(facts, found)) == (status, whole)
    assert clause is None if words is None else words in clause


def test_an_unknown_failure_does_not_show_its_insides():
    assert describe(RuntimeError("secret /home/user")) == "the connection failed (RuntimeError)"
    assert describe_status(418).startswith("HTTP 418")
    assert describe_status(599) == "HTTP 599 error"


def task(name, url, **more):
    return Task(source=source(name, "feed", url, **more), memory=SourceMemory(source=name))


@given(st.lists(st.integers(0, 12), max_size=60), st.integers(1, 8))
def test_no_host_is_ever_in_two_children(hosts, workers):
    tasks = [task(f"s{number}", f"http://h{host}.example/{number}") for number, host in enumerate(hosts)]
    groups = batches(tasks, workers)
    assert sorted(t.source.name for group in groups for t in group) == sorted(t.source.name for t in tasks)
    where = [{t.source.url.split("/")[2] for t in group} for group in groups]
    assert sum(map(len, where)) == len(set(hosts))


def test_ports_are_hosts_of_their_own():
    groups = batches([task("a", "http://127.0.0.1:1/"), task("b", "http://127.0.0.1:2/")], 2)
    assert len(groups) == 2


@pytest.mark.parametrize(
    ("url", "more", "delay"),
    [
        ("https://blog.example/", {}, 2.0),
        ("https://blog.example/", {"delay": "5s"}, 5.0),
        ("http://127.0.0.1:8101/", {}, 0.0),
        ("http://localhost:8101/", {}, 0.0),
        ("http://127.0.0.1:8101/", {"delay": "1s"}, 1.0),
        ("http://10.0.0.1/", {}, 2.0),
    ],
)
def test_the_delay_is_none_on_loopback_unless_asked_for(url, more, delay):
    assert delay_of(source("s", "feed", url, **more), 2.0) == delay


def spec(*tasks):
    return Spec(
        tasks=tasks, limits=Limits(timeout=3), now=NOW, contact="watch@example.org", delay=2.0, languages=("fr", "en")
    )


def test_the_dangerous_defaults_of_scrapy_are_off():
    given = source_settings(source("s", "feed", "https://blog.example/"), spec())
    assert given["ROBOTSTXT_OBEY"]
    assert given["DOWNLOAD_VERIFY_CERTIFICATES"]
    assert given["DOWNLOAD_MAXSIZE"] <= 8 * 2**20
    assert {name for name, handler in given["DOWNLOAD_HANDLERS"].items() if handler is None} == {
        "file",
        "data",
        "ftp",
        "s3",
    }
    assert not any(
        given[name]
        for name in ("REMOTE_CONTROL_ENABLED", "TELNETCONSOLE_ENABLED", "COOKIES_ENABLED", "HTTPPROXY_ENABLED")
    )
    assert given["USER_AGENT"].endswith("(+mailto:watch@example.org)")


def test_we_say_who_we_are():
    assert user_agent("").startswith("Vigie/")
    assert user_agent("https://example.org/bot").endswith("(+https://example.org/bot)")


def test_a_spec_survives_the_pipe():
    memory = SourceMemory(
        source="c",
        validators={
            "http://x.example/": Validator(
                url="http://x.example/", etag='"a"', last_modified=None, body_hash="0f", checked_at=NOW
            )
        },
        seen={
            "k": Seen(key="k", digest="d", url="http://x.example/1", thread_url=None, native_id="7", last_seen_at=NOW)
        },
        not_before=NOW,
        strikes=2,
    )
    css = source("c", "css", "http://x.example/", since="2026-01-02", timezone="Europe/Paris", delay="3s", **CSS)
    before = spec(Task(source=css, memory=memory))
    line = dump_spec(before)
    assert line.count(b"\n") == 1
    assert load_spec(line) == before


@pytest.mark.parametrize(
    ("path", "include", "exclude", "wanted"),
    [
        ("/blog/a", (), (), True),
        ("/blog/a", ("/blog/*",), (), True),
        ("/shop/a", ("/blog/*",), (), False),
        ("/blog/a", ("/blog/*",), ("*/a",), False),
        ("/blog/a/b", ("/blog/*",), (), True),
    ],
)
def test_globs(path, include, exclude, wanted):
    assert chosen(f"https://x.example{path}?q=1", include, exclude) is wanted
