"""Models of the hub: a small one made here, from a folder and from a hub on loopback."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import onnx
import pytest
from nlp_tiny import counting, save_words

from config.models import Config, HubModel, Understanding, Vigie
from mentions.errors import Stop
from nlp.build import build_pipeline
from nlp.hub import HubClassifier, room

pytestmark = pytest.mark.local  # loads a model, starts a server

LABELS = {"LABEL_0": "positive", "LABEL_1": "negative", "LABEL_2": "ignore"}
VOCABULARY = {"<pad>": 0, "<unk>": 1, "good": 2, "bad": 3, "odd": 4}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def network(*, types=True, strange=False):
    """Columns count "good", "bad" and "odd"."""
    weights = {word: (column, 3.0) for column, word in enumerate(("good", "bad", "odd"))}
    unused = (*(["token_type_ids"] if types else []), *(["pixels"] if strange else []))
    return counting(VOCABULARY, weights, unused=unused)


def write(folder, *, file="onnx/model_quantized.onnx", model=None, **config):
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model or network(), str(folder / file))
    save_words(folder, VOCABULARY, unknown="<unk>")
    told = {"model_type": "roberta", "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}, "pad_token_id": 0}
    (folder / "config.json").write_text(json.dumps({**told, "max_position_embeddings": 18, **config}))
    return folder


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "models" / "small").mkdir(parents=True)
    return write(tmp_path / "models" / "small")


def chosen(hub="models/small", **more):
    return HubModel(**{"hub": hub, "labels": LABELS, **more})


def labels(classifier, *texts):
    return [r.sentiment.label for r in classifier.read(texts, ["en"] * len(texts), [None] * len(texts))]


def test_a_folder_works_without_a_network(folder, tmp_path):
    found = HubClassifier(chosen(), tmp_path)
    assert labels(found, "good", "bad bad good", "", "good " * 500) == ["positive", "negative", "neutral", "positive"]
    assert found.read(["odd good"], ["en"], [None])[0].crisis is None
    assert found.read([], [], []) == []
    assert found.version.startswith("models--small-")


def test_an_absolute_folder_works_too(folder, tmp_path):
    assert labels(HubClassifier(chosen(str(folder)), tmp_path / "elsewhere"), "bad") == ["negative"]


def test_it_reads_the_mentions_that_vigie_yaml_gives_it(folder, tmp_path, config):
    asked = Understanding(model=chosen())
    pipeline = build_pipeline(Config(vigie=Vigie(understanding=asked), brands=config.brands), tmp_path)
    assert pipeline.model.startswith("models--small-")
    assert pipeline.model in pipeline.version


@pytest.mark.parametrize("given", [{}, {"LABEL_0": "positive"}, {**LABELS, "POS": "positive"}])
def test_without_a_full_map_it_is_refused_with_the_labels_it_has(folder, tmp_path, given):
    with pytest.raises(Stop, match="its labels are: LABEL_0, LABEL_1, LABEL_2"):
        HubClassifier(chosen(labels=given), tmp_path)


def test_another_map_of_labels_is_another_version(folder, tmp_path):
    first = HubClassifier(chosen(), tmp_path).version
    turned = {**LABELS, "LABEL_0": "negative", "LABEL_1": "positive"}
    assert HubClassifier(chosen(labels=turned), tmp_path).version != first
    assert HubClassifier(chosen(labels=dict(reversed(LABELS.items()))), tmp_path).version == first


@pytest.mark.parametrize(
    ("kind", "places", "tokens"),
    [("roberta", 514, 512), ("camembert", 514, 512), ("bert", 512, 512), ("roberta", 18, 16), ("", 512, 512)],
)
def test_windows_are_no_longer_than_the_places_of_the_model(kind, places, tokens):
    assert room({"model_type": kind, "max_position_embeddings": places}) == tokens


def test_a_model_that_gives_no_labels_of_texts_is_refused(folder, tmp_path):
    write(folder, id2label={"0": "LABEL_0", "1": "LABEL_1"})
    two = {name: LABELS[name] for name in ("LABEL_0", "LABEL_1")}
    with pytest.raises(Stop, match="2 labels of each text are expected"):
        HubClassifier(chosen(labels=two), tmp_path)


@pytest.mark.parametrize("file", ["onnx/model.onnx", "model.onnx"])
def test_usual_places_of_the_weights_are_found_and_others_are_named(folder, tmp_path, file):
    (folder / "onnx" / "model_quantized.onnx").unlink()
    with pytest.raises(Stop, match=r"has no onnx/model_quantized\.onnx nor"):
        HubClassifier(chosen(), tmp_path)
    write(folder, file=file, model=network(types=False))
    assert labels(HubClassifier(chosen(), tmp_path), "good") == ["positive"]
    write(folder, file="mine.onnx")
    assert labels(HubClassifier(chosen(file="mine.onnx"), tmp_path), "good") == ["positive"]
    with pytest.raises(Stop, match=r"has no other\.onnx"):
        HubClassifier(chosen(file="other.onnx"), tmp_path)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "onnx/model_quantized.onnx"])
def test_a_damaged_file_is_named(folder, tmp_path, name):
    (folder / name).write_text("[")
    with pytest.raises(Stop, match=name.rpartition("/")[2]):
        HubClassifier(chosen(), tmp_path)


@pytest.mark.parametrize("name", ["max_position_embeddings", "pad_token_id"])
@pytest.mark.parametrize("rubbish", ["many", -2, 2.5, [512], {"a": 1}, True, "x" * 9_999])
def test_rubbish_for_a_number_is_one_line_with_the_fix(folder, tmp_path, name, rubbish):
    write(folder, **{name: rubbish})
    with pytest.raises(Stop, match=f"{name} is .*expected a whole number.*put the config.json that came with") as told:
        HubClassifier(chosen(), tmp_path)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 500


def test_a_number_that_is_not_told_is_the_usual_one(folder, tmp_path):
    write(folder, max_position_embeddings=None, pad_token_id=None)
    assert labels(HubClassifier(chosen(), tmp_path), "good " * 600) == ["positive"]


@pytest.mark.parametrize(
    "rubbish", [b"\xff\xfe", b"[" * 100_000, b"null", b'{"id2label": ["a"]}', b'{"id2label": {"a": 1}}']
)
def test_a_config_that_is_none_is_one_line_with_the_fix(folder, tmp_path, rubbish):
    (folder / "config.json").write_bytes(rubbish)
    with pytest.raises(Stop, match=r"config\.json cannot be read: .*put the config\.json") as told:
        HubClassifier(chosen(), tmp_path)
    assert "\n" not in str(told.value)


def test_a_config_that_may_not_be_read_is_told(folder, tmp_path, monkeypatch):
    def refuse(path, **_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("nlp.hub.Path.read_text", refuse)
    with pytest.raises(Stop, match="Permission denied"):
        HubClassifier(chosen(), tmp_path)


def test_what_was_fetched_and_is_damaged_is_to_be_deleted(tmp_path):
    stored = tmp_path / "models" / "models--owner--small"
    found = stored / "snapshots" / COMMIT
    found.mkdir(parents=True)
    write(found, max_position_embeddings="many")
    (stored / "refs").mkdir()
    (stored / "refs" / "main").write_text(COMMIT)
    with pytest.raises(Stop, match=f"delete {stored}, and the model is fetched again"):
        HubClassifier(chosen("owner/small"), tmp_path)


def test_a_missing_tokenizer_is_named(folder, tmp_path):
    (folder / "tokenizer.json").unlink()
    with pytest.raises(Stop, match="holds no tokenizer"):
        HubClassifier(chosen(), tmp_path)


def test_a_model_that_wants_more_than_text_is_refused(folder, tmp_path):
    write(folder, model=network(strange=True))
    with pytest.raises(Stop, match="inputs that a text does not give: pixels"):
        HubClassifier(chosen(), tmp_path)


@contextmanager
def hub(folder):
    """A hub that serves `folder` as owner/small, and the paths it was asked for."""
    asked = []

    class Visit(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.partition("?")[0]
            asked.append(path)
            if path.startswith("/api/models/owner/small"):
                files = [str(p.relative_to(folder)) for p in sorted(folder.rglob("*")) if p.is_file()]
                body = json.dumps({"id": "owner/small", "sha": COMMIT, "siblings": [{"rfilename": f} for f in files]})
                if "/tree/" in path:
                    body = json.dumps([{"type": "file", "path": f, "size": 1, "oid": f} for f in files])
                return self.answer(200, body.encode(), "application/json")
            _, _, name = path.partition(f"/owner/small/resolve/{COMMIT}/")
            if name and (folder / name).is_file():
                return self.answer(200, (folder / name).read_bytes(), "application/octet-stream")
            return self.answer(404, b"{}", "application/json")

        do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

        def answer(self, status, body, kind):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hash(body) & 0xFFFFFFFF:x}"')
            self.send_header("X-Repo-Commit", COMMIT)
            if status == 404:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Visit)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_hub_is_asked_for_what_is_used_and_the_cache_answers_when_it_is_gone(tmp_path, monkeypatch):
    (tmp_path / "served").mkdir()
    served = write(tmp_path / "served")
    write(served, file="onnx/model.onnx")
    (served / "pytorch_model.bin").write_bytes(b"heavy")
    with hub(served) as (address, asked):
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        monkeypatch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            address + "/{repo_id}/resolve/{revision}/{filename}",
        )
        found = HubClassifier(chosen("owner/small"), tmp_path / "home")
        assert labels(found, "good", "bad") == ["positive", "negative"]
        fetched = {path.rpartition(f"{COMMIT}/")[2] for path in asked if COMMIT in path and "/resolve/" in path}
        assert fetched == {"config.json", "tokenizer.json", "onnx/model_quantized.onnx"}
        with pytest.raises(Stop, match="owner/absent cannot be fetched"):
            HubClassifier(chosen("owner/absent"), tmp_path / "home")
    assert HubClassifier(chosen("owner/small"), tmp_path / "home").version == found.version
    with pytest.raises(Stop, match="and ONNX file into a folder"):
        HubClassifier(chosen("owner/small"), tmp_path / "other")


def test_a_name_that_is_none_is_told(tmp_path):
    with pytest.raises(Stop, match="no name of the hub"):
        HubClassifier(chosen("no such/folder/anywhere"), tmp_path)


def test_a_model_and_a_row_at_once_are_refused():
    with pytest.raises(ValueError, match="either 'sentiment'"):
        Understanding(sentiment="lexicon", model=chosen())
