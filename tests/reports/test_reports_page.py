"""The page: golden files in both languages, and what no text from outside may do to it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports_sample import GOLDEN, PARIS, busy_week, empty_week, mention, pages

from mentions.model import CRISIS_LABELS
from reports.model import Accuracy, Tally
from reports.outside import excerpt, safe_link
from reports.plain import WIDTH
from reports.render import render
from reports.texts import ENGLISH, FRENCH, TEXTS
from reports.week import week_before, week_of
from reports.words import Language, typeset

FR, EN = Language("fr", PARIS), Language("en", PARIS)
LANGUAGES = ("fr", "en")
VOID = {"meta", "br", "img", "hr", "link", "input"}


class Outline(HTMLParser):
    """Tags opened, attributes seen, and whether everything is closed in order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("file", sorted(pages()))
def test_the_page_is_the_golden_one(file):
    """After a wanted change: `PYTHONPATH=. python tests/reports/reports_sample.py`, then review the diff."""
    assert pages()[file] == (GOLDEN / file).read_text(encoding="utf-8")


def test_both_languages_have_the_same_texts_with_the_same_places():
    assert set(ENGLISH) == set(FRENCH)
    for key, english in ENGLISH.items():
        french = FRENCH[key]
        places = [
            {
                name
                for form in ((text,) if isinstance(text, str) else text)
                for _, name, _, _ in Formatter().parse(form)
                if name
            }
            for text in (english, french)
        ]
        assert places[0] == places[1], key


def test_every_crisis_label_has_a_name_in_both_languages():
    for texts in TEXTS.values():
        assert set(CRISIS_LABELS) <= set(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_needs_nothing_from_elsewhere_and_is_well_formed(language):
    html = render(busy_week(), language).html
    outline = Outline(html)
    assert outline.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(outline.tags)
    assert not [
        value
        for _, name, value in outline.attributes
        if name in {"src", "srcset", "background"} or name.startswith("on")
    ]
    assert "url(" not in html
    assert "@import" not in html
    assert ("html", "lang", language) in outline.attributes


def test_bars_are_told_in_words_and_never_longer_than_the_page():
    outline = Outline(render(busy_week(), "en").html)
    assert [value for _, name, value in outline.attributes if name == "aria-label"][
        2
    ] == "negative: 120, neutral: 90, positive: 40"
    widths = [
        float(value.split()[1].rstrip("%")) for tag, name, value in outline.attributes if tag == "i" and name == "style"
    ]
    assert len(widths) == 21
    assert max(sum(widths[n : n + 3]) for n in range(0, 21, 3)) == pytest.approx(100, abs=0.05)


MARKUP = '</p><script>alert(1)</script><img src=x onerror="alert(2)">&amp;{{ 7*7 }}{% raw %}'
HOSTILE = f"{MARKUP}\u202eevil\u2066\x00\x1b[31m\ud800"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_from_outside_becomes_markup(language):
    plain = busy_week()
    bad = mention(9, datetime(2026, 11, 18, tzinfo=UTC), passage=HOSTILE, site=HOSTILE, url="javascript:alert(1)")
    report = replace(
        plain,
        brand=MARKUP,
        worst=(bad,),
        voices=tuple(replace(voice, brand=MARKUP) for voice in plain.voices),
        stories=tuple(replace(story, title=HOSTILE, url="data:text/html,x") for story in plain.stories),
        terms=tuple(replace(term, term=HOSTILE) for term in plain.terms),
        coverage=tuple(replace(line, reason=HOSTILE) for line in plain.coverage),
    )
    rendered = render(report, language)
    before = Outline(render(plain, language).html)
    outline = Outline(rendered.html)
    assert outline.open == []
    assert set(outline.tags) <= set(before.tags)
    assert not [value for _, name, value in outline.attributes if name == "href"]
    assert "{{ 7*7 }}" in "".join(outline.text)
    assert "javascript:" not in rendered.text
    assert not re.search(r"[\u202e\u2066\x00\x1b\ud800]", rendered.html + rendered.text + rendered.subject)
    assert "\n" not in rendered.subject


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host", "http://[", "", None]
)
def test_links_open_web_pages_only(url):
    assert safe_link(url) is None


def test_a_web_link_is_kept():
    assert safe_link("https://forum.example.org/t/1?a=1&b=2") == "https://forum.example.org/t/1?a=1&b=2"


@given(st.text(max_size=600), st.text(max_size=200))
def test_any_text_gives_a_page_of_78_columns(passage, site):
    report = replace(busy_week(), worst=(mention(1, datetime(2026, 11, 18, tzinfo=UTC), passage=passage, site=site),))
    rendered = render(report, "fr")
    assert all(len(line) <= WIDTH for line in rendered.text.split("\n") if not line.startswith("   https://"))
    assert Outline(rendered.html).open == []


@given(st.text(max_size=900))
def test_an_excerpt_is_one_short_line(text):
    line = excerpt(text)
    assert len(line) <= 280
    assert "\n" not in line
    assert excerpt(line) == line


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_week_says_so_and_shows_no_empty_table(language):
    rendered = render(empty_week(), language)
    assert Outline(rendered.html).tags.count("table") == 1  # the sources
    assert "0" not in rendered.subject.replace("2026", "")
    assert "None" not in rendered.html + rendered.text


def test_a_week_after_silence_or_before_it_reads_well():
    few = Tally(mentions=3, negative=1, neutral=2, stories=3, authors=1)
    first = render(replace(empty_week(), now=few), "en").text
    assert "3 mentions by 1 author; none the week before." in first
    assert "Negative: 1 of 3." in first
    assert "Change" in first
    silent = render(replace(empty_week(), then=few), "en").text
    assert "Nobody was read to speak of Mirabelle this week." in silent
    assert "%" not in first.replace("78", "").split("WHAT WAS READ")[0]


@pytest.mark.parametrize(("now", "then", "told"), [(20, 9, False), (20, 10, True), (9, 20, True)])
def test_growth_is_told_only_from_a_base_that_carries_it(now, then, told):
    week = replace(busy_week(), now=Tally(mentions=now, neutral=now), then=Tally(mentions=then, neutral=then))
    lead = render(week, "en").text.split("Negative")[0]
    assert ("%" in lead) is told


def test_a_running_week_says_up_to_when_it_goes():
    now = datetime(2026, 11, 18, 10, 5, tzinfo=UTC)
    span = week_of(date(2026, 11, 16), PARIS, now)
    running = replace(busy_week(), span=span, before=week_before(span, PARIS))
    assert "up to 18\u00a0November, 11:05" in render(running, "en").text
    assert "jusqu’au 18\u00a0novembre à 11\u00a0h\u00a005" in render(running, "fr").text


def test_incomplete_sources_are_said_in_the_lead():
    assert "1 of 2 sources complete. What the others published may be missing" in " ".join(
        render(busy_week(), "en").text.split()
    )
    assert "may be missing" not in render(empty_week(), "en").text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (FR.count("mentions", 0), "0 mention"),
        (FR.count("mentions", 1), "1 mention"),
        (FR.count("mentions", 1204), "1\u202f204 mentions"),
        (EN.count("mentions", 0), "0 mentions"),
        (EN.count("mentions", 1), "1 mention"),
        (EN.count("mentions", 1204), "1,204 mentions"),
        (FR.number(1234567.25, 1), "1\u202f234\u202f567,2"),
        (FR.number(-3.5, 1, sign=True), "−3,5"),
        (EN.number(-0.2, sign=True), "0"),
        (EN.number(0.0, sign=True), "0"),
        (EN.number(2, sign=True), "+2"),
        (FR.percent(0.305), "30\u202f%"),
        (EN.percent(0.305), "30%"),
        (FR.day(date(2026, 11, 1)), "dimanche\u00a01er novembre"),
        (EN.day(date(2026, 11, 1)), "Sunday\u00a01 November"),
        (FR.short_day(date(2026, 11, 3)), "mar.\u00a03"),
        (FR.moment(datetime(2026, 7, 1, 12, 5, tzinfo=UTC)), "1er\u00a0juillet à 14\u00a0h\u00a005"),
        (EN.moment(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)), "1\u00a0January, 00:30"),
        (FR.part(3, 7), "3 sur 7"),
        (EN.part(3, 10), "30% (3 of 10)"),
        (EN.part(0, 0), "–"),
        (EN.points(0.31, 0.19), "+12 points"),
        (EN.points(0.20, 0.19), "+1 point"),
        (FR.points(0.19, 0.20), "−1 point"),
        (EN.points(None, 0.2), "–"),
        (EN.net(Tally(mentions=10, positive=2, negative=7)), "−50 points"),
        (EN.net(Tally(mentions=9, positive=2, negative=7)), "–"),
        (
            typeset("« Ah ! » : 3 % ; vraiment ?"),
            "«\u00a0Ah\u202f!\u00a0»\u00a0: 3\u202f% ; vraiment\u202f?".replace(" ;", "\u202f;"),
        ),
    ],
)
def test_numbers_dates_and_plurals_are_written_as_their_readers_write_them(said, expected):
    assert said == expected


def test_french_punctuation_never_starts_a_line():
    fixed = render(replace(busy_week(), worst=()), "fr")
    for text in (fixed.subject, fixed.text, fixed.html.split("</style>")[1]):
        assert not re.search(r"[ \n][:;!?%»]", text), text


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Aucun verdict cette semaine"), ("en", "No verdicts this week")]
)
def test_a_week_without_verdicts_says_so_plainly(language, words):
    assert (
        words in render(replace(busy_week(), sentiment_accuracy=Accuracy(), crisis_accuracy=Accuracy()), language).text
    )
    one = render(replace(busy_week(), sentiment_accuracy=Accuracy(judged=1, right=1)), language)
    assert words not in one.text
    assert words not in one.html
