"""The sentences of the messages, in French and English: numbers, spans of time, odds. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

Language: TypeAlias = Literal["fr", "en"]

WEEKDAYS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
MONTHS_FR = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
PARTS: Mapping[Language, tuple[str, ...]] = {
    "en": ("night", "morning", "afternoon", "evening"),
    "fr": ("nuit", "matin", "après-midi", "soir"),
}
SPELLED: Mapping[Language, Mapping[int, str]] = {
    "en": {1: "one hour", 6: "six hours", 24: "24 hours", 72: "three days", 168: "seven days"},
    "fr": {1: "une heure", 6: "six heures", 24: "24 heures", 72: "trois jours", 168: "sept jours"},
}
TIERS: Mapping[Language, Mapping[str, str]] = {
    "en": {"notice": "notice", "alert": "alert", "critical": "critical"},
    "fr": {"notice": "à surveiller", "alert": "alerte", "critical": "critique"},
}
STEPS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "opened": "negative surge",
        "escalated": "it is getting worse",
        "updated": "still going on",
        "closed": "over",
    },
    "fr": {
        "opened": "vague de mécontentement",
        "escalated": "la situation s’aggrave",
        "updated": "toujours en cours",
        "closed": "terminé",
    },
}
# Days between such surprises by chance (log10), and what people are told: buckets, never 10^-54.
ODDS: Mapping[Language, tuple[tuple[float, str], ...]] = {
    "en": (
        (3.04, "happens by chance less than once in three years"),
        (2.56, "happens by chance less than once a year"),
        (1.95, "happens by chance less than once a quarter"),
        (1.48, "happens by chance less than once a month"),
    ),
    "fr": (
        (3.04, "le hasard seul n’en est la cause que moins d’une fois en trois ans"),
        (2.56, "le hasard seul n’en est la cause que moins d’une fois par an"),
        (1.95, "le hasard seul n’en est la cause que moins d’une fois par trimestre"),
        (1.48, "le hasard seul n’en est la cause que moins d’une fois par mois"),
    ),
}
LABELS_FR: Mapping[str, str] = {
    "boycott_call": "appel au boycott",
    "product_safety": "sécurité du produit",
    "data_security": "sécurité des données",
    "fraud_deception": "fraude ou tromperie",
    "legal_regulatory": "justice et autorités",
    "discrimination_harassment": "discrimination ou harcèlement",
    "labour_conflict": "conflit social",
    "service_outage": "panne de service",
    "service_failure": "service défaillant",
    "ethics_governance": "éthique et gouvernance",
    "environment_animal": "environnement et animaux",
}


def number(value: float, language: Language) -> str:
    """A count or a decimal as people write it: 3.1 or 3,1; whole from ten on; thousands apart."""
    rounded = round(value) if float(value).is_integer() or abs(value) >= 10 else round(value, 1)  # noqa: PLR2004
    text = f"{rounded:,}"
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text


def awaited(value: float) -> str:
    """The French participle: singular below two, as Lexique des règles typographiques has it."""
    return "attendues" if value >= 2 else "attendue"  # noqa: PLR2004 - the rule's own number


def span(hours: int, language: Language) -> str:
    """A window in words."""
    return SPELLED[language].get(hours, f"{hours} h")


def duration(hours: float, language: Language) -> str:
    """A length of time: hours below two days, then days."""
    if hours < 48:  # noqa: PLR2004 - two days
        return f"{number(max(round(hours), 1), language)} h"
    return f"{number(hours / 24, language)} {'jours' if language == 'fr' else 'days'}"


def moment(at: datetime, zone: str, language: Language) -> str:
    """`Tue 24 Nov 14:05`, `mar. 24 nov. à 14 h 05`, in the zone."""
    local = at.astimezone(ZoneInfo(zone))
    if language == "fr":
        day = f"{WEEKDAYS['fr'][local.weekday()][:3]}. {local.day} {MONTHS_FR[local.month - 1]}"
        return f"{day} à {local.hour}\u00a0h\u00a0{local:%M}"
    return f"{WEEKDAYS['en'][local.weekday()][:3]} {local.day} {MONTHS_EN[local.month - 1]} {local:%H:%M}"


def part_of_week(at: datetime, zone: str, language: Language) -> str:
    """`Tuesday afternoon`, in the zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{WEEKDAYS[language][local.weekday()]} {PARTS[language][local.hour // 6]}"


def odds(score: float, language: Language) -> str | None:
    """How rare that is by chance; None if it is not rare at all."""
    return next((text for least, text in ODDS[language] if score >= least), None)


def label(name: str, language: Language) -> str:
    """A crisis label for people."""
    return LABELS_FR.get(name, name) if language == "fr" else name.replace("_", " ")
