"""A tiny model made here: class 0 counts "bad", class 1 "so", class 2 counts "good"."""

import json
from collections import Counter

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, pre_tokenizers

from mentions.errors import Stop
from nlp.onnx import CARD, MODEL, TOKENIZER, OnnxClassifier

pytestmark = pytest.mark.local  # loads transformers and a model

VOCABULARY = {"[PAD]": 0, "[UNK]": 1, "bad": 2, "good": 3, "so": 4}


def write_model(folder):
    table = np.zeros((len(VOCABULARY), 3), dtype=np.float32)
    table[2, 0] = table[3, 2] = 2.0
    table[4, 1] = 0.5
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["rows", "column"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "one"], ["logits"], keepdims=0),
    ]
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "t"]) for n in ("input_ids", "attention_mask")]
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", 3])],
        [
            onnx.numpy_helper.from_array(table, "table"),
            onnx.numpy_helper.from_array(np.array([-1]), "last"),
            onnx.numpy_helper.from_array(np.array([1]), "one"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(folder / MODEL))


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
    write_model(tmp_path)
    tokenizer = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / TOKENIZER))
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
