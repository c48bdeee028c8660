"""From drawing to picture: bytes, no network, and several drawings on one sheet."""

import json
import struct
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import combinations

import altair as alt
import drawn
import pytest

from charts import plain
from charts.look import Look
from charts.pack import packed
from charts.prose import prose
from charts.render import png, png_of, svg
from charts.sheet import Card, Heading, inner, sheet

pytestmark = pytest.mark.local  # each loads the drawing engine


def _pixels(picture: bytes) -> tuple[int, int]:
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    wide, tall = struct.unpack(">II", picture[16:24])
    return wide, tall


def test_a_chart_becomes_a_picture_of_its_size() -> None:
    chart = plain.metric("42", Look(width=120, height=80))
    assert _pixels(png(chart)) == (120, 80)
    assert _pixels(png(chart, scale=2)) == (240, 160)


def test_data_that_lie_elsewhere_are_never_fetched() -> None:
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps([{"a": 1}]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        chart = alt.Chart(f"http://127.0.0.1:{server.server_port}/rows.json").mark_bar().encode(x="a:Q")
        try:
            with pytest.raises(ValueError, match="allowed"):
                svg(chart)
        finally:
            server.shutdown()
            thread.join()
    assert asked == []


def _board() -> str:
    look = Look(width=300, height=int(inner("t", 300, 160)), language="fr")
    number = svg(plain.metric("1 234", look, beside="avant : 1 100"), language="fr")
    donut = svg(plain.donut([{"n": "négatif", "v": 3}, {"n": "neutre", "v": 1}], look, name="n", value="v"))
    text = prose("## Où ?\n\nVoici **ce que** [disent](x) les `sources` & les autres.\n- un point", Look(600, 90, "fr"))
    return sheet(
        [
            Card(12, 0, 300, 160, "Mentions", number),
            Card(324, 0, 300, 160, "Un titre <long> & accentué, qui ne tient pas dans sa carte", donut),
            Card(12, 172, 612, 90, "", text),
        ],
        Heading("Vigie : l’essentiel", "Aperçu, pas Kibana", "du 1 au 7 novembre"),
        width=636,
    )


def test_a_sheet_holds_every_drawing_where_it_belongs() -> None:
    shown = _board()
    wide, tall = drawn.size(shown)
    assert (wide, tall) == (636, 64 + 12 + 262)
    words = drawn.words(shown)
    assert {"Vigie : l’essentiel", "Aperçu, pas Kibana", "Mentions", "1 234", "négatif  75\u202f%", "Où ?"} <= words
    assert "Voici ce que disent les sources & les autres." in words
    assert "• un point" in words
    texts = drawn.texts(shown)
    assert [t.text for t in texts if t.left < 0 or t.right > wide or t.bottom > tall] == []
    assert [(a.text, b.text) for a, b in combinations(texts, 2) if a.over(b)] == []
    assert _pixels(png_of(shown)) == (636, 338)


def test_ids_of_two_drawings_do_not_meet() -> None:
    twin = '<svg xmlns="http://www.w3.org/2000/svg"><clipPath id="clip0"/><g clip-path="url(#clip0)"/></svg>'
    shown = sheet([Card(0, 0, 9, 9, "", twin), Card(9, 0, 9, 9, "", twin)], Heading("t", "l"), width=50)
    assert shown.count('id="c0-clip0"') == shown.count("url(#c0-clip0)") == 1
    assert shown.count('id="c1-clip0"') == shown.count("url(#c1-clip0)") == 1


def test_a_long_text_ends_in_an_ellipsis_inside_its_room() -> None:
    shown = prose("mot " * 400, Look(width=200, height=60))
    texts = drawn.texts(shown)
    assert texts[-1].text.endswith("…")
    assert all(t.right <= 200 and t.bottom <= 60 for t in texts)


def test_a_packed_picture_is_smaller_and_shows_the_same() -> None:
    whole = png_of(_board())
    small = packed(whole)
    assert _pixels(small) == _pixels(whole)
    assert len(small) < 0.5 * len(whole)
    palette = small[small.index(b"PLTE") + 4 :][: 256 * 3]
    assert {b"\xff\xff\xff", bytes.fromhex("7A1F1F")} <= {palette[n : n + 3] for n in range(0, len(palette), 3)}
    assert packed(small) == small, "one that is packed already stays as it is"
