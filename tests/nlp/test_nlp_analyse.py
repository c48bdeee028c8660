import json
import re
from itertools import islice
from pathlib import Path

import pytest

from mentions.model import CRISIS_LABELS
from nlp.analyse import BATCH, Line, analyse_lines
from nlp.lexicon import LexiconClassifier

pytestmark = pytest.mark.local  # loads lingua's models


def analysed(languages, *rows):
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return list(analyse_lines(lines, classifier=LexiconClassifier(), languages=languages))


def test_a_verdict_has_all_that_was_promised(languages):
    (found,) = analysed(languages, {"id": "a", "text": "Boycottez Aurélia, c'est nul !", "brand": "Aurélia"})
    assert found["id"] == "a"
    assert found["language"] == "fr"
    assert found["sentiment"]["label"] == "negative"
    assert set(found["sentiment"]["probabilities"]) == {"negative", "neutral", "positive"}
    assert found["sentiment"]["score"] == max(found["sentiment"]["probabilities"].values())
    assert found["crisis"]["labels"] == ["boycott_call"]
    assert set(found["crisis"]["probabilities"]) == set(CRISIS_LABELS)
    assert 30 < found["severity"] <= 100
    assert found["model"].startswith("lexicon-")


def test_sentiment_is_toward_the_brand_asked_for(languages):
    text = "I am leaving Nova for Aurelia"
    one, two = analysed(
        languages,
        {"id": 1, "text": text, "lang": "en", "brand": "Nova"},
        {"id": 2, "text": text, "lang": "en", "brand": "Aurelia"},
    )
    assert (one["sentiment"]["label"], two["sentiment"]["label"]) == ("negative", "positive")


def test_a_brand_that_is_not_found_leaves_the_whole_text(languages):
    (found,) = analysed(languages, {"id": 1, "text": "C'est vraiment nul et lamentable.", "brand": "%$ Inconnu"})
    assert found["sentiment"]["label"] == "negative"


@pytest.mark.parametrize(
    "line",
    [
        "rubbish",
        "[]",
        "null",
        '{"id": 1}',
        '{"id": 1, "text": 5}',
        '{"text": "no id"}',
        '{"id": 1, "text": "a',
        "[" * 5000,
    ],
)
def test_a_bad_line_says_so_in_its_place(languages, line):
    good = {"id": "after", "text": "Très bien"}
    bad, after = analysed(languages, line, good)
    assert bad["line"] == 1
    assert bad["error"]
    assert after["id"] == "after"


@pytest.mark.parametrize("brand", ["", "  ", "'", "l'", "#", "👍", "a|b*", "\x00", "\u200b", "\ue000", "No\nva"])
def test_any_string_is_a_brand(languages, brand):
    assert analysed(languages, {"id": 1, "text": "a|b* l'👍 #", "brand": brand})[0]["id"] == 1


def test_hidden_characters_do_not_hide_a_brand(languages):
    text = "I am leaving Nova for Aurelia"
    (found,) = analysed(languages, {"id": 1, "text": text, "lang": "en", "brand": "\u200bNova\x00"})
    assert found["sentiment"]["label"] == "negative"


def test_an_endless_brand_is_a_bad_line_in_its_place(languages):
    lines = [{"id": n, "text": "Nova", "brand": brand} for n, brand in enumerate(("Nova", "!" * 20_000, "Nova"), 1)]
    first, bad, last = analysed(languages, *lines)
    assert (first["id"], bad["line"], last["id"]) == (1, 2, 3)
    assert "brand" in bad["error"]


def test_blank_lines_are_counted_and_skipped(languages):
    found = analysed(languages, "", '{"id": 1, "text": "ok"}', "", "x")
    assert [f.get("id", f.get("line")) for f in found] == [1, 4]


def test_it_streams(languages):
    asked = 0

    def endless():
        nonlocal asked
        while True:
            asked += 1
            yield json.dumps({"id": asked, "text": "bien", "lang": "fr"})

    found = list(islice(analyse_lines(endless(), classifier=LexiconClassifier(), languages=languages), 3 * BATCH))
    assert [f["id"] for f in found] == list(range(1, 3 * BATCH + 1))
    assert asked <= 4 * BATCH


@pytest.mark.parametrize(
    "text", ["", "a", "?", "10", "\x00\u200b", "\n", "\U0001f44b", "Это очень", "مرحبا", "xqz vrk wpt"]
)
def test_a_text_that_says_nothing_is_neutral_with_low_confidence(languages, text):
    (found,) = analysed(languages, {"id": 1, "text": text})
    assert found["language"] == "und"
    assert (found["sentiment"]["label"], found["sentiment"]["low_confidence"]) == ("neutral", True)


def test_a_plain_text_and_a_face_are_read(languages):
    plain, face = analysed(
        languages, {"id": 1, "text": "The shop opens at nine.", "lang": "en"}, {"id": 2, "text": "😡"}
    )
    assert (plain["sentiment"]["label"], plain["sentiment"]["low_confidence"]) == ("neutral", False)
    assert (face["sentiment"]["label"], face["sentiment"]["low_confidence"]) == ("negative", False)


def test_the_documented_line_is_one_and_all_its_keys_are_told(languages):
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.partition("## Texts of your own")[2].partition("\n## ")[0]
    told = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)))
    assert set(told) == set(Line.model_fields)
    (example,) = re.findall(r"```json\n(.*)\n```", section)
    assert set(json.loads(example)) <= set(told)
    (found,) = analysed(languages, example)
    answer = set(re.findall(r"`(\w+)`", section.rpartition("The answer has")[2])) - {"low_confidence", "line", "error"}
    assert answer == set(found) - {"id"}
