"""Colours of the boards: told apart by colour-blind people, and readable on Kibana's light and dark pages.

From the palette of Okabe and Ito, "Color Universal Design" (2008): vermilion and blue for the ends, a grey between.
Their orange, sky blue and yellow are too pale for a white page and left out, purple is darkened, a brown added. The
sequential ramp is ColorBrewer's five-class Blues (Brewer and Harrower, Apache-2.0). Measured in tests: contrast of at
least 3:1 on both pages (WCAG 2.2, 1.4.11), and differences as people with protanopia, deuteranopia and tritanopia see
them (Machado, Oliveira and Fernandes 2009). Labels are always shown: a colour never says anything alone.
"""

from typing import Final

NEGATIVE: Final = "#D55E00"
NEUTRAL: Final = "#7A7A7A"
POSITIVE: Final = "#0072B2"
LABELS: Final[dict[str, str]] = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}

# For what has no order: units, languages, brands. The sixth and later take Kibana's own palette.
CATEGORICAL: Final = ("#0072B2", "#009E73", "#B85C93", "#D55E00", "#8C6D31")
SINGLE: Final = CATEGORICAL[0]

STATUS: Final[dict[str, str]] = {
    "ok": "#0072B2",
    "partial": "#8C6D31",
    "failed": "#D55E00",
    "running": "#B85C93",  # not grey: people with deuteranopia see purple and grey alike, so one of them must do
}

RAMP: Final = ("#EFF3FF", "#BDD7E7", "#6BAED6", "#3182BD", "#08519C")
