"""The examples in brands.yaml, run by `vigie check`: these texts are about the brand, those are not."""

from collections.abc import Sequence

from config.models import Brand
from nlp.brands import BrandFinder


def check_examples(brands: Sequence[Brand]) -> list[str]:
    """One sentence per example that does not come out as written; [] when all do."""
    if not any(b.examples.positive or b.examples.negative for b in brands):
        return []
    finder = BrandFinder(brands)
    problems = []
    for brand in brands:
        for wanted, texts in ((True, brand.examples.positive), (False, brand.examples.negative)):
            for text in texts:
                named = {n.brand for n in finder.find(text)}
                if (brand.name in named) is not wanted:
                    verdict = "is not found in its positive" if wanted else "is found in its negative"
                    problems.append(f"brand {brand.name!r} {verdict} example {text!r}; {advice(brand, wanted=wanted)}")
    return problems


def advice(brand: Brand, *, wanted: bool) -> str:
    """What to change."""
    if not wanted:
        return "add a phrase to `not` or words to `context`"
    return "add the spelling to `match`" + (", or a word of the example to `context`" if brand.context else "")
