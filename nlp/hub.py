"""Sequence-classification models of the Hugging Face hub, chosen by YAML, or of a folder that was filled from it.

    understanding:
      model: {hub: owner/name, labels: {LABEL_0: negative, LABEL_1: neutral, LABEL_2: positive}}

The repository holds `config.json`, `tokenizer.json` and an ONNX file. It is fetched once, into `VIGIE_HOME/models`;
without that folder it is fetched again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from config.models import HubModel
from mentions.errors import Stop
from mentions.model import Label
from nlp.classify import Beside, Reading, Target
from nlp.onnx import SequenceModel
from nlp.windows import load_session, load_tokenizer

CONFIG, TOKENIZER = "config.json", "tokenizer.json"
FILES = (
    "onnx/model_quantized.onnx", "onnx/model_int8.onnx", "model_quantized.onnx", "onnx/model.onnx", "model.onnx",
)  # fmt: skip
OVERLAP = 32
PLACES, USUAL, FEWEST = "max_position_embeddings", 512, 8  # tokens; fewer hold no sentence
MOST_SHOWN = 40  # characters of what stands there instead
OURS: Mapping[str, Label | None] = {
    "negative": "negative", "neutral": "neutral", "positive": "positive", "ignore": None,
}  # fmt: skip


class HubClassifier:
    """Judges sentiment with such a model on the CPU; languages and targets are not heard.

    Stop, with the fix, if it cannot be fetched or used.
    """

    name = "hub"
    parts_brands = False
    beside: Beside | None = None

    def __init__(self, chosen: HubModel, home: Path) -> None:
        """Load it; `home` is where relative folders and the cache of the hub stand."""
        folder = folder_of(chosen, home)
        told = read_config(folder)
        labels = columns(chosen, told)
        path = weights(folder, chosen)
        tokenizer = load_tokenizer(folder / TOKENIZER, min(chosen.max_tokens, room(told)), OVERLAP)
        self.version = version(chosen, path)
        try:
            self._model = SequenceModel(tokenizer, load_session(path), labels, told["pad_token_id"])
        except Stop as error:
            raise Stop(f"understanding.model: {chosen.hub}: {error}") from error

    def read(self, texts: Sequence[str], languages: Sequence[str], targets: Sequence[Target | None]) -> list[Reading]:
        """See `nlp.classify.Classifier`."""
        del languages, targets
        return self._model.read(texts)


def folder_of(chosen: HubModel, home: Path) -> Path:
    """The folder of the model, fetched once if it is none of ours. Stop if it cannot be had."""
    near = home / chosen.hub
    if near.is_dir():
        return near
    from huggingface_hub.errors import HFValidationError  # noqa: PLC0415 - a library of its own, and few choose this

    try:
        return cached(chosen, home / "models") or fetched(chosen, home / "models")
    except HFValidationError as error:
        raise Stop(f"understanding.model: no folder {near}, and {chosen.hub!r} is no name of the hub") from error
    except Exception as error:  # the HTTP library under the hub's differs between its versions, and so do its errors
        cause = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Stop(
            f"understanding.model: {chosen.hub} cannot be fetched ({cause}); without a network, put its {CONFIG}, "
            f"{TOKENIZER} and ONNX file into a folder and give that as `hub`"
        ) from error


def cached(chosen: HubModel, cache: Path) -> Path | None:
    """What was fetched before, if it is whole."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - a library of its own, and few choose this

    def have(name: str) -> bool:
        return isinstance(try_to_load_from_cache(chosen.hub, name, cache, chosen.revision), str)

    if not (have(CONFIG) and have(TOKENIZER) and any(map(have, names(chosen)))):
        return None
    return Path(str(try_to_load_from_cache(chosen.hub, CONFIG, cache, chosen.revision))).parent


def fetched(chosen: HubModel, cache: Path) -> Path:
    """The model from the hub: of its weights only those that are used."""
    from huggingface_hub import HfApi, snapshot_download  # noqa: PLC0415 - a library of its own, and few choose this

    told = HfApi().model_info(chosen.hub, revision=chosen.revision)
    has = {file.rfilename for file in told.siblings or ()}
    wanted = [CONFIG, TOKENIZER]
    for name in [name for name in names(chosen) if name in has][:1]:
        wanted += [name, f"{name}_data"]  # larger models keep their numbers beside the graph
    return Path(snapshot_download(chosen.hub, revision=chosen.revision, cache_dir=cache, allow_patterns=wanted))


def names(chosen: HubModel) -> list[str]:
    """ONNX files that would do, the best first."""
    return [chosen.file] if chosen.file else list(FILES)


def read_config(folder: Path) -> Mapping[str, Any]:
    """`config.json` of the model, its numbers checked. Stop, with the fix, if it or the tokenizer cannot be used."""
    for name in (CONFIG, TOKENIZER):
        if not (folder / name).is_file():
            raise Stop(f"understanding.model: {folder} holds no {name}; `AutoTokenizer` of transformers can write one")
    try:
        told = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        return {
            **told,
            "id2label": {int(number): str(name) for number, name in told.get("id2label", {}).items()},
            PLACES: number(told, PLACES, USUAL, FEWEST),
            "pad_token_id": number(told, "pad_token_id", 0, -1),
        }
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise Stop(f"understanding.model: {folder / CONFIG} cannot be read: {error}; {fix(folder)}") from error


def number(told: Mapping[str, Any], name: str, usual: int, least: int) -> int:
    """A whole number of the configuration, `usual` where it is absent or null. ValueError for anything else."""
    found = usual if told.get(name) is None else told[name]
    if type(found) is not int or found < least:
        raise ValueError(f"{name} is {json.dumps(found)[:MOST_SHOWN]}, expected a whole number from {least} up")
    return found


def fix(folder: Path) -> str:
    """What to do about a file of the model that is rubbish."""
    if folder.parent.name == "snapshots":  # as the hub's library lays out its cache: files of a model share one folder
        return f"delete {folder.parent.parent}, and the model is fetched again"
    return f"put the {CONFIG} that came with the model into that folder"


def columns(chosen: HubModel, told: Mapping[str, Any]) -> list[Label | None]:
    """Our label of each output column. Stop, with the labels it has, if the map does not cover them."""
    has = [told["id2label"][number] for number in sorted(told["id2label"])]
    missing = [name for name in has if name not in chosen.labels]
    strange = [name for name in chosen.labels if name not in has]
    if missing or strange or not has:
        wrong = f"{', '.join(missing)} is not in `labels`" if missing else f"it has no {', '.join(strange)}"
        listed = ", ".join(has) or "not named in its config.json"
        raise Stop(
            f"understanding.model: {chosen.hub}: {wrong}; its labels are: {listed}. Write `labels:` with each of them "
            "and, after it, negative, neutral, positive or ignore"
        )
    return [OURS[chosen.labels[name]] for name in has]


def weights(folder: Path, chosen: HubModel) -> Path:
    """The ONNX file. Stop if there is none."""
    found = next((folder / name for name in names(chosen) if (folder / name).is_file()), None)
    if found is None:
        raise Stop(
            f"understanding.model: {chosen.hub} has no {' nor '.join(names(chosen))}; name its ONNX file as `file`, or "
            "export one (`optimum-cli export onnx --model NAME FOLDER`) and give that folder as `hub`"
        )
    return found


def room(told: Mapping[str, Any]) -> int:
    """Tokens that the model has places for; RoBERTa's kin count two more than they have."""
    places = int(told[PLACES])
    kin = "roberta" in str(told.get("model_type", "")).lower() or (places - 2).bit_count() == 1  # CamemBERT's 514
    return places - 2 if kin or places % 2 else places


def version(chosen: HubModel, path: Path) -> str:
    """Name and digest of the weights and of how they are read: another map of labels judges otherwise, too."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(json.dumps([sorted(chosen.labels.items()), chosen.max_tokens]).encode())
    return f"{chosen.hub.strip('/').replace('/', '--')}-{digest.hexdigest()[:8]}"
