"""What people read: both languages, hostile mentions, JSON there and back."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import words
from alerts.channels.slack import blocks
from alerts.message import Message, headline, incident_message, trial_message
from state.records import Incident

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # a Tuesday, 15:00 in Paris
HOSTILE = "<script>alert(1)</script> <!channel> *gras* <img src=http://evil.example/p.gif> & “é”"


def incident(**changes):
    evidence = {
        "negative": 19, "mentions": 40, "share": 0.475, "authors": 17, "terms": ["rappel", "batterie"],
        "labels": [["product_safety", 12]], "sources": [["forum", 15], ["blog", 4]],
        "quotes": [
            {"text": HOSTILE, "url": "https://forum.example/t/1#p2", "site": "forum.example", "author": "<b>Léa</b>",
             "published_at": "2026-11-24T10:00:00+00:00", "severity": 70, "id": "x"},
            {"text": "mot " * 300, "url": "javascript:alert(1)", "site": "blog.example", "author": None,
             "published_at": "2026-11-24T11:00:00+00:00", "severity": 10, "id": "y"},
        ],
        "spark": [0, 1, 0, 3, 8], "covered": 0.93, "late_sources": ["blog"], "history_days": 23, "learning": False,
    }  # fmt: skip
    base = Incident(
        id="abc", brand="Aubépine", family="negative:surge", rule="surge", tier="alert", state="open",
        opened_at=NOW - timedelta(hours=3), updated_at=NOW, score=2.6, peak_score=2.6, window_hours=6, observed=19,
        expected=3.1, evidence=evidence,
    )  # fmt: skip
    return replace(base, **changes)


def loaded(page):
    """What a mail program would fetch by itself."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.extend((tag, key) for key, value in attrs if key in {"src", "background"} or "url(" in (value or ""))

    Reader().feed(page)
    return found


def told(language="en", step="opened", **changes):
    return incident_message(incident(**changes), language, zone="Europe/Paris", step=step)


def test_message_headline_is_the_sentence_of_the_research():
    assert headline(incident(), "en", zone="Europe/Paris") == (
        "19 negative mentions in six hours; 3.1 expected for Tuesday afternoon (6.1×). "
        "By this brand's own ups and downs that happens by chance less than once a year."
    )
    assert headline(incident(), "fr", zone="Europe/Paris") == (
        "19 mentions négatives en six heures\u00a0; 3,1 attendues un mardi après-midi (×\u202f6,1). "
        "Au vu des variations habituelles de cette marque, le hasard seul n’en est la cause que moins d’une fois par an."
    )


@pytest.mark.parametrize(
    ("score", "said"),
    [(1.5, "once a month"), (2.01, "once a quarter"), (2.7, "once a year"), (300.0, "once in three years"),
     (2.0, "The worst hours in three weeks"), (0.3, "(6.1×).")],
)  # fmt: skip
def test_message_gives_odds_as_buckets_of_time(score, said):
    text = headline(incident(score=score), "en", zone="Europe/Paris")
    assert said in text
    assert "10^" not in text


def test_message_says_how_little_it_knows():
    assert "History: 23 days only." in told().text
    assert "late: blog" in told().text
    young = incident(evidence={**incident().evidence, "learning": True})
    assert "not known yet" in headline(young, "en", zone="Europe/Paris")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("step", ["opened", "escalated", "updated", "closed"])
def test_message_of_every_step_is_whole_and_safe(language, step):
    message = told(language, step, closed_at=NOW if step == "closed" else None, state="open")
    assert "<script" not in message.html
    assert "<img" not in message.html
    assert "javascript:" not in message.html + message.text
    assert "&lt;script&gt;" in message.html
    assert loaded(message.html) == []
    assert "Aubépine" in message.subject
    assert "\n" not in message.subject
    assert message.headline in message.text
    assert max(len(quote["text"]) for quote in message.mentions) <= 280
    assert "None" not in message.text
    assert Message.from_json(message.to_json()) == message


def test_message_slack_blocks_cannot_ping_or_link():
    built = str(blocks(told("fr")))
    assert "<!channel>" not in built
    assert "<script" not in built
    assert "javascript:" not in built
    assert "<https://forum.example/t/1#p2|forum.example>" in built


def test_message_of_an_incident_without_evidence_still_reads():
    message = told(evidence={}, brand="A\r\nBcc: x")
    assert message.subject.startswith("[alert] A Bcc: x: negative surge")
    assert "19 negative mentions" in message.text


def test_message_the_end_tells_length_total_and_worst():
    over = incident(
        state="closed", closed_at=NOW + timedelta(hours=30), evidence={**incident().evidence, "total": 1234}
    )
    message = incident_message(over, "en", zone="Europe/Paris", step="closed")
    assert message.headline == (
        "Back to normal after 33 h (it began Tue 24 Nov 12:00). 1,234 negative mentions in all, 19 in six hours at the worst."
    )
    assert "Retour à la normale après 33 h" in incident_message(over, "fr", zone="Europe/Paris", step="closed").text


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.floats(0.5, 300), st.integers(1, 50))
def test_message_the_factor_does_not_depend_on_the_size_of_the_brand(observed, expected, scale):
    def factor(incident):
        return re.search(r"\(([\d.,]+)×\)", headline(incident, "en", zone="UTC")).group(1)

    small, big = (
        incident(observed=observed, expected=expected),
        incident(observed=observed * scale, expected=expected * scale),
    )
    assert factor(small) == factor(big)


@given(st.floats(0, 1e9))
def test_message_numbers_are_written_as_people_do(value):
    assert re.fullmatch(r"\d{1,3}(,\d{3})*(\.\d)?", words.number(value, "en"))
    assert re.fullmatch(r"\d{1,3}(\u202f\d{3})*(,\d)?", words.number(value, "fr"))


def test_message_for_trying_a_channel():
    assert "'team'" in trial_message("team", "en").text
    assert "« team »" in trial_message("team", "fr").html
