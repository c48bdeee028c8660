"""Every text of the boards, in French and English: `say` finds one, by its key."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from dashboards.words_en import ENGLISH
from dashboards.words_fr import FRENCH
from mentions.model import CRISIS_LABELS, LABELS, UNITS, Evidence, Precision, Role
from state.records import IncidentState, RunKind, RunStatus, Tier

Language: TypeAlias = Literal["fr", "en"]
TEXTS: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType({"en": ENGLISH, "fr": FRENCH})

# Fields whose values are codes: people read `<field>.<code>` instead.
CODED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "role": get_args(Role),
        "evidence": get_args(Evidence),
        "unit": UNITS,
        "published_precision": get_args(Precision),
        "published_weekday": tuple("0123456"),
        "sentiment_label": LABELS,
        "crisis_labels": CRISIS_LABELS,
        "tier": get_args(Tier),
        "state": get_args(IncidentState),
        "status": get_args(RunStatus),
        "kind": get_args(RunKind),
    }
)


def say(language: Language, key: str) -> str:
    """The text of this key; KeyError for one that nobody wrote."""
    text = TEXTS[language][key]
    return spaced(text) if language == "fr" else text


def spaced(text: str) -> str:
    """French typography: no line ends before : ; ? ! % or », nor after «."""
    for mark in ":;?!%»":
        text = text.replace(f" {mark}", f"\u00a0{mark}")
    return text.replace("« ", "«\u00a0")
