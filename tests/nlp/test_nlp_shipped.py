"""The row `model`, on a tiny model of the same shape (nlp_tiny): each word says one thing."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nlp_tiny import card, write_tiny

from mentions.errors import Stop
from mentions.model import CRISIS_LABELS
from nlp.analyse import analyse_lines
from nlp.classify import UNREAD, Target, load_classifier
from nlp.shipped import ShippedModel
from nlp.windows import MOST, windows

pytestmark = pytest.mark.local  # loads a model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def model(folder):
    return ShippedModel(folder)


@pytest.fixture
def own(tmp_path):
    """A folder that a test may damage."""
    return write_tiny(tmp_path)


def read(model, *texts, target=None, language="en"):
    return model.read(texts, [language] * len(texts), [Target(target) if target else None] * len(texts))


def test_one_reading_answers_everything(model):
    (found,) = read(model, "the shop. good shop. the fire. late alas.")
    assert found.sentiment.label == "positive"
    assert sum(found.sentiment) == pytest.approx(1)
    assert [name for name, p in found.crisis.items() if p > 0.5] == ["product_safety"]
    assert list(found.crisis) == list(CRISIS_LABELS)
    assert [name for name, p in found.aspects.items() if p > 0.5] == ["delivery", "safety"]
    assert [name for name, p in found.extras.items() if p > 0.5] == ["irony"]


def test_the_sentence_that_carried_a_label_is_told_as_it_stands_in_the_text(model):
    text = "The shop is plain.\nAurélia &amp; co: the FIRE, alas!!!!! Never the shop. Boycott"
    (found,) = read(model, text, target="Aurélia")
    assert found.carried == {"product_safety": "Aurélia &amp; co: the FIRE, alas!!!!!", "boycott_call": "Boycott"}


def test_the_sentence_is_found_in_any_window_of_a_long_text(model):
    text = "The plain shop. " * 40 + "Alas the fire. " + "The plain shop. " * 40
    (found,) = read(model, text)
    assert found.crisis["product_safety"] > 0.9
    assert found.carried == {"product_safety": "Alas the fire."}


def test_a_batch_changes_nothing(model):
    texts = ["good", "plain " * 50 + "bad", "", "the fire. bad bad", "x", "😡"] * 30
    alone = [read(model, text)[0] for text in texts[:6]]
    for got, want in zip(read(model, *texts), alone * 30, strict=True):
        assert got.sentiment == pytest.approx(want.sentiment, abs=1e-6)
        assert (got.carried, got.unsure) == (want.carried, want.unsure)
    assert model.read([], [], []) == []


def test_windows_that_name_the_target_count_double(model):
    text = "good Nova good " * 4 + "bad " * 24
    (aimed,), (plain,) = read(model, text, target="Nova"), read(model, text)
    assert aimed.sentiment.positive > plain.sentiment.positive


def test_every_window_of_a_long_text_counts(model):
    start, end, middle = (
        read(model, t)[0] for t in ("bad " * 20 + "plain " * 80, "plain " * 80 + "bad " * 20, "plain " * 100)
    )
    assert start.sentiment.negative == pytest.approx(end.sentiment.negative, abs=0.05)
    assert start.sentiment.negative > middle.sentiment.negative + 0.05


def test_too_many_windows_are_thinned_from_the_first_to_the_last(model):
    words = 20_000
    found = windows(model._tokenizer, ["fire " + "x " * words + "bad"])
    assert len(found) == MOST
    assert found[0].offsets[1] == (0, 4)
    assert found[-1].offsets[-2][1] == len("fire " + "x " * words + "bad")


def test_calibration_is_that_of_the_card(own):
    before = read(ShippedModel(own), "good plain fire")[0]
    flat = json.loads((own / "card.json").read_text())["calibration"]
    flat["sentiment"] = {"temperature": 3.0, "bias": [2.0, 0.0, 0.0]}
    flat["crisis"] = {"scale": [0.5] * 11, "shift": [-1.0] * 11}
    card(own, calibration=flat)
    after = read(ShippedModel(own), "good plain fire")[0]
    assert after.sentiment.positive < before.sentiment.positive
    assert after.sentiment.negative > before.sentiment.negative
    assert after.crisis["product_safety"] == pytest.approx(1 / (1 + 2.718281828 ** -(6 * 0.5 - 1)), abs=1e-4)


def test_a_language_may_have_a_temperature_of_its_own(own):
    flat = json.loads((own / "card.json").read_text())["calibration"]
    flat["sentiment"]["languages"] = {"fr": 4.0}
    card(own, calibration=flat)
    model = ShippedModel(own)
    english, french = (model.read(["good plain"], [lang], [None])[0].sentiment for lang in ("en", "fr"))
    assert english.positive > french.positive > french.negative > english.negative
    assert english == model.read(["good plain"], ["und"], [None])[0].sentiment


def test_below_the_band_of_the_card_nothing_is_decided(own):
    card(own, abstain=0.99)
    (found,) = read(ShippedModel(own), "good plain")
    assert found.sentiment.label == "positive"
    assert found.unsure
    assert found.sentiment.decided(found.abstain) == "neutral"


UNREADABLE = {
    "empty": "", "one letter": "a", "space": "  \n ", "emoji": "😡😡😡", "figures": "10/10", "controls": "\x00\x01\x1f\u200b",
    "arabic": "هذا سيء جدا", "cyrillic": "Это очень плохо", "japanese": "とても悪い", "a link": "https://shop.example/bad",
    "a handle": "@shop 😡", "lone surrogate": "\ud83d",
}  # fmt: skip


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_neutral_with_low_confidence(model, text):
    (found,) = read(model, text, language="und")
    assert (found.sentiment, found.unsure, found.carried) == (UNREAD, True, {})
    assert max(found.crisis.values()) < 0.1


@pytest.mark.parametrize("language", ["und", "nl", "pl", "xx"])
def test_broken_words_of_a_language_that_it_never_read_are_not_judged(model, language):
    assert read(model, "bad xaabb xbaab waabb xabab", language=language)[0].sentiment == UNREAD
    assert read(model, "bad shop", language=language)[0].sentiment.label == "negative"


@pytest.mark.parametrize("language", ["fr", "en", "de", "es", "it", "pt"])
def test_long_words_of_a_language_that_it_was_trained_on_are_judged(model, language):
    assert read(model, "bad xaabb xbaab waabb xabab", language=language)[0].sentiment.label == "negative"


def test_a_quotation_in_an_unknown_language_does_not_hide_the_rest_of_a_long_text(model):
    text = "xaabb xbaab waabb xabab. " * 4 + "The bad shop. Alas the fire. " * 40
    (found,) = read(model, text, language="und")
    assert found.sentiment.label == "negative"
    assert found.carried == {"product_safety": "Alas the fire."}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=200), st.text(max_size=12), st.sampled_from(["fr", "en", "und", "xx"]))
def test_any_text_and_target_have_an_answer(model, text, target, language):
    (found,) = model.read([text], [language], [Target(target)])
    assert sum(found.sentiment) == pytest.approx(1)
    assert all(0 <= p <= 1 for p in found.crisis.values())


FILES = ("model.onnx", "tokenizer.json", "card.json")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_one_clear_line_with_the_fix(own, name):
    (own / name).unlink()
    with pytest.raises(Stop, match=name) as told:
        ShippedModel(own)
    assert "git checkout -- nlp/model" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named(own, name):
    path = own / name
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(Stop, match=name) as told:
        ShippedModel(own)
    assert "git checkout -- nlp/model" in str(told.value)


def test_no_folder_at_all_is_told_too(tmp_path):
    with pytest.raises(Stop, match=r"card\.json cannot be read"):
        load_classifier("model", tmp_path / "nothing")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"crisis": CRISIS_LABELS[::-1]}, "crisis: expected boycott_call"),
        ({"calibration": {}}, "calibration.sentiment"),
        ({"digest": "0123456789ab"}, "damaged or of another version"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_card_of_another_model_is_refused(own, wrong, said):
    card(own, **wrong)
    with pytest.raises(Stop, match=said):
        ShippedModel(own)


def test_the_version_names_the_weights_and_their_calibration(model, own):
    assert model.version == ShippedModel(own).version
    assert model.version.startswith("tiny-1-")
    card(own, abstain=0.5)
    assert model.version != ShippedModel(own).version


def test_a_tokenizer_without_the_mark_is_refused(own):
    other = (own / "tokenizer.json").read_text().replace("[T]", "[X]")
    (own / "tokenizer.json").write_text(other)
    with pytest.raises(Stop, match="damaged or of another version"):
        ShippedModel(own)
    card(own)
    with pytest.raises(Stop, match=r"has no token \[T\]"):
        ShippedModel(own)


def test_analyse_tells_signals_with_their_sentences_and_low_confidence(model, languages):
    lines = [
        json.dumps({"id": 1, "text": "The shop. Alas the fire. Late.", "brand": "the shop", "lang": "en"}),
        "not json",
        json.dumps({"id": 2, "text": "😡"}),
        json.dumps({"id": 3, "text": ""}),
    ]
    first, bad, emoji, empty = analyse_lines(lines, classifier=model, languages=languages)
    assert first["crisis"]["labels"] == ["product_safety"]
    assert first["crisis"]["carried"] == {"product_safety": "Alas the fire."}
    assert first["aspects"] == ["delivery", "safety"]
    assert first["model"] == model.version
    assert bad["line"] == 2
    for found in (emoji, empty):
        assert found["language"] == "und"
        assert (found["sentiment"]["label"], found["sentiment"]["low_confidence"]) == ("neutral", True)
        assert found["crisis"]["labels"] == []


@pytest.mark.parametrize(
    "piece", ["the bad shop is late. ", "Nova, ", "a-", "!", "M. ", "arnaque pas ", "😡", "\x00", "é"]
)
def test_200_000_characters_are_answered_in_bounded_time(model, languages, piece):
    text = (piece * 200_000)[:200_000] + "a"
    before = time.process_time()
    (found,) = analyse_lines(
        [json.dumps({"id": 1, "text": text, "brand": "Nova"})], classifier=model, languages=languages
    )
    assert found["sentiment"]["label"] in {"negative", "neutral", "positive"}
    assert time.process_time() - before < 20  # seconds of CPU; what took the square of the length took minutes
