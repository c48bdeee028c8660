"""Colours of the boards: told apart by colour-blind people, and readable on Kibana's light and dark pages.

From the palette of Okabe and Ito, "Color Universal Design" (2008): vermilion and blue for the ends, a grey between.
What has no order takes other colours, so that none looks like a judgement: their green and sky blue, darkened until
they stand out, their purple, a darker one, and a brown. The ramp is ColorBrewer's five-class Purples (Brewer and
Harrower, Apache-2.0). Measured in tests: contrast of at least 3:1 on both pages (WCAG 2.2, 1.4.11), and differences as
people with protanopia, deuteranopia and tritanopia see them (Machado, Oliveira and Fernandes 2009). Labels are always
shown: a colour never says anything alone.
"""

from typing import Final

NEGATIVE: Final = "#D55E00"
NEUTRAL: Final = "#7A7A7A"
POSITIVE: Final = "#0072B2"
LABELS: Final[dict[str, str]] = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}

# For what has no order: kinds of text, sites, brands. The sixth and later take Kibana's own palette.
CATEGORICAL: Final = ("#00785A", "#CC79A7", "#8C6D31", "#3A96CC", "#A64D82")
SINGLE: Final = "#5B6B8C"  # a lone series

STATUS: Final[dict[str, str]] = {
    "ok": "#0072B2",
    "partial": "#8C6D31",
    "failed": "#D55E00",
    "running": "#B85C93",  # not grey: people with deuteranopia see purple and grey alike, so one of them must do
}

RAMP: Final = ("#F2F0F7", "#CBC9E2", "#9E9AC8", "#756BB1", "#54278F")
