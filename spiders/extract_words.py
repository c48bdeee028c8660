"""Words that dates are made of, French and English first; German and Spanish months come for free."""

import re
from collections.abc import Mapping
from datetime import time

_NAMES = (
    "january jan janvier janv januar enero ene",
    "february feb février fevrier févr fevr fév fev februar febrero",
    "march mar mars märz marzo",
    "april apr avril avr abril abr",
    "may mai mayo",
    "june jun juin juni junio",
    "july jul juillet juil juli julio",
    "august aug août aout agosto",
    "september sep sept septembre septiembre",
    "october oct octobre oktober okt octubre",
    "november nov novembre noviembre",
    "december dec décembre decembre déc dezember dez diciembre dic",
)
MONTHS: Mapping[str, int] = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
WEEKDAYS: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "monday mon lundi lun",
        "tuesday tue tues mardi",
        "wednesday wed mercredi mer",
        "thursday thu thurs jeudi jeu",
        "friday fri vendredi ven",
        "saturday sat samedi sam",
        "sunday sun dimanche dim",
    )
)
DAYS_BACK: Mapping[str, int] = {
    "avant-hier": 2, "yesterday": 1, "hier": 1, "today": 0, "aujourd'hui": 0, "aujourd’hui": 0,
}  # fmt: skip
CLOCK_WORDS: Mapping[str, time] = {"midnight": time(0), "minuit": time(0), "noon": time(12), "midi": time(12)}
OFFSETS: Mapping[str, float] = {
    "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "CET": 1, "WEST": 1, "CEST": 2, "EET": 2, "EEST": 3, "EST": -5, "EDT": -4,
    "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
UNIT_SECONDS: Mapping[str, int] = {
    "se": 1, "s": 1, "mi": 60, "ho": 3600, "h": 3600, "he": 3600, "hr": 3600, "da": 86_400, "d": 86_400, "jo": 86_400,
    "j": 86_400, "we": 604_800, "sem": 604_800, "w": 604_800, "mo": 2_629_746, "ye": 31_556_952,
    "an": 31_556_952, "y": 31_556_952,
}  # fmt: skip
_UNIT = (
    r"secondes?|seconds?|secs?|s|minutes?|mins?|min|hours?|hrs?|heures?|h|days?|jours?|d|j|weeks?|w|semaines?|"
    r"months?|mois|years?|ans?|année?s?|y"
)
AGO = re.compile(
    rf"\b(?P<n>\d{{1,4}}|an?|one|few)\s?(?P<u>{_UNIT})\s+ago\b|"
    rf"\bil y a (?:environ |plus d[e'’] ?)?(?P<n2>\d{{1,4}}|une?|quelques)\s?(?P<u2>{_UNIT})\b"
)
NOW = re.compile(r"\b(?:just now|moments? ago|à l['’]instant|il y a un instant|less than a minute ago|a l['’]instant)")
