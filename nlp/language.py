"""Which language a text is in: lingua, restricted to the languages that European brands are talked about in."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

COMMON = ("fr", "en", "de", "es", "it", "pt", "nl")
WINDOW = 240  # characters read: more changes no verdict and costs time
SURE = 0.4  # lingua's confidence below which a text is "und" unless a hint helps
EXPECTED = 0.3  # the same for a configured language
MARGIN = 0.1  # by which the best must beat the second
SHORT = 24  # letters below which only a strong verdict beats a hint
STRONG = 0.9
FEWEST = 3  # letters to judge by at all


ISO_639_3 = {
    "fra": "fr", "fre": "fr", "eng": "en", "deu": "de", "ger": "de", "spa": "es", "ita": "it", "por": "pt",
    "nld": "nl", "dut": "nl",
}  # fmt: skip


def code_of(told: str | None) -> str | None:
    """The two letters of a language tag ("fr-CA", "fra"); None for none, "und" and three letters we do not know."""
    code = re.split(r"[-_]", told.lower(), maxsplit=1)[0] if told else ""
    return code if len(code) == 2 else ISO_639_3.get(code)  # noqa: PLR2004 - ISO 639-1


class LanguageReader:
    """ISO 639-1 codes, "und" when unsure. The models load at the first use (about a second and a half).

    `languages` are the configured ones; the common ones are always told apart from them, so that a German text
    is not called English for want of a better answer.
    """

    def __init__(self, languages: Sequence[str] = ("fr", "en")) -> None:
        """Remember the languages; nothing is loaded yet."""
        self._expected = frozenset(code.lower()[:2] for code in languages)
        self.languages = tuple(dict.fromkeys([*(code.lower()[:2] for code in languages), *COMMON]))

    @cached_property
    def _lingua(self) -> Any:
        from lingua import IsoCode639_1, LanguageDetectorBuilder  # noqa: PLC0415 - heavy, and --help never needs it

        known = {code.name.lower(): code for code in IsoCode639_1.__dict__.values() if isinstance(code, IsoCode639_1)}
        codes = [known[code] for code in self.languages if code in known]
        return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()

    def read(self, text: str, hint: str | None = None) -> str:
        """The language of a text; `hint` is what its thread or source is written in."""
        sample = text[:WINDOW]
        letters = sum(map(str.isalpha, sample))
        hint = hint.lower()[:2] if hint else None
        if letters < FEWEST:
            return hint or "und"
        best = self._lingua.compute_language_confidence_values(sample)[:2]
        if not best:
            return hint or "und"
        code = best[0].language.iso_code_639_1.name.lower()
        if code == hint or self._sure(code, best, short=bool(hint) and letters < SHORT):
            return str(code)
        return hint or "und"

    def _sure(self, code: str, best: Sequence[Any], *, short: bool) -> bool:
        value = best[0].value
        if short:
            return bool(value >= STRONG)
        clear = len(best) == 1 or value - best[1].value >= MARGIN
        return bool(clear and value >= (EXPECTED if code in self._expected else SURE))
