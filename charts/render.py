"""A chart as SVG text or PNG bytes: vl-convert's own Vega and fonts, no browser and no network."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import vl_convert

from charts.look import Language

VEGA_LITE: Final = "6.4"
GROUND: Final = '<rect width="100%" height="100%" fill="white"/>'
LOCALES: Final[Mapping[Language, Literal["fr-FR", "en-US"]]] = {"fr": "fr-FR", "en": "en-US"}


def svg(chart: Any, *, language: Language = "en") -> str:
    """The chart (Altair's) as SVG, without a ground. ValueError if its data lie elsewhere: nothing is ever fetched."""
    return str(
        vl_convert.vegalite_to_svg(
            chart.to_dict(validate=False),  # checked in tests: it takes longer than drawing
            vl_version=VEGA_LITE,
            allowed_base_urls=[],
            format_locale=LOCALES[language],
            time_format_locale=LOCALES[language],
        )
    )


def png(chart: Any, *, language: Language = "en", scale: float = 1.0) -> bytes:
    """The chart (Altair's) as PNG, on white; `scale` 2 gives twice the pixels each way."""
    return png_of(svg(chart, language=language).replace(">", f">{GROUND}", 1), scale=scale)


def png_of(text: str, *, scale: float = 1.0) -> bytes:
    """An SVG as PNG."""
    return bytes(vl_convert.svg_to_png(text, scale=scale))
