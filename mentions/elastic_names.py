"""How the indices of an Elasticsearch cluster are called.

One partition per period of the id's month, one alias to read them; two teams share a cluster by two prefixes.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

SCHEMA: Final = 1  # raised by a change that old documents do not fit
MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
# January is the first day of a month, a quarter and a year: without a mark a change of period would have no new names.
MARKS: Final = {"month": "", "quarter": "q", "year": "y"}
ID = re.compile(r"(\d{4})(\d\d)-")

Period: TypeAlias = Literal["month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Names:
    """Index names of one installation; `period` is how many months share a partition."""

    prefix: str = "vigie"
    period: Period = "month"
    schema: int = SCHEMA

    @property
    def mentions(self) -> str:
        """The alias that readers and Kibana see."""
        return f"{self.prefix}-mentions"

    @property
    def template(self) -> str:
        """The composable template of partitions of this schema and period (`…-v1`, `…-v1q`, `…-v1y`)."""
        return f"{self.mentions}-v{self.schema}{MARKS[self.period]}"

    @property
    def pattern(self) -> str:
        """What the template applies to."""
        return f"{self.template}-*"

    @property
    def incidents(self) -> str:
        """The index that shows incidents to Kibana."""
        return f"{self.prefix}-incidents"

    @property
    def runs(self) -> str:
        """The index that shows runs to Kibana."""
        return f"{self.prefix}-runs"

    def partition(self, mention_id: str) -> str:
        """The index that holds this id for ever: `vigie-mentions-v1-2026.11.01` (first day of its period).

        ValueError for an id that does not begin with a month.
        """
        found = ID.match(mention_id)
        if found is None or not 1 <= int(found[2]) <= 12:  # noqa: PLR2004 - months of a year
            raise ValueError(f"{mention_id[:40]!r} is no mention id: it begins with YYYYMM-")
        span = MONTHS[self.period]
        first = (int(found[2]) - 1) // span * span + 1
        return f"{self.template}-{found[1]}.{first:02d}.01"
