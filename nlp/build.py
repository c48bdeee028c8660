"""The pipeline that a configuration asks for."""

import hashlib
import json
from importlib.metadata import version as installed
from pathlib import Path

from config.models import Config, Understanding
from nlp import crisis
from nlp.brands import BrandFinder
from nlp.classify import Classifier, load_classifier
from nlp.language import LanguageReader
from nlp.pipeline import Pipeline


def brands_digest(config: Config) -> str:
    """Eight hexadecimal digits that change with anything that decides which posts are about which brand."""
    told = {
        "brands": [brand.model_dump(mode="json", exclude={"examples"}) for brand in config.brands],
        "sources": {s.name: [s.brand, s.language] for s in config.sources if s.brand or s.language},
        "languages": list(config.vigie.languages),
        "timezone": str(config.vigie.timezone),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]


def classifier_of(chosen: Understanding, home: Path) -> Classifier:
    """The row or the model of the hub that `vigie.yaml` chooses; relative folders count from `home`."""
    if chosen.model:
        from nlp.hub import HubClassifier  # noqa: PLC0415 - a row is paid for when it is chosen

        return HubClassifier(chosen.model, home)
    return load_classifier(chosen.sentiment, home / chosen.folder if chosen.folder else None)


def build_pipeline(config: Config, home: Path) -> Pipeline:
    """Load the chosen classifier and compile the brands.

    Its version reads `PACKAGE/CLASSIFIER/crisis-DIGEST/brands-DIGEST`. Stop if the classifier cannot be loaded.
    """
    classifier = classifier_of(config.vigie.understanding, home)
    version = f"{installed('vigie')}/{classifier.version}/crisis-{crisis.version()}/brands-{brands_digest(config)}"
    return Pipeline(
        finder=BrandFinder(config.brands),
        languages=LanguageReader(config.vigie.languages),
        classifier=classifier,
        version=version,
        zone=config.vigie.timezone.info,
        source_languages={s.name: s.language for s in config.sources if s.language},
    )
