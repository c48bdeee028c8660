"""What is shipped in nlp/model: over its floors, in its size, and as its card says."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from nlp.classify import Target, load_classifier
from nlp.shipped import SHIPPED

ROOT = Path(__file__).parents[2]
MOST = 30_000_000  # bytes


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / "quality" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.local
def test_the_shipped_model_passes_the_gate():
    gate = script("gate")
    due = gate.without_data(gate.json.loads(gate.FLOORS.read_text()))
    assert len(due) >= 6
    assert gate.compare(gate.measure(load_classifier("model"), None), due) == []


def test_it_fits_in_thirty_megabytes():
    files = [path for path in SHIPPED.iterdir() if path.is_file()]
    assert {path.name for path in files} == {"model.onnx", "tokenizer.json", "card.json"}
    assert sum(path.stat().st_size for path in files) <= MOST


def test_the_model_card_shows_what_the_gate_pinned():
    card = (ROOT / "docs" / "model-card.md").read_text()
    assert script("card").tables() in card
    name, _, number = load_classifier("model").version.rpartition("-")[0].rpartition("-")
    assert card.startswith(f"# Model card: {name} {number}\n")


def test_a_text_is_read_the_same_whatever_is_read_beside_it():
    model = load_classifier("model")
    texts = ["Nova a pris feu.", "Great service from Nova, thanks!", "Quel temps fait-il ? " * 30, "ok"]
    target = [Target("Nova"), Target("Nova"), None, None]
    alone = [model.read([text], ["fr"], [brand])[0] for text, brand in zip(texts, target, strict=True)]
    assert model.read(texts, ["fr"] * 4, target) == alone
    assert model.read(texts[::-1], ["fr"] * 4, target[::-1]) == alone[::-1]
