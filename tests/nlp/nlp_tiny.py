"""Tiny models: one with the outputs of the shipped one, one that counts words, as a plain classifier has it."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

from mentions.model import CRISIS_LABELS, LABELS
from nlp.card import ASPECTS, EXTRAS, digest_of

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[T]", "@user", "[url]", "bad", "good", "plain", "fire", "boycott", "late")
WORDS += ("alas", "never", ".", "the", "shop", "##a", "##b", "x", "w")
NUMBER = {word: number for number, word in enumerate(WORDS)}
QUIET = -6.0  # logit of what no word says


def save_words(folder, vocabulary, *, unknown):
    """Write `tokenizer.json`: the words of `vocabulary` between blanks, all others `unknown`."""
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=unknown))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(folder / "tokenizer.json"))


def counting(vocabulary, weights, *, unused=()):
    """A model of three logits: each word of {word: (column, weight)} adds its weight; it also asks for `unused`."""
    table = np.zeros((len(vocabulary), 3), dtype=np.float32)
    for word, (column, weight) in weights.items():
        table[vocabulary[word], column] = weight
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["rows", "column"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "one"], ["logits"], keepdims=0),
    ]
    asked = ("input_ids", "attention_mask", *unused)
    constants = {"table": table, "last": np.array([-1]), "one": np.array([1])}
    made = helper.make_graph(
        nodes,
        "counting",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "s"]) for name in asked],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3])],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def tokenizer():
    made = Tokenizer(models.WordPiece(NUMBER, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(strip_accents=False)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(name, NUMBER[name]) for name in ("[CLS]", "[SEP]")]
    )
    made.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in WORDS[:7]])
    return made


def said(names, **words):
    """[words, names]: how strongly each word says each name."""
    table = np.full((len(WORDS), len(names)), QUIET, dtype=np.float32)
    for name, word in words.items():
        table[NUMBER[word], names.index(name)] = 6.0
    return table


def graph():
    """Sentiment is the mean over words; all else the word that says it most; `carried` how much it is looked at."""
    mood = np.zeros((len(WORDS), 3), dtype=np.float32)
    mood[NUMBER["bad"], 0] = mood[NUMBER["good"], 2] = 12.0
    mood[NUMBER["plain"], 1] = mood[NUMBER["[T]"], 1] = 3.0
    tables = {
        "sentiment": mood,
        "crisis": said(CRISIS_LABELS, product_safety="fire", boycott_call="boycott"),
        "aspects": said(ASPECTS, delivery="late", safety="fire"),
        "extras": said(EXTRAS, irony="alas"),
    }
    node = helper.make_node
    nodes = [
        node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["mask", "last"], ["column"]),
        node("Unsqueeze", ["mask", "one"], ["row"]),
        node("Sub", ["row", "unit"], ["absent"]),
        node("Mul", ["absent", "far"], ["hidden"]),
        node("ReduceSum", ["column", "one"], ["count"], keepdims=0),
        node("Gather", ["sentiment_of", "input_ids"], ["moods"]),
        node("Mul", ["moods", "column"], ["kept"]),
        node("ReduceSum", ["kept", "one"], ["summed"], keepdims=0),
        node("Div", ["summed", "count"], ["sentiment"]),
    ]
    for head in ("crisis", "aspects", "extras"):
        nodes += [
            node("Gather", [f"{head}_of", "input_ids"], [f"{head}_words"]),
            node("Transpose", [f"{head}_words"], [f"{head}_across"], perm=[0, 2, 1]),
            node("Add", [f"{head}_across", "hidden"], [f"{head}_seen"]),
            node("ReduceMax", [f"{head}_seen"], [head], axes=[-1], keepdims=0),
        ]
    nodes.append(node("Softmax", ["crisis_seen"], ["carried"], axis=-1))
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["n", "s"]) for n in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", t.shape[1]]) for n, t in tables.items()]
    outputs.append(helper.make_tensor_value_info("carried", TensorProto.FLOAT, ["n", len(CRISIS_LABELS), "s"]))
    constants = {
        **{f"{name}_of": table for name, table in tables.items()},
        "last": np.array([-1]), "one": np.array([1]), "unit": np.float32(1), "far": np.float32(1e4),
    }  # fmt: skip
    given = [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    return helper.make_graph(nodes, "tiny", inputs, outputs, given)


def card(folder, **more):
    """Write `card.json`, with the digest of the weights that are there."""
    flat = {
        head: {"scale": [1.0] * n, "shift": [0.0] * n} for head, n in (("crisis", 11), ("aspects", 12), ("extras", 4))
    }
    told = {
        "name": "tiny", "version": "1", "max_tokens": 16, "overlap": 4, "target_token": "[T]", "sentiment": LABELS,
        "crisis": CRISIS_LABELS, "aspects": ASPECTS, "extras": EXTRAS, "abstain": 0.45,
        "calibration": {"sentiment": {"temperature": 1.0, "bias": [0.0, 0.0, 0.0]}, **flat},
        "digest": digest_of(folder),
    }  # fmt: skip
    (folder / "card.json").write_text(json.dumps({**told, **more}))


def write_tiny(folder, **more):
    """A folder like nlp/model."""
    model = helper.make_model(graph(), opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(folder / "model.onnx"))
    tokenizer().save(str(folder / "tokenizer.json"))
    card(folder, **more)
    return folder
