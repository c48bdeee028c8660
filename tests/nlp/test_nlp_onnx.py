"""A tiny model made here: class 0 counts "bad", class 1 "so", class 2 counts "good"."""

import json
from collections import Counter

import onnx
import pytest
from nlp_tiny import counting, save_words
from tokenizers import Tokenizer, processors

from mentions.errors import Stop
from nlp.classify import UNREAD
from nlp.onnx import CARD, MODEL, TOKENIZER, OnnxClassifier

pytestmark = pytest.mark.local  # loads transformers and a model

VOCABULARY = {"[PAD]": 0, "[UNK]": 1, "bad": 2, "good": 3, "so": 4}
WEIGHTS = {"bad": (0, 2.0), "so": (1, 0.5), "good": (2, 2.0)}


def write_card(folder, **more):
    card = {
        "name": "tiny",
        "version": "1",
        "labels": ["negative", "neutral", "positive"],
        "max_tokens": 8,
        "overlap": 2,
    }
    (folder / CARD).write_text(json.dumps({**card, **more}))


@pytest.fixture
def folder(tmp_path):
    onnx.save(counting(VOCABULARY, WEIGHTS), str(tmp_path / MODEL))
    save_words(tmp_path, VOCABULARY, unknown="[UNK]")
    write_card(tmp_path)
    return tmp_path


def judge(folder, *texts):
    found = OnnxClassifier(folder).read(texts, ["en"] * len(texts), [None] * len(texts))
    return [reading.sentiment for reading in found]


def test_labels_order_and_sums(folder):
    texts = ["so good", "bad", "so so so", "", "good " * 50, "bad so so"]
    found = judge(folder, *texts)
    assert [p.label for p in found] == ["positive", "negative", "neutral", "neutral", "positive", "negative"]
    assert all(sum(p) == pytest.approx(1) for p in found)
    assert judge(folder) == []


def test_a_batch_changes_nothing(folder):
    texts = ["good", "so " * 30 + "bad", "bad bad", "so"] * 20
    alone = [judge(folder, text)[0] for text in texts[:4]]
    for got, want in zip(judge(folder, *texts)[:4], alone, strict=True):
        assert got == pytest.approx(want, abs=1e-6)


def test_windows_of_a_long_text_count_by_their_length(folder):
    (mixed,) = judge(folder, "bad " * 8 + "so " * 40)
    (short,) = judge(folder, "bad " * 8)
    assert mixed.label == "neutral"
    assert mixed.negative < short.negative


def test_several_columns_may_be_one_label(folder):
    write_card(folder, labels=["negative", "negative", None])
    (found,) = judge(folder, "so")
    assert found.negative == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("missing", [MODEL, TOKENIZER, CARD])
def test_a_missing_file_is_named(folder, missing):
    (folder / missing).unlink()
    with pytest.raises(Stop, match=missing):
        OnnxClassifier(folder)


@pytest.mark.parametrize("broken", [MODEL, TOKENIZER, CARD])
def test_a_broken_file_is_named(folder, broken):
    (folder / broken).write_text("{")
    with pytest.raises(Stop, match=broken):
        OnnxClassifier(folder)


def test_an_unknown_label_is_refused(folder):
    write_card(folder, labels=["bad", "neutral", "positive"])
    with pytest.raises(Stop, match="labels"):
        OnnxClassifier(folder)


def test_the_version_is_that_of_the_card(folder):
    assert OnnxClassifier(folder).version == "tiny-1"
    assert Counter(p.label for p in judge(folder, "good", "good")) == {"positive": 2}


@pytest.mark.parametrize("labels", [["negative", "positive"], ["negative", None, "neutral", "positive"]])
def test_a_card_of_more_or_fewer_labels_than_the_model_gives_is_refused(folder, labels):
    write_card(folder, labels=labels)
    with pytest.raises(Stop, match=f"{len(labels)} labels of each text are expected"):
        OnnxClassifier(folder)


def test_a_text_that_says_nothing_is_neutral_with_low_confidence(folder):
    marked = Tokenizer.from_file(str(folder / TOKENIZER))
    marked.post_processor = processors.TemplateProcessing(single="bad $A", special_tokens=[("bad", VOCABULARY["bad"])])
    assert judge(folder, "", " \n") == [pytest.approx(UNREAD)] * 2
    marked.save(str(folder / TOKENIZER))
    nothing, praise = judge(folder, " ", "good good good")
    assert nothing == pytest.approx(UNREAD)
    assert praise.label == "positive"
