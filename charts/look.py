"""How a chart looks: size, letters, language, colours. Colours of labels are arguments: they belong to the caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from charts.letters import FONT

Language: TypeAlias = Literal["fr", "en"]

# Apart for every common colour blindness, and none that looks like a judgement (dashboards/colours.py has the sources).
PALETTE: Final = ("#00785A", "#CC79A7", "#8C6D31", "#3A96CC", "#A64D82", "#3D3D3D", "#4B2E83", "#5B6B8C")
INK, FAINT, LINE = "#1A1C21", "#5A606B", "#E3E6EC"
NARROW: Final = "\u202f"
MOST: Final = 2  # decimals of a number that nobody gave a format


@dataclass(frozen=True, slots=True)
class Look:
    """Size in pixels, everything included; `size` is the height of letters in pixels; `colours` name -> #rrggbb.

    `zone` (an IANA name) is whose clock time axes show.
    """

    width: int
    height: int
    language: Language = "en"
    size: int = 12
    colours: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"

    def range(self, names: Sequence[str]) -> list[str]:
        """One colour a name; a name without its own takes what the palette has left."""
        own = {self.colours[name].upper() for name in names if name in self.colours}
        spare = [each for each in PALETTE if each.upper() not in own] or list(PALETTE)
        unknown = [name for name in names if name not in self.colours]
        return [self.colours.get(name) or spare[unknown.index(name) % len(spare)] for name in names]

    def clock(self, moment: datetime) -> str:
        """An aware time as Vega is given it: the wall clock of the zone, written as if it were UTC."""
        return moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None).isoformat() + "Z"

    def number(self, value: float | None, decimals: int | None = None, suffix: str = "") -> str:
        """A number as people of this language write it; the absent one is a dash."""
        if value is None:
            return "–"
        near = round(value, MOST)
        places = decimals if decimals is not None else next(n for n in range(MOST + 1) if round(near, n) == near)
        text = f"{value:,.{places}f}"
        if self.language == "fr":
            text = text.replace(",", NARROW).replace(".", ",")
        return text.replace("-", "−") + suffix

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share from 0 to 1 as a percentage."""
        return self.number(100 * share, decimals) + (f"{NARROW}%" if self.language == "fr" else "%")

    def config(self) -> dict[str, Any]:
        """Vega-Lite's `config`: quiet lines, dark letters, nothing rotated."""
        words = {"labelFont": FONT, "titleFont": FONT, "labelFontSize": self.size, "titleFontSize": self.size}
        tones = {"labelColor": INK, "titleColor": FAINT, "titleFontWeight": "normal"}
        return {
            "background": "transparent",
            "font": FONT,
            "view": {"stroke": None},
            "axis": {**words, **tones, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "labelLimit": 0},
            "legend": {**words, **tones, "labelLimit": 0, "symbolType": "square", "rowPadding": 3},
            "text": {"font": FONT, "fontSize": self.size, "color": INK},
        }
