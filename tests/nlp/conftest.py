"""What takes a second to load is loaded once a session."""

from pathlib import Path

import pytest
from nlp_material import brand

from config.models import Config, Understanding, Vigie
from nlp.build import build_pipeline
from nlp.language import LanguageReader
from nlp.pipeline import Pipeline


@pytest.fixture(scope="session")
def languages():
    return LanguageReader(("fr", "en"))


@pytest.fixture(scope="session")
def config():
    return Config(
        vigie=Vigie(understanding=Understanding(sentiment="lexicon")),  # the words of these tests are its own
        brands=(
            brand(exclude=("Aurélia Steiner",)),
            brand("Nova", ("Nova",), role="competitor", context=("forfait", "opérateur"), timezone="America/New_York"),
        ),
    )


@pytest.fixture(scope="session")
def pipeline(config) -> Pipeline:
    return build_pipeline(config, Path())
