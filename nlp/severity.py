"""How bad one mention is for one brand, 0-100 (docs/adr/0011)."""

import math
from collections.abc import Collection, Mapping

from mentions.model import CrisisFlag, CrisisLabel

WEIGHTS: Mapping[CrisisLabel, float] = {
    "product_safety": 1.0,
    "data_security": 0.9,
    "discrimination_harassment": 0.9,
    "ethics_governance": 0.9,
    "boycott_call": 0.8,
    "fraud_deception": 0.8,
    "legal_regulatory": 0.8,
    "environment_animal": 0.75,
    "labour_conflict": 0.6,
    "service_outage": 0.55,
    "service_failure": 0.35,
}
CALM = 0.3  # share of the risk that stays when the text is not negative at all: a dry report of a recall
VICTIM, RESOLVED = 0.6, 0.5
AMPLIFIED, PER_DECADE, LOUDEST = 0.15, 0.25, 2.0


def risk(probabilities: Mapping[CrisisLabel, float]) -> float:
    """R = 1 - prod(1 - w p): one sure grave label is enough, several add up without passing 1."""
    return 1 - math.prod(1 - WEIGHTS[label] * min(1.0, max(0.0, p)) for label, p in probabilities.items())


def severity(
    probabilities: Mapping[CrisisLabel, float],
    *,
    negative: float,
    target: float,
    reach: float = 0.0,
    flags: Collection[CrisisFlag] = (),
) -> float:
    """`100 min(1, R N T A V)`, with R from `risk`.

    `negative` is the probability of negative sentiment; `target` that the brand is the one spoken of;
    `reach` is this post's reach over the median reach of its source, 0 when unknown.
    It never falls when a probability, `target`, `reach` or the amplification cue rises.
    """
    tone = CALM + (1 - CALM) * negative
    loud = 1 + PER_DECADE * math.log10(1 + reach) + AMPLIFIED * ("amplification" in flags)
    excuse = (VICTIM if "brand_is_victim" in flags else 1.0) * (RESOLVED if "resolved" in flags else 1.0)
    raw = risk(probabilities) * tone * target * min(LOUDEST, loud) * excuse
    return round(100 * min(1.0, max(0.0, raw)), 1)
