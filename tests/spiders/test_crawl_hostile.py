"""A web where everything goes wrong, crawled in one go: each source ends with its own clear line, the good are whole."""

import itertools
import socket
import ssl
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from mentions.model import RawItem
from tests.spiders.loopback import CSS, Desk, Reply, Site, article, entry, posts, rss, source

pytestmark = pytest.mark.local

HANG = 12.0


def slow(pieces: bytes, pause: float):
    def stream():
        for byte in itertools.cycle(pieces):
            yield bytes([byte])
            time.sleep(pause)

    return stream


def endless():
    while True:
        yield b"<p>encore et encore</p>" * 4000


def bomb() -> bytes:
    """512 MiB of zeros in half a megabyte of gzip; it lacks its end, which nobody must reach."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    first, again = (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * 511


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><rss version="2.0"><channel>
<item><title>&d;</title><link>http://x.example/1</link></item></channel></rss>"""


def certificate(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    path = folder / "site.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ) + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    return path


def tls_site(folder) -> Site:
    site = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    site.server.handle_error = lambda *_: None  # a refused handshake is what we want here
    return site


def waits_once():
    answers = iter([Reply(status=429, headers={"Retry-After": "1"})])
    return lambda _: next(answers, rss(entry(1), entry(2)))


def redirect(to: str) -> Reply:
    return Reply(status=302, headers={"Location": to})


def page_for_ever(asked):
    number = int(asked.path.rpartition("=")[2] or 0) if "=" in asked.path else 0
    return Reply(posts((1, "toujours le même"), (2, "toujours le même aussi"), following=f"/?n={number + 1}"))


def fresh_for_ever(asked):
    number = int(asked.path.rpartition("=")[2] or 0) if "=" in asked.path else 0
    return Reply(posts((number, f"message {number}"), following=f"/?n={number + 1}"))


BROKEN = (
    b"<html><body><div class=post id=p1><b>Ma\xc3\xabva B.<p>Texte &eacute;trange &#x80; <div class=post id=p2>"
    b"<b>Tom<p>Autre <i>texte</table></span> avec des balises ouvertes"
)

# name -> (kind, pages, more of the source); `feed` sources are read at /, css ones too.
WORLD = {
    "good": ("feed", {"/": rss(entry(1), entry(2))}, {}),
    "retry-after": ("feed", {"/": waits_once()}, {}),
    "come-back": ("feed", {"/": Reply(status=503, headers={"Retry-After": "7200"})}, {}),
    "forbidden": ("feed", {"/": Reply(status=403)}, {}),
    "too-many": ("feed", {"/": Reply(status=429)}, {}),
    "broken-server": ("feed", {"/": Reply(status=500)}, {}),
    "absent": ("feed", {"/": Reply(status=404)}, {}),
    "hangs": ("feed", {"/": Reply(stream=lambda: iter([time.sleep(HANG) or b""]))}, {}),
    "drips": ("feed", {"/": Reply(stream=slow(b"<rss> ", 0.2))}, {}),
    "endless": ("feed", {"/": Reply(stream=endless)}, {}),
    "bomb": ("feed", {"/": Reply(bomb(), headers={"Content-Encoding": "gzip"})}, {}),
    "loop": ("feed", {"/": redirect("/b"), "/b": redirect("/")}, {}),
    "to-private": ("feed", {"/": redirect("http://127.0.0.2:8080/secret")}, {}),
    "to-file": ("feed", {"/": redirect("file:///etc/passwd")}, {}),
    "to-decimal": ("feed", {"/": redirect("http://2130706433/")}, {}),
    "file-link": ("css", {"/": Reply(posts((1, "bonjour"), following="file:///etc/passwd"))}, CSS),
    "robots-500": ("feed", {"/robots.txt": Reply(status=500), "/": rss(entry(1))}, {}),
    "robots-hang": ("feed", {"/robots.txt": Reply(stream=lambda: iter([time.sleep(HANG) or b""])), "/": rss(entry(1))}, {}),
    "robots-forbid": ("feed", {"/robots.txt": Reply(b"User-agent: *\nDisallow: /\n"), "/": rss(entry(1))}, {}),
    "robots-403": ("feed", {"/robots.txt": Reply(b"User-agent: *\nDisallow: /", 403), "/": rss(entry(1))}, {}),
    "crawl-delay": (
        "css",
        {
            "/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 1\n"),
            "/": Reply(posts((1, "un"), following="/2")),
            "/2": Reply(posts((2, "deux"), following="/3")),
            "/3": Reply(posts((3, "trois"))),
        },
        CSS,
    ),
    "charset": (
        "css",
        {"/": Reply(posts((1, "déçu par l’équipe – évidemment")).decode().encode("cp1252"))},
        CSS,
    ),
    "broken-html": ("css", {"/": Reply(BROKEN)}, CSS),
    "entities": ("feed", {"/": Reply(ENTITIES, headers={"Content-Type": "application/xml"})}, {}),
    "not-a-feed": ("feed", {"/": Reply(b"<html><body><p>Bonjour</p></body></html>")}, {}),
    "binary": ("feed", {"/": Reply(bytes(range(256)) * 40, headers={"Content-Type": "image/png"})}, {}),
    "same-for-ever": ("css", {"*": page_for_ever, "/robots.txt": Reply()}, CSS),
    "fresh-for-ever": ("css", {"*": fresh_for_ever, "/robots.txt": Reply()}, CSS | {"max_pages": 12}),
    "noarchive": (
        "feed",
        {
            "/": rss(entry(1, "Un résumé.")),
            "/a/1": Reply(article(1).body, headers={"X-Robots-Tag": "noarchive"}),
        },
        {"full_text": "always"},
    ),
    "closed": ("feed", {"/": rss(entry(1))}, {"allow_private": False}),
    "ban": ("css", {"/": Reply(posts((1, "un"), following="/2")), "*": Reply(b"<title>Just a moment...</title>", 403)}, CSS),
    "page-lost": ("css", {"/": Reply(posts((1, "un"), following="/2")), "/2": Reply(status=500)}, CSS),
}  # fmt: skip

# name -> (status, a part of the reason or None, items)
EXPECTED = {
    "good": ("ok", None, 2),
    "retry-after": ("ok", None, 2),
    "come-back": ("failed", "Retry-After", 0),
    "forbidden": ("failed", "HTTP 403", 0),
    "too-many": ("failed", "HTTP 429", 0),
    "broken-server": ("failed", "HTTP 500", 0),
    "absent": ("failed", "HTTP 404", 0),
    "hangs": ("failed", "timeout", 0),
    "drips": ("failed", "timeout", 0),
    "endless": ("failed", "too big", 0),
    "bomb": ("failed", "too big", 0),
    "loop": ("failed", "redirect", 0),
    "to-private": ("failed", "private address", 0),
    "to-file": ("failed", "", 0),
    "to-decimal": ("failed", "private address", 0),
    "file-link": ("ok", None, 1),
    "robots-500": ("failed", "robots.txt answers 500", 0),
    "robots-hang": ("failed", "timeout", 0),
    "robots-forbid": ("failed", "robots.txt forbids it", 0),
    "robots-403": ("ok", None, 1),
    "crawl-delay": ("ok", None, 3),
    "charset": ("ok", None, 1),
    "broken-html": ("ok", None, 2),
    "entities": ("failed", "entit", 0),
    "not-a-feed": ("failed", "not a feed", 0),
    "binary": ("failed", "cannot be read", 0),
    "same-for-ever": ("ok", None, 2),
    "fresh-for-ever": ("ok", "max_pages", 12),
    "noarchive": ("ok", None, 1),
    "closed": ("failed", "private address", 0),
    "ban": ("partial", "bot wall", 1),
    "page-lost": ("partial", "HTTP 500", 1),
    "down": ("failed", "down", 0),
    "no-name": ("failed", "resolved", 0),
    "tls": ("failed", "TLS", 0),
    "localhost": ("failed", "private address", 0),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Everything at once: outcomes, items by source, sites by name."""
    sites, sources = {}, []
    for name, (kind, pages, more) in WORLD.items():
        sites[name] = Site()
        sites[name].pages |= pages
        sources.append(source(name, kind, sites[name].url + "/", **more))
    sites["tls"] = tls_site(tmp_path_factory.mktemp("tls"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        sources.append(source("down", "feed", f"http://127.0.0.1:{probe.getsockname()[1]}/"))
    sources.append(source("no-name", "feed", "http://no-such-host.invalid/"))
    sources.append(source("tls", "feed", f"https://localhost:{sites['tls'].port}/"))
    sources.append(source("localhost", "feed", f"http://localhost:{sites['good'].port}/", allow_private=False))
    desk = Desk(tmp_path_factory.mktemp("desk"))
    outcomes = {outcome.source: outcome for outcome in desk.crawl(*sources)}
    items: dict[str, list] = {}
    for item in desk.take():
        items.setdefault(item.source, []).append(item)
    yield outcomes, items, sites, desk, {each.name: each for each in sources}
    desk.close()
    for each in sites.values():
        each.close()


@pytest.mark.parametrize("name", EXPECTED)
def test_each_source_ends_with_its_own_line(world, name):
    outcomes, items, *_ = world
    status, reason, count = EXPECTED[name]
    found = outcomes[name]
    assert (found.status, found.items, len(items.get(name, []))) == (status, count, count), found
    if reason is None:
        assert found.reason is None
    else:
        assert reason in found.reason
        assert "\n" not in found.reason


def test_the_wait_that_the_site_asks_for_is_kept(world):
    times = [asked.at for asked in world[2]["retry-after"].log if asked.path == "/"]
    assert times[1] - times[0] >= 1.0


def test_the_crawl_delay_is_kept(world):
    times = [asked.at for asked in world[2]["crawl-delay"].log if asked.path != "/robots.txt"]
    assert len(times) == 3
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.95


def test_a_bomb_does_not_fill_the_memory(world):
    assert world[0]["bomb"].stats["memusage/max"] < 400 * 1024 * 1024


def test_the_weight_of_the_parent_is_not_that_of_the_child(site, desk):
    site.pages["/"] = rss(entry(1, site=site.url))
    weight = bytearray(450 << 20)  # as language models weigh
    [outcome] = desk.crawl(source("f", "feed", site.url + "/"))
    assert (outcome.status, outcome.items) == ("ok", 1)
    assert outcome.stats["memusage/max"] < len(weight)


def test_nothing_local_is_read(world):
    texts = [item.text for found in world[1].values() for item in found if isinstance(item, RawItem)]
    assert texts
    assert not any("root:" in text for text in texts)


def test_the_wrong_charset_is_seen_through(world):
    assert "déçu par l’équipe – évidemment" in world[1]["charset"][0].text


def test_of_a_page_that_forbids_archives_only_an_excerpt_is_kept(world):
    assert len(world[1]["noarchive"][0].text) <= 302


def test_pages_that_repeat_themselves_are_left_soon(world):
    assert len(world[2]["same-for-ever"].paths()) <= 2


def test_a_host_that_refuses_is_left_alone_longer_each_time(world):
    """A skipped source is not even asked; the second refusal costs six hours after the first one's hour."""
    _, _, sites, desk, sources = world
    waits = []
    for name in ("come-back", "ban"):
        asked = len(sites[name].log)
        desk.now = desk.state.crawls.load(name).not_before - timedelta(minutes=1)
        [outcome] = desk.crawl(sources[name])
        assert (outcome.status, len(sites[name].log)) == ("skipped", asked)
    for _ in range(3):
        before = desk.now = desk.state.crawls.load("ban").not_before + timedelta(seconds=1)
        desk.crawl(sources["ban"])
        waits.append(desk.state.crawls.load("ban").not_before - before)
    assert waits == [timedelta(hours=6), timedelta(hours=24), timedelta(hours=24)]
